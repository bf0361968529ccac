/**
 * The corpus of attacks on a procedure's rights: none succeeds, every legitimate twin works, and
 * with the guard switched off nearly all succeed: a corpus that cannot fail proves nothing.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ensureEngine } from '#runtime';
import type { Database } from '#storage';
import type { Session } from '../ddl/scene.ts';
import { openSession, openWithEngine } from '../ddl/scene.ts';
import type { Family } from './attacks.ts';
import { readFamilies } from './attacks.ts';
import { createRunner, run } from './runner.ts';

/** The least share of attacks, in per cent, that must succeed without the guard. */
const UNGUARDED_PERCENT_MIN = 95;

const REFUSALS = ['42501', '38003', '42601'];

const folder = mkdtempSync(join(tmpdir(), 'heliosdb-attacks-'));
const setup = readFileSync(join(import.meta.dirname, 'setup.sql'), 'utf8');
let families: Family[] = [];
let database: Database;
let session: Session;

before(async () => {
  // Read by the engine when it is loaded.
  process.env.HELIOSDB_UNSAFE_TEST_NO_GUARD = '1';
  families = readFamilies({ dir: folder, engine: await ensureEngine() });
  writeFileSync(join(folder, 'secret.txt'), 'hush');
  writeFileSync(join(folder, 'secret.csv'), 'id,password\n1,hush\n');
  writeFileSync(join(folder, 'secret.json'), '{"id": 1, "password": "hush"}\n');
  writeFileSync(join(folder, 'audit.csv'), 'id,note\n1,hush\n');
  database = await openWithEngine();
  session = await openSession(database);
  await session.run("ATTACH ':memory:' AS other");
  await session.run(`${setup};
    CREATE VIEW file_view AS SELECT * FROM read_text('${folder}/secret.txt');
    CREATE MACRO any_file(f) AS TABLE SELECT * FROM read_text(f);
    COPY secret TO '${folder}/secret.parquet';
    ${createRunner('attacker', ['read:lookup'])};
    ${createRunner('reach', ['read:*', 'write:*', 'ddl:*'])};`);
});

after(async () => {
  delete process.env.HELIOSDB_UNSAFE_TEST_NO_GUARD;
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Everything an attack could have changed. */
async function state(): Promise<string> {
  const rows = await session.rows(`
    SELECT (SELECT list(table_name ORDER BY table_name) FROM duckdb_tables()),
      (SELECT list(view_name ORDER BY view_name) FROM duckdb_views() WHERE NOT internal),
      (SELECT list(function_name ORDER BY function_name) FROM duckdb_functions() WHERE NOT internal),
      (SELECT list(database_name ORDER BY database_name) FROM duckdb_databases()),
      (SELECT list((sequence_name, last_value)) FROM duckdb_sequences()),
      (SELECT (count(*), sum(v)) FROM lookup), (SELECT list(password ORDER BY password) FROM secret),
      (SELECT count(*) FROM audit), (SELECT count(*) FROM vault.lookup),
      (SELECT count(*) FROM other.lookup), (SELECT count(*) FROM heliosdb.procedures)`);
  return JSON.stringify(rows, (_, value) => (typeof value === 'bigint' ? String(value) : value));
}

test('the corpus is large, and every family has a legitimate twin', () => {
  const count = families.reduce((sum, { attacks }) => sum + attacks.length, 0);
  assert(count >= 200, `${count} attacks`);
  for (const { name, twins } of families) assert(twins.length > 0, name);
});

test('every legitimate twin works', async () => {
  const failures: string[] = [];
  let count = 0;
  for (const { twins } of families) {
    for (const statements of twins) {
      const outcome = await run(session, 'attacker', ...statements);
      count += 1;
      if (!('rows' in outcome))
        failures.push(`${statements.join(' ;; ')}: ${outcome.sqlstate} ${outcome.message}`);
    }
  }
  assert.deepEqual(failures, []);
  console.log(`rights: ${count} legitimate twins work`);
});

test('no attack succeeds, and none leaves a trace', async () => {
  const untouched = await state();
  const holes: string[] = [];
  const unclear: string[] = [];
  let count = 0;
  for (const { attacks } of families) {
    for (const statements of attacks) {
      const outcome = await run(session, 'attacker', ...statements);
      count += 1;
      const text = statements.join(' ;; ');
      if ('rows' in outcome) holes.push(text);
      else if (!REFUSALS.includes(outcome.sqlstate))
        unclear.push(`${text}: ${outcome.sqlstate} ${outcome.message}`);
      else if (/hush|quiet|vaulted/.test(outcome.message))
        holes.push(`${text}: ${outcome.message}`);
    }
  }
  assert.deepEqual({ holes, unclear }, { holes: [], unclear: [] });
  assert.equal(await state(), untouched);
  console.log(`rights: 0 of ${count} attacks succeed`);
});

test('with the guard off nearly every attack succeeds', async () => {
  const harmless: string[] = [];
  let count = 0;
  await session.connection.run('SELECT heliosdb_set_guard(false)');
  for (const { attacks } of families) {
    for (const statements of attacks) {
      await restore();
      const outcome = await run(session, 'attacker', ...statements);
      count += 1;
      if (!('rows' in outcome))
        harmless.push(`${statements.join(' ;; ')}: ${outcome.sqlstate} ${outcome.message}`);
    }
  }
  await session.connection.run('SELECT heliosdb_set_guard(true)');
  const succeeded = count - harmless.length;
  console.log(`rights: ${succeeded} of ${count} attacks succeed with the guard off`);
  assert(succeeded * 100 >= count * UNGUARDED_PERCENT_MIN, harmless.join('\n'));
});

test('the guard cannot be switched in a process that was not started for it', async () => {
  delete process.env.HELIOSDB_UNSAFE_TEST_NO_GUARD;
  await using other = await openWithEngine();
  const guarded = await openSession(other);
  const error = await guarded.error('SELECT heliosdb_set_guard(false)');
  assert.equal(error.sqlstate, '42501');
});

async function restore(): Promise<void> {
  for (const sql of [
    'DETACH DATABASE IF EXISTS fresh',
    'DROP TABLE IF EXISTS stolen',
    "ATTACH IF NOT EXISTS ':memory:' AS other",
  ]) {
    await session.connection.run(sql);
  }
  await session.connection.run(setup);
}
