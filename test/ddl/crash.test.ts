import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { seededRandom } from '#core';
import { openSession, openWithEngine } from './scene.ts';

const SEED = Number(process.env.HELIOSDB_SEED ?? Date.now() % 1_000_000);
const RUNS = Number(process.env.HELIOSDB_CRASH_RUNS ?? 3);
const WRITER = join(import.meta.dirname, 'define-forever.ts');

// Whatever a definition was doing when the process died, its rows, its macro and its module are
// there together or not at all.
const DISAGREEMENTS = `
  SELECT p.name, 'no macro' FROM heliosdb.procedures p WHERE NOT EXISTS (FROM duckdb_functions() f
    WHERE f.function_name = p.name AND f.function_type = 'macro')
  UNION ALL SELECT f.function_name, 'no procedure' FROM duckdb_functions() f
    WHERE f.macro_definition LIKE '%heliosdb_invoke%'
    AND f.function_name NOT IN (SELECT name FROM heliosdb.procedures)
  UNION ALL SELECT p.name, 'no active version' FROM heliosdb.procedures p WHERE NOT EXISTS
    (FROM heliosdb.procedure_versions v WHERE v.procedure_id = p.id AND v.version = p.active_version)
  UNION ALL SELECT v.procedure_id, 'orphaned version' FROM heliosdb.procedure_versions v
    WHERE v.procedure_id NOT IN (SELECT id FROM heliosdb.procedures)
  UNION ALL SELECT v.procedure_id, 'no module' FROM heliosdb.procedure_versions v
    WHERE v.module_hash NOT IN (SELECT hash FROM heliosdb.modules)`;

async function killWriter(path: string, delayMs: number): Promise<void> {
  const writer = spawn(process.execPath, [WRITER, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  // Loading takes longer than a definition; the clock starts with the first one that is done.
  await once(writer.stdout, 'data');
  await new Promise((resolve) => setTimeout(resolve, delayMs));
  writer.kill('SIGKILL');
  const [, signal] = await once(writer, 'exit');
  assert.equal(signal, 'SIGKILL', 'the writer ended by itself');
}

test(`a killed process leaves registry and functions in agreement (seed ${SEED})`, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'heliosdb-crash-'));
  const path = join(folder, 'test.duckdb');
  const random = seededRandom(SEED);
  try {
    for (let run = 0; run < RUNS; run += 1) {
      await killWriter(path, random.next() * 120);
      await using database = await openWithEngine(path);
      const { rows, value } = await openSession(database);
      assert.deepEqual(await rows(DISAGREEMENTS), []);
      for (const [name] of await rows('SELECT name FROM heliosdb_procedures()')) {
        const version = await value(`SELECT ${name}()`);
        assert(version === 1n || version === 2n);
      }
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});
