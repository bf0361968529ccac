/** Runs scripts: statements about procedures through the engine, all others as DuckDB has them. */
import type { SqlValue } from '#core';
import { HeliosError, quoteIdentifier, toHeliosError } from '#core';
import type { QueryResult, ResultColumn } from '#storage';
import type {
  CallStatement,
  DdlStatement,
  DefinitionStatement,
  DescribeProcedure,
  ParsedStatement,
  ScriptStatement,
} from '../ddl/index.ts';
import { nearestWord, parseStatement, statementsOf } from '../ddl/index.ts';
import type { DefinitionPlan, EnginePort, GatewayConnection } from './engine-port.ts';
import { SqlEngine } from './engine-port.ts';
import { refuseForbidden } from './forbidden.ts';
import type { FileAccess } from './module-file.ts';
import { readModule } from './module-file.ts';
import { placeError, placeRewritten } from './place-error.ts';
import {
  findProcedures,
  hasRegistry,
  readCurrent,
  readProcedures,
  undefinedProcedure,
} from './registry.ts';
import { failTransaction, transactionState } from './transaction.ts';

/** What one statement of a script came to. */
export interface StatementResult {
  /** `ddl` changed the registry; `rows` has a result; `ok` is everything else. */
  readonly kind: 'rows' | 'ddl' | 'ok';
  /** The statement as written, without its semicolon. */
  readonly text: string;
  /** Where it starts in the script, in UTF-16 code units. */
  readonly offset: number;
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly (readonly SqlValue[])[];
  /** Rows returned, or rows changed. */
  readonly rowCount: number;
  readonly notices: readonly string[];
}

export interface GatewayOptions extends FileAccess {
  /** Called with each notice as it comes; the results carry them too. */
  readonly onNotice?: (notice: string) => void;
  /** The engine in the connection's database, unless a test stands in for it. */
  readonly engine?: EnginePort;
}

interface ScriptItem {
  readonly number: number;
  readonly statement: ScriptStatement;
  readonly parsed: ParsedStatement | null;
}

const NO_RESULT: QueryResult = { columns: [], rows: [], rowCount: 0 };

/**
 * The way into a session for scripts that may contain statements about procedures.
 *
 * The gateway borrows the connection: it never closes it, and one script at a time may run on it.
 * It keeps no state that DuckDB could contradict; transactions may begin and end outside it.
 */
export class Gateway {
  readonly #connection: GatewayConnection;
  readonly #engine: EnginePort;
  readonly #options: GatewayOptions;
  #isMigrated = false;
  /** A transaction that was open then holds definitions the engine has not read. */
  #isRefreshDue = false;

  constructor(connection: GatewayConnection, options: GatewayOptions) {
    this.#connection = connection;
    this.#engine = options.engine ?? new SqlEngine(connection);
    this.#options = options;
  }

  /**
   * Runs a script's statements in order and yields each one's result.
   *
   * A text that cannot be split, or one of our statements with a syntax error, fails before
   * anything runs. A statement that fails later ends the script; what ran before it stays, unless
   * a transaction of the script's own decides otherwise. The error's fields name the statement's
   * number and the offset in the script. A script that is not read to its end stops there.
   */
  async *execute(script: string): AsyncGenerator<StatementResult, void, void> {
    const items = parseScript(script);
    // Before the first statement, which may open a transaction that cannot see the migration.
    const definition = items.find(({ parsed }) => parsed !== null && isDefinition(parsed.tree));
    if (definition !== undefined) await placed(definition, () => this.#migrate(items));
    for (const item of items) yield await placed(item, () => this.#executeItem(item));
  }

  async #executeItem({ statement, parsed }: ScriptItem): Promise<StatementResult> {
    const notices: string[] = [];
    const notify = (notice: string): void => {
      notices.push(notice);
      this.#options.onNotice?.(notice);
    };
    const tree = parsed?.tree ?? null;
    const outcome = await this.#dispatch(tree, statement, notify);
    const { columns, rows, rowCount } = outcome;
    const kind = columns.length > 0 ? 'rows' : tree !== null && isDefinition(tree) ? 'ddl' : 'ok';
    return {
      kind,
      text: statement.text,
      offset: statement.start,
      columns,
      rows,
      rowCount,
      notices,
    };
  }

  #dispatch(
    tree: DdlStatement | null,
    statement: ScriptStatement,
    notify: (notice: string) => void,
  ): Promise<QueryResult> {
    switch (tree?.kind) {
      case undefined:
        return this.#pass(statement);
      case 'create_procedure':
      case 'alter_procedure':
      case 'drop_procedure':
        return this.#define(tree, notify);
      case 'call':
        return this.#call(tree, statement);
      case 'show_procedures':
        return this.#connection.query('SELECT * FROM heliosdb_procedures()');
      case 'describe_procedure':
        return this.#describe(tree);
    }
  }

  async #pass(statement: ScriptStatement): Promise<QueryResult> {
    await refuseForbidden(this.#connection, statement);
    try {
      const result = await this.#connection.query(statement.text);
      await this.#refreshWhenDue();
      return result;
    } catch (error) {
      // A failed COMMIT ends the transaction too; its own error is the one to report.
      await this.#refreshWhenDue().catch(() => undefined);
      throw error;
    }
  }

  /** Reads what a transaction committed once it is over, however it ended. */
  async #refreshWhenDue(): Promise<void> {
    if (!this.#isRefreshDue || (await transactionState(this.#connection)) !== 'none') return;
    this.#isRefreshDue = false;
    await this.#engine.refresh();
  }

  async #migrate(items: readonly ScriptItem[]): Promise<void> {
    if (this.#isMigrated) return;
    const isCreating = items.some(({ parsed }) => parsed?.tree.kind === 'create_procedure');
    // Only CREATE needs a registry; a database without one stays as it is.
    if (!isCreating && !(await hasRegistry(this.#connection))) return;
    await this.#engine.migrate();
    this.#isMigrated = true;
  }

  async #define(
    statement: DefinitionStatement,
    notify: (notice: string) => void,
  ): Promise<QueryResult> {
    const state = await transactionState(this.#connection);
    if (state === 'failed') throw new HeliosError('in_failed_sql_transaction');
    const source = moduleOf(statement);
    const module = source === null ? null : await readModule(source, this.#options);
    const located = await this.#located(statement);
    const current = await readCurrent(this.#connection, located.name);
    const plan = await this.#engine.plan({ statement: located, module, current });
    for (const notice of plan.notices) notify(notice);
    if (plan.statements.length === 0) return NO_RESULT;
    if (state === 'open') await this.#runInside(plan);
    else await this.#runAlone(plan);
    return NO_RESULT;
  }

  /** A name without a schema is looked up, or created, in the session's own. */
  async #located(statement: DefinitionStatement): Promise<DefinitionStatement> {
    if (statement.schema !== null) return statement;
    const { rows } = await this.#connection.query('SELECT current_schema()', []);
    return { ...statement, schema: String(rows[0]?.[0] ?? 'main') };
  }

  async #runAlone(plan: DefinitionPlan): Promise<void> {
    await this.#connection.run('BEGIN TRANSACTION');
    try {
      for (const sql of plan.statements) await this.#connection.run(sql);
      await this.#connection.run('COMMIT');
    } catch (error) {
      // A failed COMMIT has rolled back already; then there is nothing to roll back.
      await this.#connection.run('ROLLBACK').catch(() => undefined);
      throw error;
    }
    await this.#engine.refresh();
  }

  async #runInside(plan: DefinitionPlan): Promise<void> {
    if (plan.needsNewTransaction) {
      throw new HeliosError('statement_not_allowed_in_transaction', {
        message: 'a procedure with this result type cannot be created inside a transaction',
        detail: 'The open transaction cannot see the function that was registered for the type.',
        hint: 'End the transaction and run the statement again.',
      });
    }
    await this.#requireRegistry();
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
  }

  async #requireRegistry(): Promise<void> {
    if (await hasRegistry(this.#connection)) return;
    throw new HeliosError('statement_not_allowed_in_transaction', {
      message: 'the transaction began before the registry of procedures was installed',
      hint: 'End the transaction and run the statement again.',
    });
  }

  /** Runs `CALL p(…)` as the query it is; the arguments reach DuckDB as written. */
  async #call(call: CallStatement, statement: ScriptStatement): Promise<QueryResult> {
    const procedures = await readProcedures(this.#connection);
    if (findProcedures(procedures, call).length === 0) return this.#pass(statement);
    const invocation = statement.text.slice('CALL'.length);
    const sql = `SELECT${invocation} AS ${quoteIdentifier(call.name)}`;
    try {
      return await this.#connection.query(sql);
    } catch (error) {
      const growth = 'SELECT'.length - 'CALL'.length;
      throw placeRewritten(toHeliosError(error), { statement, sql, growth });
    }
  }

  async #describe(statement: DescribeProcedure): Promise<QueryResult> {
    const result = await this.#connection.query(
      `SELECT * FROM heliosdb_procedures() WHERE lower(name) = lower($1)
       AND ($2::VARCHAR IS NULL OR lower(schema_name) = lower($2::VARCHAR))`,
      [statement.name, statement.schema],
    );
    if (result.rowCount > 0) return result;
    throw undefinedProcedure(await readProcedures(this.#connection), statement);
  }
}

function parseScript(script: string): readonly ScriptItem[] {
  return statementsOf(script).map((statement, index) => {
    const number = index + 1;
    try {
      return { number, statement, parsed: parseStatement(statement) };
    } catch (error) {
      throw placeError(toHeliosError(error), { statement, number, offsets: new Map() });
    }
  });
}

/** Runs work for a statement; an error of it points into the script. */
async function placed<T>(item: ScriptItem, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { statement, number, parsed } = item;
    const offsets = parsed?.offsets ?? new Map<string, number>();
    const failed = withSuggestion(toHeliosError(error), statement);
    throw placeError(failed, { statement, number, offsets });
  }
}

function isDefinition(tree: DdlStatement): tree is DefinitionStatement {
  return (
    tree.kind === 'create_procedure' ||
    tree.kind === 'alter_procedure' ||
    tree.kind === 'drop_procedure'
  );
}

function moduleOf(statement: DefinitionStatement) {
  if (statement.kind === 'create_procedure') return statement.module;
  if (statement.kind === 'drop_procedure') return null;
  return statement.action.kind === 'add_version' ? statement.action.module : null;
}

/** DuckDB cannot know that `CREATE PROCEDUR` meant one of ours. */
function withSuggestion(error: HeliosError, { head }: ScriptStatement): HeliosError {
  if (error.name !== 'syntax_error' || error.hint !== null) return error;
  const [verb = '', ...words] = head.slice(0, 5);
  const isOurs = ['CREATE', 'ALTER', 'DROP', 'SHOW', 'DESCRIBE'].includes(verb);
  if (!isOurs || !words.some((word) => nearestWord(word, ['PROCEDURE']) !== null)) return error;
  const { message, detail, fields, cause } = error;
  const hint = 'Perhaps PROCEDURE was meant.';
  return new HeliosError('syntax_error', { message, detail, hint, fields, cause });
}
