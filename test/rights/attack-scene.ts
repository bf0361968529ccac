/** The database that the attacks are tried on. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureEngine } from '#runtime';
import type { Session } from '../ddl/scene.ts';
import { openSession, openWithEngine } from '../ddl/scene.ts';
import type { Family } from './attacks.ts';
import { readFamilies } from './attacks.ts';
import { createRunner } from './runner.ts';

/** A session with everything that the attacks aim at, and the attacks. */
export interface AttackScene {
  readonly session: Session;
  readonly families: readonly Family[];
  /** Everything an attack could have changed, as text. */
  state(): Promise<string>;
  /** Puts back what an attack changed while the guard was off. */
  restore(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the scene in memory. */
export async function openAttackScene(): Promise<AttackScene> {
  const folder = mkdtempSync(join(tmpdir(), 'heliosdb-attacks-'));
  const setup = readFileSync(join(import.meta.dirname, 'setup.sql'), 'utf8');
  const families = readFamilies({ dir: folder, engine: await ensureEngine() });
  writeFileSync(join(folder, 'secret.txt'), 'hush');
  writeFileSync(join(folder, 'secret.csv'), 'id,password\n1,hush\n');
  writeFileSync(join(folder, 'secret.json'), '{"id": 1, "password": "hush"}\n');
  writeFileSync(join(folder, 'audit.csv'), 'id,note\n1,hush\n');
  const database = await openWithEngine();
  const session = await openSession(database);
  await session.run("ATTACH ':memory:' AS other");
  await session.run(`${setup};
    CREATE VIEW file_view AS SELECT * FROM read_text('${folder}/secret.txt');
    CREATE MACRO any_file(f) AS TABLE SELECT * FROM read_text(f);
    COPY secret TO '${folder}/secret.parquet';
    ${createRunner('attacker', ['read:lookup', 'read:"odd name"'])};
    CREATE PROCEDURE collecting(sql VARCHAR) RETURNS JSON LANGUAGE wasm ENTRY 'query'
      CAPABILITIES ('read:lookup', 'read:"odd name"') ON ERROR NULL AS 'file://query.wat';
    ${createRunner('reach', ['read:*', 'write:*', 'ddl:*'])};`);
  return {
    session,
    families,
    state: () => stateOf(session),
    restore: async () => {
      await session.connection.run(RESTORE);
      await session.connection.run(setup);
    },
    close: async () => {
      await database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const RESTORE = `DETACH DATABASE IF EXISTS fresh; DROP TABLE IF EXISTS stolen;
  ATTACH IF NOT EXISTS ':memory:' AS other`;

async function stateOf(session: Session): Promise<string> {
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
