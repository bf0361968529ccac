/** A database with the engine, driven through the gateway. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { SqlValue } from '#core';
import { HeliosError } from '#core';
import type { StatementResult } from '#runtime';
import { ensureEngine, Gateway } from '#runtime';
import type { Connection } from '#storage';
import { Database } from '#storage';

const GUESTS = join(import.meta.dirname, '..', 'guests');

/** One session and its gateway. */
export interface Session {
  readonly connection: Connection;
  /** Runs a script and returns every statement's result. */
  run(script: string): Promise<StatementResult[]>;
  /** Runs a script and returns the last statement's rows. */
  rows(script: string): Promise<readonly (readonly SqlValue[])[]>;
  /** Runs a script and returns the last statement's only value. */
  value(script: string): Promise<SqlValue>;
  /** Runs a script that must fail, and returns the error. */
  error(script: string): Promise<HeliosError>;
  /** How often procedures with this name logged: once an evaluation, as the guests are written. */
  logCount(procedure: string): Promise<number>;
}

/** Opens a session on a database; guests are found by their file names. */
export async function openSession(database: Database): Promise<Session> {
  const connection = await database.connect();
  const gateway = new Gateway(connection, { baseDirectory: GUESTS, allowFiles: true });
  const run = async (script: string): Promise<StatementResult[]> => {
    const results: StatementResult[] = [];
    for await (const result of gateway.execute(script)) results.push(result);
    return results;
  };
  const rows: Session['rows'] = async (script) => (await run(script)).at(-1)?.rows ?? [];
  return {
    connection,
    run,
    rows,
    value: async (script) => (await rows(script))[0]?.[0] ?? null,
    error: async (script) => {
      const outcome = await run(script).catch((error: unknown) => error);
      assert(HeliosError.isInstance(outcome), `no error for ${script}: ${String(outcome)}`);
      return outcome;
    },
    logCount: async (procedure) => {
      const sql = 'SELECT count(*)::INTEGER FROM heliosdb_logs() WHERE procedure = ?';
      return (await connection.query(sql, [procedure])).rows[0]?.[0] as number;
    },
  };
}

/** Opens a database with the engine, in memory unless a path is given. */
export async function openWithEngine(path = ':memory:'): Promise<Database> {
  return Database.open({ path, extensions: [await ensureEngine()] });
}

/** Runs work on a session of a fresh database in memory that holds table `lookup`. */
export async function withSession(work: (session: Session) => Promise<void>): Promise<void> {
  await using database = await openWithEngine();
  const session = await openSession(database);
  await session.run(
    'CREATE TABLE lookup (id BIGINT, v BIGINT); INSERT INTO lookup SELECT i, i * 10 FROM range(100) r(i)',
  );
  await work(session);
}

/** A CREATE PROCEDURE for one of the guests. */
export function createGuest(
  guest: string,
  { name = guest, parameters = 'x BIGINT', returns = 'BIGINT', clauses = '' } = {},
): string {
  return `CREATE PROCEDURE ${name}(${parameters}) RETURNS ${returns} LANGUAGE wasm ${clauses}
    AS 'file://${guest}.wat'`;
}
