import { StatementRunner } from '#agent';
import { HeliosError, quoteIdentifier } from '#core';
import type { CatalogSnapshot, CatalogTable, VerifiedQuestion } from '#planner';
import type { Database, SqlDatabase, SqlSession } from '#storage';
import { rereadTable } from '#storage';
import type { CatalogHolder, Knowledge } from '../catalog-holder.ts';
import type { Identity } from './identity.ts';
import { mayActAs } from './identity.ts';
import { admittedStatement, hasRowFilters, RoleDatabase } from './role-database.ts';

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
  /** Whether the role sees only some rows of something. */
  readonly isFiltered: () => Promise<boolean>;
}

interface CachedKnowledge {
  readonly whole: Knowledge;
  readonly part: Promise<Knowledge>;
}

export interface ScopesOptions {
  readonly database: Database;
  readonly catalog: CatalogHolder;
  /** The one folder that results may be written to. */
  readonly exportDirectory: string;
}

/** Gives each role its view of the database; the engine is the judge of it. */
export class Scopes {
  readonly #database: Database;
  readonly #catalog: CatalogHolder;
  readonly #exportDirectory: string;
  readonly #parts = new Map<string, CachedKnowledge>();

  constructor(options: ScopesOptions) {
    this.#database = options.database;
    this.#catalog = options.catalog;
    this.#exportDirectory = options.exportDirectory;
  }

  of(identity: Identity): Scope {
    const database = this.#database;
    if (mayActAs(identity, 'admin')) {
      const known = () => this.#catalog.get();
      return {
        role: null,
        database,
        ...accessors(known),
        judge: async () => undefined,
        isFiltered: async () => false,
      };
    }
    const role = identity.databaseRole;
    return {
      role,
      database: this.#databaseOf(role),
      ...accessors(() => this.#part(role)),
      judge: (sql) =>
        database.withConnection(async (connection) => {
          await admittedStatement(connection, { role, sql });
        }),
      isFiltered: () => database.withConnection((connection) => hasRowFilters(connection, role)),
    };
  }

  /** Throws 42501 for a role that sees only some rows: what is shown here comes from all of them. */
  async assertUnfiltered(identity: Identity, what: string): Promise<void> {
    const { role, isFiltered } = this.of(identity);
    if (!(await isFiltered())) return;
    throw new HeliosError('insufficient_privilege', {
      message: `role ${role} may not see ${what}`,
      detail: 'it sees only some rows of some tables, and these come from all rows',
      hint: 'somebody whose role has no row filters can look',
    });
  }

  #databaseOf(role: string): RoleDatabase {
    return new RoleDatabase({
      database: this.#database,
      role,
      exportDirectory: this.#exportDirectory,
    });
  }

  async #part(role: string): Promise<Knowledge> {
    const whole = await this.#catalog.get();
    const cached = this.#parts.get(role);
    // Whatever is granted or revoked is written, and what is written gives another snapshot.
    if (cached?.whole === whole) return await cached.part;
    const seen = this.#databaseOf(role);
    const part = this.#database.withConnection((owner) => partOf({ owner, role, seen }, whole));
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

/** A role's view: judged by the owner's session, read through the role's own. */
interface View {
  readonly owner: SqlSession;
  readonly role: string;
  readonly seen: SqlDatabase;
}

/** What a role may use of all that is known. */
async function partOf(view: View, { catalog, verified }: Knowledge): Promise<Knowledge> {
  const allowed: VerifiedQuestion[] = [];
  for (const pair of verified) {
    // SQL that does not fit the database any more is nobody's, and that over filtered tables is
    // not for this role: its literals may be values of rows that the role does not see.
    const admitted = await admittedOrNull(view, pair.sql).catch(() => null);
    if (admitted === pair.sql) allowed.push(pair);
  }
  return { catalog: await catalogPart(view, catalog), verified: allowed };
}

/** The tables and procedures that a role may use, with what it may know of their rows. */
async function catalogPart(view: View, whole: CatalogSnapshot): Promise<CatalogSnapshot> {
  const tables: CatalogTable[] = [];
  for (const table of whole.tables) {
    const sql = `SELECT * FROM ${quoteIdentifier(table.schema)}.${quoteIdentifier(table.name)}`;
    const admitted = await admittedOrNull(view, sql);
    if (admitted === null) continue;
    const isWhole = admitted === sql;
    tables.push(isWhole ? table : await view.seen.withConnection((one) => rereadTable(one, table)));
  }
  const procedures = [];
  for (const procedure of whole.procedures) {
    const name = `${quoteIdentifier(procedure.schema)}.${quoteIdentifier(procedure.name)}`;
    const values = procedure.parameters.map(({ type }) => `NULL::${type}`);
    const call = `SELECT ${name}(${values.join(', ')})`;
    if ((await admittedOrNull(view, call)) !== null) procedures.push(procedure);
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
    version: `${whole.version}-${view.role}`,
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

async function admittedOrNull({ owner, role }: View, sql: string): Promise<string | null> {
  try {
    return await admittedStatement(owner, { role, sql });
  } catch (error) {
    if (HeliosError.isInstance(error, 'insufficient_privilege')) return null;
    throw error;
  }
}
