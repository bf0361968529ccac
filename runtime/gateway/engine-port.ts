/** What the gateway asks of the engine, and the engine's SQL functions behind it. */
import { HeliosError } from '#core';
import type { Connection, QueryResult } from '#storage';
import type { DefinitionStatement, ProcedureName } from '../ddl/index.ts';
import { encodeStatement } from '../ddl/index.ts';
import { describeProcedures } from './registry.ts';

/**
 * The part of a session that the gateway uses. A query without parameters is a statement of the
 * script, whose result a door may cut; the gateway's own queries always come with parameters.
 */
export type GatewayConnection = Pick<Connection, 'query' | 'run'>;

/** What a definition comes to: SQL that the client runs in its own transaction. */
export interface DefinitionPlan {
  readonly statements: readonly string[];
  readonly notices: readonly string[];
  /** A function was registered that transactions already open cannot see. */
  readonly needsNewTransaction: boolean;
}

/** A definition with everything the engine needs to judge it. */
export interface DefinitionRequest {
  readonly statement: DefinitionStatement;
  /** The session's database: the one whose registry is changed. */
  readonly database: string;
  readonly module: Uint8Array | null;
  /** The registry's rows of that name, as JSON, as the client's transaction sees them. */
  readonly current: string | null;
}

/** The engine, as far as statements about procedures need it. */
export interface EnginePort {
  /** Installs or upgrades schema `heliosdb` of a database, in a transaction of the engine's own. */
  migrate(database: string): Promise<void>;
  /** Checks a definition and stages it; changes nothing in the database. */
  plan(request: DefinitionRequest): Promise<DefinitionPlan>;
  /** Makes the engine, if there is one, read what was committed. */
  refresh(): Promise<void>;
  /** Describes the procedures of a name, or all of them. */
  procedures(name: ProcedureName | null): Promise<QueryResult>;
}

/** The engine loaded into the connection's database. */
export class SqlEngine implements EnginePort {
  readonly #connection: GatewayConnection;
  #isLoaded = false;

  constructor(connection: GatewayConnection) {
    this.#connection = connection;
  }

  async migrate(database: string): Promise<void> {
    await this.#requireLoaded();
    await this.#connection.query('SELECT heliosdb_migrate(?::VARCHAR)', [database]);
  }

  async plan({ statement, database, module, current }: DefinitionRequest): Promise<DefinitionPlan> {
    await this.#requireLoaded();
    const sql = 'SELECT heliosdb_plan_ddl(?::VARCHAR, ?::BLOB, ?::VARCHAR)';
    const parameters = [encodeStatement({ ...statement, database }), module, current];
    const result = await this.#connection.query(sql, parameters);
    return decodePlan(result.rows[0]?.[0]);
  }

  async refresh(): Promise<void> {
    if (!(await this.#checkLoaded())) return;
    await this.#connection.run('SELECT heliosdb_refresh()');
  }

  async procedures(name: ProcedureName | null): Promise<QueryResult> {
    await this.#requireLoaded();
    return describeProcedures(this.#connection, name);
  }

  /** Says what is missing instead of letting DuckDB name an internal function. */
  async #requireLoaded(): Promise<void> {
    if (await this.#checkLoaded()) return;
    throw new HeliosError('engine_missing', {
      message: 'the HeliosDB engine is not loaded into this database',
      hint: 'Open the database with the heliosdb extension.',
    });
  }

  async #checkLoaded(): Promise<boolean> {
    if (this.#isLoaded) return true;
    const { rows } = await this.#connection.query(
      "SELECT count(*)::INTEGER FROM duckdb_functions() WHERE function_name = 'heliosdb_plan_ddl'",
      [],
    );
    this.#isLoaded = rows[0]?.[0] !== 0;
    return this.#isLoaded;
  }
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function decodePlan(value: unknown): DefinitionPlan {
  const plan: unknown = typeof value === 'string' ? JSON.parse(value) : null;
  if (typeof plan === 'object' && plan !== null && 'statements' in plan && 'notices' in plan) {
    const { statements, notices } = plan;
    const needsNewTransaction =
      'needs_new_transaction' in plan && plan.needs_new_transaction === true;
    if (isTexts(statements) && isTexts(notices))
      return { statements, notices, needsNewTransaction };
  }
  throw new HeliosError('internal_error', { message: 'the engine answered with no plan' });
}
