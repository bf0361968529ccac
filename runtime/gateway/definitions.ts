/** Definitions of procedures: planned by the engine, run in the session's own transaction. */
import { HeliosError } from '#core';
import type { DefinitionStatement, ModuleSource, ProcedureName } from '../ddl/index.ts';
import type { DefinitionPlan, EnginePort, GatewayConnection } from './engine-port.ts';
import type { FileAccess } from './module-file.ts';
import { readModule } from './module-file.ts';
import type { SessionPlace } from './registry.ts';
import { isReadOnly, readCurrent, sessionPlace } from './registry.ts';
import type { TransactionState } from './transaction.ts';
import { failTransaction, transactionState } from './transaction.ts';

/** How often a definition is planned again because another session changed the procedure. */
const PLAN_ATTEMPTS_MAX = 5;

/** Changes the registry for one session. */
export class Definitions {
  readonly #connection: GatewayConnection;
  readonly #engine: EnginePort;
  readonly #access: FileAccess;
  /** Databases whose registry has been upgraded. */
  readonly #upgraded = new Set<string>();
  /** A transaction that was open then holds definitions the engine has not read. */
  #isRefreshDue = false;

  constructor(
    connection: GatewayConnection,
    options: { readonly engine: EnginePort; readonly access: FileAccess },
  ) {
    this.#connection = connection;
    this.#engine = options.engine;
    this.#access = options.access;
  }

  /** Reads what a transaction committed once it is over, however it ended. */
  async refreshWhenDue(): Promise<void> {
    if (!this.#isRefreshDue || (await transactionState(this.#connection)) !== 'none') return;
    this.#isRefreshDue = false;
    await this.#engine.refresh();
  }

  /**
   * Installs or upgrades the registry. To be called before a transaction begins that could not
   * see the migration. Only CREATE needs a registry; a database without one stays as it is.
   */
  async prepare({ isCreating }: { readonly isCreating: boolean }): Promise<void> {
    const { database, registry } = await sessionPlace(this.#connection);
    const isInstalled = registry !== null;
    if (isInstalled ? this.#upgraded.has(database) : !isCreating) return;
    if (await isReadOnly(this.#connection, database)) {
      // One that is there stays as it is: what would only be looked at may still be.
      if (isInstalled) return;
      throw readOnly();
    }
    await this.#engine.migrate(database);
    this.#upgraded.add(database);
  }

  /** Runs a definition, in the open transaction or one of its own, and returns its notices. */
  async run(statement: DefinitionStatement): Promise<readonly string[]> {
    const state = await transactionState(this.#connection);
    if (state === 'failed') throw new HeliosError('in_failed_sql_transaction');
    const source = moduleOf(statement);
    const module = source === null ? null : await readModule(source, this.#access);
    const place = await this.#placeFor(statement, state);
    const { database } = place;
    const located = locate(statement, place.schema);
    const name = procedureOf(located);
    for (let attempt = 1; attempt <= PLAN_ATTEMPTS_MAX; attempt += 1) {
      const current = await this.#current(place, name);
      const plan = await this.#engine.plan({ statement: located, database, module, current });
      const isNothing = plan.statements.length === 0;
      if (!isNothing && (await isReadOnly(this.#connection, database))) throw readOnly();
      const isDone =
        isNothing ||
        (state === 'open'
          ? await this.#runInside(plan)
          : await this.#runAlone(plan, { place, name, current }));
      if (isDone) return plan.notices;
    }
    throw new HeliosError('serialization_failure', {
      message: `procedure ${name} is being changed by others`,
    });
  }

  /** The registry's rows of a procedure; there are none for statements about anything else. */
  async #current({ registry }: SessionPlace, name: string): Promise<string | null> {
    if (registry === null || name === '') return null;
    return readCurrent(this.#connection, { registry, name });
  }

  /**
   * Runs a plan in a transaction of its own; false when the procedure has changed since it was
   * planned, and nothing was done.
   *
   * The plan is made before the transaction begins: a function that the engine registers for it
   * would be invisible inside.
   */
  async #runAlone(
    plan: DefinitionPlan,
    planned: {
      readonly place: SessionPlace;
      readonly name: string;
      readonly current: string | null;
    },
  ): Promise<boolean> {
    await this.#connection.run('BEGIN TRANSACTION');
    try {
      if ((await this.#current(planned.place, planned.name)) !== planned.current) {
        await this.#connection.run('ROLLBACK');
        return false;
      }
      for (const sql of plan.statements) await this.#connection.run(sql);
      await this.#connection.run('COMMIT');
    } catch (error) {
      // A failed COMMIT has rolled back already; then there is nothing to roll back.
      await this.#connection.run('ROLLBACK').catch(() => undefined);
      throw error;
    }
    await this.#engine.refresh();
    return true;
  }

  async #runInside(plan: DefinitionPlan): Promise<boolean> {
    if (plan.needsNewTransaction) {
      throw new HeliosError('statement_not_allowed_in_transaction', {
        message: 'a procedure with this result type cannot be created inside a transaction',
        detail: 'The open transaction cannot see the function that was registered for the type.',
        hint: 'End the transaction and run the statement again.',
      });
    }
    this.#isRefreshDue = true;
    let doneCount = 0;
    try {
      for (const sql of plan.statements) {
        await this.#connection.run(sql);
        doneCount += 1;
      }
    } catch (error) {
      if (doneCount > 0) await failTransaction(this.#connection);
      throw error;
    }
    return true;
  }

  /** Where the session is; with a registry when the statement needs one. */
  async #placeFor(statement: DefinitionStatement, state: TransactionState): Promise<SessionPlace> {
    const place = await sessionPlace(this.#connection);
    if (place.registry !== null || !createsRegistry(statement)) return place;
    if (state === 'open') {
      throw new HeliosError('statement_not_allowed_in_transaction', {
        message: 'the transaction began before the registry of procedures was installed',
        hint: 'End the transaction and run the statement again.',
      });
    }
    // USE has led to another database since the script began.
    await this.prepare({ isCreating: true });
    return sessionPlace(this.#connection);
  }
}

/** A name without a schema is looked up, or created, in the session's own. */
function locate(statement: DefinitionStatement, schema: string): DefinitionStatement {
  const inSchema = <T extends ProcedureName>(name: T): T => ({
    ...name,
    schema: name.schema ?? schema,
  });
  switch (statement.kind) {
    case 'create_role':
    case 'drop_role':
    case 'create_row_filter':
    case 'drop_row_filter':
      return statement;
    case 'grant':
    case 'revoke':
      if (statement.object.kind !== 'procedure') return statement;
      return { ...statement, object: inSchema(statement.object) };
    default:
      return inSchema(statement);
  }
}

/** DuckDB's own words name a statement that nobody wrote. */
function readOnly(): HeliosError {
  return new HeliosError('read_only_sql_transaction', {
    message: 'the database is opened read-only',
    detail: 'procedures, roles, grants and row filters are kept in its schema heliosdb',
    hint: 'open it for writing: the file and its folder have to be writable',
  });
}

/** Whether a statement needs a registry, which is installed where there is none. */
export function createsRegistry(statement: DefinitionStatement): boolean {
  return ['create_procedure', 'create_role', 'create_row_filter'].includes(statement.kind);
}

/** The procedure whose rows the engine needs to judge a statement; empty when there is none. */
function procedureOf(statement: DefinitionStatement): string {
  switch (statement.kind) {
    case 'create_role':
    case 'drop_role':
    case 'create_row_filter':
    case 'drop_row_filter':
      return '';
    case 'grant':
    case 'revoke':
      return statement.object.kind === 'procedure' ? statement.object.name : '';
    default:
      return statement.name;
  }
}

function moduleOf(statement: DefinitionStatement): ModuleSource | null {
  if (statement.kind === 'create_procedure') return statement.module;
  if (statement.kind !== 'alter_procedure') return null;
  return statement.action.kind === 'add_version' ? statement.action.module : null;
}
