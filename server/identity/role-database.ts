import { HeliosError, quoteLiteral } from '#core';
import type {
  Database,
  QueryResult,
  QueryStream,
  SqlDatabase,
  SqlParameters,
  SqlSession,
} from '#storage';

export interface RoleDatabaseOptions {
  readonly database: Database;
  readonly role: string;
  /** The one folder that results may be written to. */
  readonly exportDirectory: string;
}

/**
 * A database whose sessions belong to a role, and cannot leave it. Where the role has row filters,
 * nothing runs before the engine has judged it and put the filters in: whoever uses a session,
 * and whatever they forgot to ask first.
 */
export class RoleDatabase implements SqlDatabase {
  readonly path: string;
  readonly isReadOnly: boolean;
  readonly #options: RoleDatabaseOptions;
  /** The databases in memory that hold results of the role's own runs. */
  readonly #scratches = new Set<string>();

  constructor(options: RoleDatabaseOptions) {
    this.#options = options;
    this.path = options.database.path;
    this.isReadOnly = options.database.isReadOnly;
  }

  async connect(): Promise<SqlSession> {
    return await this.#enter(await this.#options.database.connect());
  }

  withConnection<T>(work: (connection: SqlSession) => Promise<T>): Promise<T> {
    return this.#options.database.withConnection(async (connection) =>
      work(await this.#enter(connection)),
    );
  }

  /** The database is its owner's to close. */
  async close(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}

  async #enter(session: SqlSession): Promise<SqlSession> {
    const { database, role, exportDirectory } = this.#options;
    const isFiltered = await hasRowFilters(session, role);
    await session.query(`SELECT heliosdb_set_role(${quoteLiteral(role)})`);
    if (!isFiltered) return session;
    const scratches = this.#scratches;
    const admit = (sql: string): Promise<string> =>
      database.withConnection((owner) => admittedStatement(owner, { role, sql, scratches }));
    return new FilteredSession(session, { admit, scratches, exportDirectory });
  }
}

/** Whether a role sees only some rows of something. */
export async function hasRowFilters(session: SqlSession, role: string): Promise<boolean> {
  const sql = `SELECT heliosdb_has_row_filters(${quoteLiteral(role)})`;
  return (await session.query(sql)).rows[0]?.[0] === true;
}

interface RoleStatement {
  readonly role: string;
  readonly sql: string;
  readonly scratches?: ReadonlySet<string>;
}

/** The statement as the role may run it; 42501 when it may not. */
export async function admittedStatement(
  owner: SqlSession,
  { role, sql, scratches = new Set() }: RoleStatement,
): Promise<string> {
  const scratch = [...scratches].find((name) => sql.includes(name));
  const parameters = [role, sql, ...(scratch === undefined ? [] : [scratch])].map(quoteLiteral);
  const { rows } = await owner.query(
    `SELECT heliosdb_admitted_statement(${parameters.join(', ')})`,
  );
  return String(rows[0]?.[0]);
}

interface FilteredSessionOptions {
  readonly admit: (sql: string) => Promise<string>;
  readonly scratches: Set<string>;
  readonly exportDirectory: string;
}

// What the agent and the export run beside single statements, by its exact form.
const PARSE = 'SELECT json_serialize_sql($1::VARCHAR)';
const PLAN = 'SELECT json_serialize_plan($1::VARCHAR)';
const EXPLAIN_SETTING = "SET explain_output = 'all'";
const TRANSACTION = ['BEGIN TRANSACTION', 'COMMIT', 'ROLLBACK'];
const EXPLAIN = /^EXPLAIN \(FORMAT JSON\) ([\s\S]+)$/;
const ATTACH = /^ATTACH ':memory:' AS (heliosdb_run_[0-9a-f]{32}) \(READ_WRITE\)$/;
const DETACH = /^DETACH DATABASE IF EXISTS (heliosdb_run_[0-9a-f]{32})$/;
const STORE = /^CREATE TABLE (heliosdb_run_[0-9a-f]{32})\.main\.(\w+) AS\n([\s\S]+)$/;
const EXPORT =
  /^COPY \(([\s\S]+)\n\) TO '([^']+)' \((FORMAT (?:csv, HEADER|parquet|json, ARRAY))\)$/;

/** A session that puts a role's row filters into whatever runs on it. */
class FilteredSession implements SqlSession {
  readonly #inner: SqlSession;
  readonly #options: FilteredSessionOptions;
  /** The last statement that was admitted: it is planned once before it runs. */
  #last: { readonly sql: string; readonly admitted: string } | null = null;

  constructor(inner: SqlSession, options: FilteredSessionOptions) {
    this.#inner = inner;
    this.#options = options;
  }

  async run(sql: string, parameters?: SqlParameters): Promise<void> {
    await this.query(sql, parameters);
  }

  async query(sql: string, parameters: SqlParameters = []): Promise<QueryResult> {
    // A text to parse is data; nothing of it runs.
    if (sql === PARSE) return await this.#inner.query(sql, parameters);
    if (sql === PLAN) {
      // As with EXPLAIN: the plan is for the guard, of a statement that the role may run.
      const [planned] = Object.values(parameters);
      await this.#admit(String(planned));
      return await this.#inner.query(sql, parameters);
    }
    assertNone(parameters);
    return await this.#inner.query(await this.#rewrite(sql));
  }

  async stream(sql: string, parameters: SqlParameters = []): Promise<QueryStream> {
    assertNone(parameters);
    return await this.#inner.stream(await this.#rewrite(sql));
  }

  interrupt(): void {
    this.#inner.interrupt();
  }

  async close(): Promise<void> {
    await this.#inner.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #rewrite(sql: string): Promise<string> {
    const { scratches, exportDirectory } = this.#options;
    if (sql === EXPLAIN_SETTING || TRANSACTION.includes(sql)) return sql;
    const [, explained] = EXPLAIN.exec(sql) ?? [];
    if (explained !== undefined) {
      // The plan is for the guard, which knows the tables that the statement names.
      await this.#admit(explained);
      return sql;
    }
    const [, attached] = ATTACH.exec(sql) ?? [];
    if (attached !== undefined) {
      scratches.add(attached);
      return sql;
    }
    const [, detached = ''] = DETACH.exec(sql) ?? [];
    if (scratches.delete(detached)) return sql;
    const [, scratch = '', task, stored = ''] = STORE.exec(sql) ?? [];
    if (scratches.has(scratch)) {
      return `CREATE TABLE ${scratch}.main.${task} AS\n${await this.#admit(stored)}`;
    }
    const [, exported = '', target = '', format] = EXPORT.exec(sql) ?? [];
    if (target.startsWith(`${exportDirectory}/`) && !target.includes('..')) {
      return `COPY (${await this.#admit(exported)}\n) TO '${target}' (${format})`;
    }
    return await this.#admit(sql);
  }

  async #admit(sql: string): Promise<string> {
    if (this.#last?.sql === sql) return this.#last.admitted;
    const admitted = await this.#options.admit(sql);
    this.#last = { sql, admitted };
    return admitted;
  }
}

function assertNone(parameters: SqlParameters): void {
  if (Object.keys(parameters).length === 0) return;
  throw new HeliosError('insufficient_privilege', {
    message: 'a role with row filters runs no statement with parameters',
  });
}
