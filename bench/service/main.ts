/**
 * How fast the service answers, and what it takes to wait: questions a second with several clients
 * at once, the time to the first byte of a run's event stream, and memory before and after.
 *
 *   npm run bench -- service [seconds] [clients]
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { post, spread, startServiceProcess } from './service-process.ts';

const QUESTIONS = [
  'How many orders are pending?',
  'How many customers are there?',
  'How many products are there per category?',
];
const SETTLED_MS = 3_000;
const [seconds = 10, clients = 8] = process.argv.slice(2).map(Number);

// The first start of a checkout builds what a measured one should find.
await (await startServiceProcess())[Symbol.asyncDispose]();
await using service = await startServiceProcess();
const api = `${service.url}/api/v1`;
const memory: (readonly [when: string, megabytes: number | null])[] = [];
const weigh = (when: string): void => void memory.push([when, service.residentMb()]);

await sleep(SETTLED_MS);
weigh('after the start');
await ask(0);
await sleep(SETTLED_MS);
weigh('after one question');
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
weigh('at the end');
await sleep(SETTLED_MS);
weigh('a moment later');
console.log(
  `${clients} clients for ${seconds} s on shop, offline parser, load generator on the same machine`,
);
console.log(`questions a second      ${(totals.length / seconds).toFixed(1)}`);
console.log(`question to answer      ${spread(totals)}`);
console.log(`first byte of events    ${spread(firstBytes)}`);
console.log(
  `resident memory         ${memory.map(([when, megabytes]) => `${megabytes} MB ${when}`).join(', ')}`,
);

async function ask(round: number): Promise<{ firstByteMs: number; totalMs: number }> {
  const startedAt = performance.now();
  const question = QUESTIONS[round % QUESTIONS.length];
  const { run } = await post<{ run: { id: string } }>(`${api}/runs`, { question });
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
