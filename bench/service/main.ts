/**
 * How fast the service answers, and what it takes to wait: questions a second with several clients
 * at once, the time to the first byte of a run's event stream, and memory before and after.
 *
 *   npm run bench -- service [seconds] [clients]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));
const QUESTIONS = [
  'How many orders are pending?',
  'How many customers are there?',
  'How many products are there per category?',
];
const [seconds = 10, clients = 8] = process.argv.slice(2).map(Number);

const child = spawn(process.execPath, [PROGRAM, 'serve', '--port', '0', '--quiet'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const [url] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
const api = `${url}/api/v1`;

await ask(0);
const idleMb = residentMb();
const firstBytes: number[] = [];
const totals: number[] = [];
const end = performance.now() + seconds * 1000;
await Promise.all(
  Array.from({ length: clients }, async (_, client) => {
    for (let round = client; performance.now() < end; round += 1) {
      const { firstByteMs, totalMs } = await ask(round);
      firstBytes.push(firstByteMs);
      totals.push(totalMs);
    }
  }),
);
console.log(
  `${clients} clients for ${seconds} s on shop, offline parser, load generator on the same machine`,
);
console.log(`questions a second      ${(totals.length / seconds).toFixed(1)}`);
console.log(`question to answer      ${spread(totals)}`);
console.log(`first byte of events    ${spread(firstBytes)}`);
console.log(
  `resident memory         ${idleMb} MB after one question, ${residentMb()} MB at the end`,
);
child.kill('SIGTERM');
await once(child, 'close');

async function ask(round: number): Promise<{ firstByteMs: number; totalMs: number }> {
  const startedAt = performance.now();
  const response = await fetch(`${api}/runs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ question: QUESTIONS[round % QUESTIONS.length] }),
  });
  const { run } = (await response.json()) as { run: { id: string } };
  const askedAt = performance.now();
  const stream = await fetch(`${api}/runs/${run.id}/events`);
  let firstByteMs: number | null = null;
  let text = '';
  for await (const piece of stream.body ?? []) {
    firstByteMs ??= performance.now() - askedAt;
    text += Buffer.from(piece).toString();
  }
  if (!text.includes('"status":"ok"')) throw new Error(text.slice(-500));
  return { firstByteMs: firstByteMs ?? 0, totalMs: performance.now() - startedAt };
}

function spread(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1);
  return `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms`;
}

function residentMb(): number {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}
