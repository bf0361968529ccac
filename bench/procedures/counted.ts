/**
 * A process that runs a statement several times whenever it reads a line, and answers with the
 * nanoseconds of processor time that one took: whether the engine counts is decided when a process
 * starts.
 * Usage: node bench/procedures/counted.ts ROWS
 */
import { createInterface } from 'node:readline';
import { openScene } from './scene.ts';

/** A run is long beside starting its statements. */
const STATEMENTS = 8;

const rows = Number(process.argv[2]);
await using scene = await openScene();
await scene.run(
  `CREATE TABLE numbers AS SELECT i AS a, i % 1000 AS b, i % 7 AS c FROM range(${rows}) r(i);
   SET threads = 1`,
);
process.stdout.write('ready\n');
for await (const _ of createInterface({ input: process.stdin })) {
  const start = process.cpuUsage();
  for (let done = 0; done < STATEMENTS; done++) {
    await scene.connection.query('SELECT count(multiply_add(a, b, c)) FROM numbers');
  }
  const { user, system } = process.cpuUsage(start);
  process.stdout.write(`${((user + system) * 1000) / STATEMENTS}\n`);
}
