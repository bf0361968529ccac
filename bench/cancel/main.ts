/**
 * How long it takes until a cancelled run has stopped: from the request that cancels it to the
 * reply, which is sent when nothing of the run works any more. The run calls a procedure for each
 * of many rows, and is cancelled while it does.
 *
 *   npm run bench -- cancel [times]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '#agent';
import { installExamples } from '#examples';
import { post, spread, startServiceProcess } from '../service/service-process.ts';

const ORDERS = 3_000_000;
const TABLES = `
  CREATE TABLE customers AS SELECT range + 1 AS id, 'Käthe ' || range AS name,
    ['gold', 'platinum', 'silver'][1 + range % 3] AS loyalty_tier FROM range(120);
  CREATE TABLE orders AS SELECT range + 1 AS order_id, 1 + range % 120 AS customer_id,
    (range % 370)::DECIMAL(18,2) AS total FROM range(${ORDERS});`;
const [times = 20] = process.argv.slice(2).map(Number);

const folder = await mkdtemp(join(tmpdir(), 'helios-cancel-'));
try {
  const file = join(folder, 'many.duckdb');
  await makeDatabase(file);
  await using service = await startServiceProcess(['--db', file]);
  const stopped: number[] = [];
  let finished = 0;
  for (let round = 0; round < times; round += 1) {
    // At a different moment of its work each time.
    const ms = await cancelOne(`${service.url}/api/v1`, (round * 37) % 300);
    if (ms === null) finished += 1;
    else stopped.push(ms);
  }
  console.log(
    `${times} runs over ${ORDERS} orders, each cancelled within 300 ms of its first task`,
  );
  console.log(`cancelled to stopped    ${spread(stopped)}`);
  if (finished > 0) console.log(`finished before that    ${finished}`);
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function makeDatabase(path: string): Promise<void> {
  await using database = await openDatabase({ path, isReadOnly: false, engine: 'always' });
  await database.withConnection(async (connection) => {
    await connection.run(TABLES);
    await installExamples(connection, ['calculate_discount']);
  });
}

/** Milliseconds from the wish to the end; null for a run that was faster. */
async function cancelOne(api: string, afterMs: number): Promise<number | null> {
  const question = 'Calculate discounts for all orders';
  const { run } = await post<{ run: { id: string } }>(`${api}/runs`, { question });
  const stream = await fetch(`${api}/runs/${run.id}/events`);
  let text = '';
  for await (const piece of stream.body ?? []) {
    text += Buffer.from(piece).toString();
    if (text.includes('event: task-start') || text.includes('event: answer')) break;
  }
  await sleep(afterMs);
  const startedAt = performance.now();
  const response = await fetch(`${api}/runs/${run.id}`, { method: 'DELETE' });
  const reply = (await response.json()) as { run: { status: string } };
  const ms = performance.now() - startedAt;
  return reply.run.status === 'canceled' ? ms : null;
}
