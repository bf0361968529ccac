/**
 * Hot swaps, traps, time limits, cancellations and plain calls, many times over in one process.
 * Prints the growth of its memory in MB per 100 000 statements, and fails when it is not flat.
 *
 *     npm run soak -- [statements, default 100000]
 *
 * Statements without procedures fill DuckDB's queues first: their growth, which is printed, is
 * DuckDB's own.
 */
import { join } from 'node:path';
import { ensureEngine, Gateway } from '#runtime';
import type { Connection } from '#storage';
import { Database } from '#storage';
import { fillQueues } from './fill-queues.ts';

/**
 * Growth of what the process has allocated, in MB per 100 000 statements. Clearing a queue of
 * DuckDB's moves it by about 3 MB up and down, which tilts the line through a run of 100 000 by
 * less than this.
 */
const GROWTH_MB_MAX = 8;
const ROUND_STATEMENTS = 20;

const statementsMax = Number(process.argv[2] ?? 100_000);
const baseDirectory = join(import.meta.dirname, '..', 'guests');

await using database = await Database.open({
  path: ':memory:',
  extensions: [await ensureEngine({ onProgress: (line) => console.error(line) })],
});
const connection = await database.connect();
const gateway = new Gateway(connection, { baseDirectory, allowFiles: true });
const run = async (script: string): Promise<void> => {
  for await (const _ of gateway.execute(script));
};

await run(`
  CREATE TABLE lookup AS SELECT i AS id, i * 10 AS v FROM range(1000) r(i);
  CREATE PROCEDURE swapped(x BIGINT) RETURNS BIGINT LANGUAGE wasm ENTRY 'constant' AS 'file://constant-1.wat';
  ALTER PROCEDURE swapped VERSION 2 ENTRY 'constant' AS 'file://constant-2.wat';
  CREATE PROCEDURE lookup(x BIGINT) RETURNS BIGINT LANGUAGE wasm AS 'file://lookup.wat';
  CREATE PROCEDURE counter(x BIGINT) RETURNS BIGINT LANGUAGE wasm VOLATILE AS 'file://counter.wat';
  CREATE PROCEDURE trap() RETURNS BIGINT LANGUAGE wasm AS 'file://trap.wat';
  CREATE PROCEDURE grow() RETURNS BIGINT LANGUAGE wasm AS 'file://grow.wat';
  CREATE PROCEDURE spin(x BIGINT) RETURNS BIGINT LANGUAGE wasm TIMEOUT '20ms' AS 'file://spin.wat';
  CREATE PROCEDURE spin_long(x BIGINT) RETURNS BIGINT LANGUAGE wasm ENTRY 'spin' AS 'file://spin.wat'`);

const counts = { statements: 0, swaps: 0, traps: 0, cancellations: 0, created: 0 };

/** Runs a statement that must fail. */
async function fails(session: Connection, sql: string): Promise<void> {
  counts.statements += 1;
  const returned = await session.query(sql).then(
    () => true,
    () => false,
  );
  if (returned) throw new Error(`${sql} did not fail`);
}

async function succeeds(sql: string): Promise<void> {
  counts.statements += 1;
  await connection.query(sql);
}

async function round(number: number): Promise<void> {
  for (let index = 0; index < 6; index += 1) {
    await succeeds('SELECT swapped(1), counter(2)');
    await succeeds(`SELECT lookup(${(number + index) % 1000})`);
  }
  await succeeds('SELECT sum(lookup(i % 50)) FROM range(2000) r(i)');
  await fails(connection, 'SELECT trap()');
  await fails(connection, 'SELECT grow()');
  counts.traps += 2;
  await run(`ALTER PROCEDURE swapped USE VERSION ${1 + (number % 2)}`);
  counts.swaps += 1;
  counts.statements += 1;
  if (number % 20 === 0) await rareRound();
}

async function rareRound(): Promise<void> {
  await fails(connection, 'SELECT spin(1)');
  const running = fails(connection, 'SELECT spin_long(1)');
  setTimeout(() => connection.interrupt(), 5);
  await running;
  counts.cancellations += 1;
  await run(
    "CREATE OR REPLACE PROCEDURE made(x BIGINT) RETURNS BIGINT LANGUAGE wasm ENTRY 'counter' AS 'file://counter.wat'; DROP PROCEDURE made",
  );
  counts.created += 1;
  counts.statements += 2;
}

interface Sample {
  readonly statements: number;
  /** What the process has allocated and not freed, without the pages that allocators keep. */
  readonly heapMb: number;
  readonly residentMb: number;
}

async function sample(): Promise<Sample> {
  globalThis.gc?.();
  const { rows } = await connection.query(
    "SELECT value FROM heliosdb_engine_stats() WHERE name = 'heap_bytes_in_process'",
  );
  if (rows[0] === undefined) throw new Error('this system does not tell what is allocated');
  const taken = {
    statements: counts.statements,
    heapMb: (Number(rows[0][0]) + process.memoryUsage().heapUsed) / 2 ** 20,
    residentMb: process.memoryUsage().rss / 2 ** 20,
  };
  console.log(
    `${String(taken.statements).padStart(8)} statements  ${taken.heapMb.toFixed(1)} MB allocated, ` +
      `${taken.residentMb.toFixed(1)} MB resident`,
  );
  return taken;
}

console.log('filling the queues of DuckDB by statements without procedures');
await sample();
await fillQueues(connection);
await sample();

console.log('procedures');
const samples: Sample[] = [];
const start = performance.now();
for (let number = 0; counts.statements < statementsMax; number += 1) {
  await round(number);
  if (number % Math.max(1, Math.floor(statementsMax / ROUND_STATEMENTS / 40)) === 0) {
    samples.push(await sample());
  }
}

/** The slope of a line through the second half, when the engine's own bounded stores are full. */
function growthPer100k(size: (sample: Sample) => number): number {
  const half = samples.slice(Math.floor(samples.length / 2));
  const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const x = mean(half.map(({ statements }) => statements));
  const y = mean(half.map(size));
  const covariance = mean(half.map((taken) => (taken.statements - x) * (size(taken) - y)));
  return (covariance / mean(half.map(({ statements }) => (statements - x) ** 2))) * 100_000;
}

const growth = growthPer100k(({ heapMb }) => heapMb);
const residentGrowth = growthPer100k(({ residentMb }) => residentMb);
const { rows } = await connection.query('SELECT name, value FROM heliosdb_engine_stats()');
const seconds = ((performance.now() - start) / 1000).toFixed(0);
console.log(`${JSON.stringify(counts)} in ${seconds} s`);
console.log(rows.map(([name, value]) => `${name} ${value}`).join(', '));
console.log(
  `growth: ${growth.toFixed(1)} MB allocated (limit ${GROWTH_MB_MAX}), ` +
    `${residentGrowth.toFixed(1)} MB resident, per 100 000 statements`,
);
if (growth > GROWTH_MB_MAX) process.exitCode = 1;
