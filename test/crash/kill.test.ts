/**
 * `kill -9` in the middle of definitions, at random points. After each the database opens, and
 * registry, versions, modules and macros agree. `CRASH_POINTS` says how many (default 12),
 * `CRASH_SEED` repeats a run.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureEngine } from '#runtime';
import type { Connection } from '#storage';
import { Database } from '#storage';
import { randomOf } from './random.ts';

const points = Number(process.env.CRASH_POINTS ?? 12);
const seed = Number(process.env.CRASH_SEED ?? Date.now() % 1_000_000);
const random = randomOf(seed);
const folder = mkdtempSync(join(tmpdir(), 'heliosdb-crash-'));
const path = join(folder, 'crash.duckdb');
let engine: string;

before(async () => {
  engine = await ensureEngine({ onProgress: (line) => console.error(line) });
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** What must return no row, and what a row would mean. */
const CONTRADICTIONS: readonly (readonly [meaning: string, sql: string])[] = [
  [
    'a procedure without its macro',
    `SELECT name FROM heliosdb.procedures p WHERE NOT EXISTS (SELECT 1 FROM duckdb_functions() f
     WHERE f.function_name = p.name AND f.function_type = 'macro'
     AND contains(f.macro_definition, p.id))`,
  ],
  [
    'a macro without its procedure',
    `SELECT function_name FROM duckdb_functions() WHERE function_type = 'macro'
     AND (contains(macro_definition, 'heliosdb_invoke_') OR contains(macro_definition, 'heliosdb_compute_'))
     AND NOT EXISTS (SELECT 1 FROM heliosdb.procedures p WHERE contains(macro_definition, p.id))`,
  ],
  [
    'a procedure without its active version',
    `SELECT name, active_version FROM heliosdb.procedures p WHERE NOT EXISTS
     (SELECT 1 FROM heliosdb.procedure_versions v WHERE v.procedure_id = p.id AND v.version = p.active_version)`,
  ],
  [
    'a version without its procedure',
    `SELECT procedure_id, version FROM heliosdb.procedure_versions
     WHERE procedure_id NOT IN (SELECT id FROM heliosdb.procedures)`,
  ],
  [
    'a version without its module',
    `SELECT procedure_id, version FROM heliosdb.procedure_versions
     WHERE module_hash NOT IN (SELECT hash FROM heliosdb.modules)`,
  ],
  [
    'a module that is not what its hash says',
    'SELECT hash FROM heliosdb.modules WHERE sha256(bytes) <> hash',
  ],
  [
    'two procedures of one name',
    'SELECT name FROM heliosdb.procedures GROUP BY name HAVING count(*) > 1',
  ],
];

test(`after kill -9 at ${points} points the registry is whole (seed ${seed})`, async (context) => {
  context.diagnostic(`CRASH_SEED=${seed}`);
  let procedureCount = 0;
  let killedInside = 0;
  for (let point = 0; point < points; point += 1) {
    killedInside += Number(await killOne(seed + point));
    procedureCount += await check(`point ${point} of seed ${seed}`);
  }
  context.diagnostic(
    `${points} kills, ${killedInside} left a log to replay, ${procedureCount} procedures called`,
  );
  assert(procedureCount > 0, 'no kill came late enough to find a procedure');
});

/** Lets a child define procedures for a random time and kills it; true when DuckDB must recover. */
async function killOne(childSeed: number): Promise<boolean> {
  const script = join(import.meta.dirname, 'define-forever.ts');
  const child = spawn(process.execPath, [script, path, String(childSeed)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  await sleep(random(800) + random(1000) / 1000);
  child.kill('SIGKILL');
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  assert.deepEqual([code, signal], [null, 'SIGKILL'], 'the child ended by itself');
  return existsSync(`${path}.wal`);
}

/** Opens the database, looks for contradictions, calls every procedure; how many there were. */
async function check(where: string): Promise<number> {
  await using database = await Database.open({ path, extensions: [engine] });
  await using connection = await database.connect();
  if (!(await hasRegistry(connection))) return 0;
  for (const [meaning, sql] of CONTRADICTIONS) {
    assert.deepEqual((await connection.query(sql)).rows, [], `${where}: ${meaning}`);
  }
  const { rows } = await connection.query('SELECT name FROM heliosdb.procedures');
  for (const [name] of rows) {
    const { rows: results } = await connection.query(`SELECT ${String(name)}(1)`);
    assert(
      results[0]?.[0] === 1n || results[0]?.[0] === 2n,
      `${where}: ${name} returned ${results}`,
    );
  }
  return rows.length;
}

async function hasRegistry(connection: Connection): Promise<boolean> {
  const sql =
    "SELECT 1 FROM duckdb_tables() WHERE schema_name = 'heliosdb' AND table_name = 'modules'";
  return (await connection.query(sql)).rowCount === 1;
}
