/**
 * A process that holds instances in the middle of their calls and says what it has in memory.
 * Each statement's calls wait for a view that never answers; every row has an instance of its own.
 * Arguments: a procedure of the examples, statements, rows of a statement. Prints JSON.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { installExamples } from '#examples';
import { ensureEngine } from '#runtime';
import type { Connection } from '#storage';
import { Database } from '#storage';
import type { HeldProcedure, ProcessMemory } from './memory.ts';

const folder = mkdtempSync(join(tmpdir(), 'heliosdb-held-'));
/** Nobody writes to this pipe, so whoever reads it waits, and uses no processor meanwhile. */
const pipe = join(folder, 'pipe');
execFileSync('mkfifo', [pipe]);
const NEVER = `(FROM read_text('${pipe}') WHERE content <> '')`;
const IDS = 'range(1000) r(i)';

/** The tables that a procedure asks, the last one a view that never answers, and a call. */
const SCENES: Readonly<Record<HeldProcedure, { tables: readonly string[]; call: string }>> = {
  calculate_discount: {
    tables: [`VIEW customers AS SELECT i AS id, 'gold' AS loyalty_tier FROM ${IDS}, ${NEVER}`],
    call: 'calculate_discount(i, 599.99)',
  },
  fraud_detection: {
    tables: [
      `TABLE transactions AS SELECT i AS id, 10.5 AS amount, i AS merchant_id, i AS customer_id,
         TIMESTAMP '2026-05-01' AS timestamp FROM ${IDS}`,
      `VIEW shop_clock AS SELECT TIMESTAMP '2026-05-01' AS as_of FROM ${NEVER}`,
    ],
    call: 'fraud_detection(i)',
  },
  validate_order: {
    tables: [
      `TABLE order_items AS SELECT i AS order_id, i AS product_id, 1 AS quantity FROM ${IDS}`,
      `VIEW inventory AS SELECT i AS product_id, 5 AS available_quantity FROM ${IDS}, ${NEVER}`,
    ],
    call: 'validate_order(i)',
  },
};

const POLL_MS = 100;
/** All instances live and memory stays as it is for so many looks: every call waits. */
const STEADY_LOOKS = 10;
const STEADY_KB = 64;
const WAIT_MS_MAX = 120_000;

/** Waits until so many instances live, and all have come to the query that does not end. */
async function waitForInstances(connection: Connection, wanted: number): Promise<void> {
  let [steady, before] = [0, 0];
  for (let waited = 0; steady < STEADY_LOOKS; waited += POLL_MS) {
    const { rows } = await connection.query(
      "SELECT value FROM heliosdb_engine_stats() WHERE name = 'instances_in_use'",
    );
    const live = Number(rows[0]?.[0]);
    if (waited > WAIT_MS_MAX) throw new Error(`${live} instances live, not ${wanted}`);
    const { ownKb } = processMemory();
    const isSteady = live === wanted && Math.abs(ownKb - before) < STEADY_KB;
    [steady, before] = [isSteady ? steady + 1 : 0, ownKb];
    await delay(POLL_MS);
  }
}

function kilobytes(file: string, name: string): number {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(file, 'utf8'));
  if (found === null) throw new Error(`${file} does not say ${name}`);
  return Number(found[1]);
}

function processMemory(): ProcessMemory {
  const rollup = '/proc/self/smaps_rollup';
  return {
    ownKb: kilobytes(rollup, 'Private_Dirty'),
    mappedKb: kilobytes(rollup, 'Rss'),
    pageTablesKb: kilobytes('/proc/self/status', 'VmPTE'),
  };
}

const [name, statements, rows] = process.argv.slice(2);
const procedure = name as HeldProcedure;
const { tables, call } = SCENES[procedure];
const [statementCount, rowCount] = [Number(statements), Number(rows)];

const database = await Database.open({ path: ':memory:', extensions: [await ensureEngine()] });
const watcher = await database.connect();
// A statement keeps to the thread that asked for it.
await watcher.query('SET threads = 1');
for (const table of tables) await watcher.query(`CREATE ${table}`);
await installExamples(watcher, [procedure]);
for (let statement = 0; statement < statementCount; statement++) {
  const connection = await database.connect();
  const from = statement * rowCount;
  const sql = `SELECT ${call} FROM range(${from}, ${from + rowCount}) r(i)`;
  connection.query(sql).then(
    () => process.abort(),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exit(1);
    },
  );
}
await waitForInstances(watcher, statementCount * rowCount);
process.stdout.write(JSON.stringify(processMemory()));
rmSync(folder, { recursive: true });
// Closing would wait for statements that have no end.
process.kill(process.pid, 'SIGKILL');
