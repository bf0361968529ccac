import { StatementRunner } from '#agent';
import { HeliosError, quoteIdentifier, quoteLiteral } from '#core';
import type { CatalogSnapshot, CatalogTable, VerifiedQuestion } from '#planner';
import type { Database, SqlDatabase, SqlSession } from '#storage';
import type { CatalogHolder, Knowledge } from '../catalog-holder.ts';
import type { Identity } from './identity.ts';
import { mayActAs } from './identity.ts';

/**
 * What the roles of the service may do in a database that has not heard of them. An owner changes
 * it with GRANT and REVOKE; what they have decided is not touched again.
 */
const FIRST_GRANTS: Readonly<Record<string, string>> = {
  reader: 'GRANT SELECT ON ALL TABLES TO reader',
  caller: `GRANT SELECT ON ALL TABLES TO caller;
    GRANT EXECUTE ON ALL PROCEDURES TO caller`,
  author: `GRANT SELECT ON ALL TABLES TO author;
    GRANT EXECUTE, ALTER ON ALL PROCEDURES TO author;
    GRANT CREATE PROCEDURE TO author`,
};

/** Makes the roles of the service known to a database that can be written. */
export async function ensureRoles(database: Database): Promise<void> {
  if (database.isReadOnly) return;
  await database.withConnection(async (connection) => {
    const { rows } = await connection.query('SELECT name FROM heliosdb.roles');
    const known = new Set(rows.map(([name]) => String(name)));
    const script = Object.entries(FIRST_GRANTS)
      .filter(([role]) => !known.has(role))
      .map(([role, grants]) => `CREATE ROLE ${role};\n${grants};`)
      .join('\n');
    const bounds = { baseDirectory: '/', allowsFiles: false, rowsMax: 0, beyond: 'count' } as const;
    const runner = new StatementRunner({ connection, database }, bounds);
    for await (const _ of runner.run(script, new AbortController().signal)) {
      // Nothing to read.
    }
  });
}

/** The database and its catalog as one identity may see them. */
export interface Scope {
  /** Null for those who may do everything. */
  readonly role: string | null;
  readonly database: SqlDatabase;
  readonly catalog: () => Promise<CatalogSnapshot>;
  readonly verified: () => Promise<readonly VerifiedQuestion[]>;
  /** Throws 42501 unless the role may run this statement. */
  readonly judge: (sql: string) => Promise<void>;
}

interface CachedKnowledge {
  readonly whole: Knowledge;
  readonly part: Promise<Knowledge>;
}

/** Gives each role its view of the database; the engine is the judge of it. */
export class Scopes {
  readonly #database: Database;
  readonly #catalog: CatalogHolder;
  readonly #parts = new Map<string, CachedKnowledge>();

  constructor(database: Database, catalog: CatalogHolder) {
    this.#database = database;
    this.#catalog = catalog;
  }

  of(identity: Identity): Scope {
    const database = this.#database;
    if (mayActAs(identity, 'admin')) {
      const known = () => this.#catalog.get();
      return { role: null, database, ...accessors(known), judge: async () => undefined };
    }
    const { role } = identity;
    const judge = (sql: string): Promise<void> =>
      database.withConnection((connection) => check(connection, role, sql));
    return {
      role,
      database: new RoleDatabase(database, role),
      ...accessors(() => this.#part(role)),
      judge,
    };
  }

  async #part(role: string): Promise<Knowledge> {
    const whole = await this.#catalog.get();
    const cached = this.#parts.get(role);
    // Whatever is granted or revoked is written, and what is written gives another snapshot.
    if (cached?.whole === whole) return await cached.part;
    const part = this.#database.withConnection((connection) => partOf(connection, role, whole));
    this.#parts.set(role, { whole, part });
    part.catch(() => this.#parts.delete(role));
    return await part;
  }
}

function accessors(known: () => Promise<Knowledge>): Pick<Scope, 'catalog' | 'verified'> {
  return {
    catalog: async () => (await known()).catalog,
    verified: async () => (await known()).verified,
  };
}

/** What a role may use of all that is known. */
async function partOf(
  connection: SqlSession,
  role: string,
  { catalog, verified }: Knowledge,
): Promise<Knowledge> {
  const allowed: VerifiedQuestion[] = [];
  for (const pair of verified) {
    // SQL that does not fit the database any more is nobody's.
    if (await isAllowed(connection, role, pair.sql).catch(() => false)) allowed.push(pair);
  }
  return { catalog: await catalogPart(connection, role, catalog), verified: allowed };
}

/** The tables and procedures that a role may use. */
async function catalogPart(
  connection: SqlSession,
  role: string,
  whole: CatalogSnapshot,
): Promise<CatalogSnapshot> {
  const tables: CatalogTable[] = [];
  for (const table of whole.tables) {
    const name = `${quoteIdentifier(table.schema)}.${quoteIdentifier(table.name)}`;
    if (await isAllowed(connection, role, `SELECT * FROM ${name}`)) tables.push(table);
  }
  const procedures = [];
  for (const procedure of whole.procedures) {
    const name = `${quoteIdentifier(procedure.schema)}.${quoteIdentifier(procedure.name)}`;
    const values = procedure.parameters.map(({ type }) => `NULL::${type}`);
    const call = `SELECT ${name}(${values.join(', ')})`;
    if (await isAllowed(connection, role, call)) procedures.push(procedure);
  }
  const names = new Set(tables.map(({ schema, name }) => `${schema}.${name}`));
  const isKept = ({ from, to }: KeyEnds): boolean =>
    names.has(`${from.schema}.${from.table}`) && names.has(`${to.schema}.${to.table}`);
  const { semantics } = whole;
  const kept = semantics && {
    tables: semantics.tables.filter(({ schema, name }) => names.has(`${schema}.${name}`)),
    joins: semantics.joins.filter(isKept),
  };
  return {
    version: `${whole.version}-${role}`,
    tables,
    keys: whole.keys.filter(isKept),
    procedures,
    ...(kept === undefined ? {} : { semantics: kept }),
  };
}

interface KeyEnds {
  readonly from: { readonly schema: string; readonly table: string };
  readonly to: { readonly schema: string; readonly table: string };
}

async function isAllowed(connection: SqlSession, role: string, sql: string): Promise<boolean> {
  try {
    await check(connection, role, sql);
    return true;
  } catch (error) {
    if (HeliosError.isInstance(error, 'insufficient_privilege')) return false;
    throw error;
  }
}

async function check(connection: SqlSession, role: string, sql: string): Promise<void> {
  await connection.query(
    `SELECT heliosdb_check_statement(${quoteLiteral(role)}, ${quoteLiteral(sql)})`,
  );
}

/** A database whose sessions belong to a role, and cannot leave it. */
class RoleDatabase implements SqlDatabase {
  readonly path: string;
  readonly isReadOnly: boolean;
  readonly #database: Database;
  readonly #role: string;

  constructor(database: Database, role: string) {
    this.#database = database;
    this.#role = role;
    this.path = database.path;
    this.isReadOnly = database.isReadOnly;
  }

  async connect(): Promise<SqlSession> {
    const session = await this.#database.connect();
    await this.#enter(session);
    return session;
  }

  withConnection<T>(work: (connection: SqlSession) => Promise<T>): Promise<T> {
    return this.#database.withConnection(async (connection) => {
      await this.#enter(connection);
      return await work(connection);
    });
  }

  /** The database is its owner's to close. */
  async close(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}

  async #enter(session: SqlSession): Promise<void> {
    await session.query(`SELECT heliosdb_set_role(${quoteLiteral(this.#role)})`);
  }
}
