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
import { hintSignatures } from './argument-error.ts';
import { createsRegistry, Definitions } from './definitions.ts';
import type { EnginePort, GatewayConnection } from './engine-port.ts';
import { SqlEngine } from './engine-port.ts';
import { explainAnalyze, isExplainAnalyze } from './explain-analyze.ts';
import { refuseForbidden } from './forbidden.ts';
import type { FileAccess } from './module-file.ts';
import { nameOverloads } from './overload-error.ts';
import { placeError, placeRewritten } from './place-error.ts';
import { findProcedures, readProcedures, undefinedProcedure } from './registry.ts';
import { describeGrants, describeRoles, describeRowFilters } from './roles.ts';

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
  /**
   * CALL means a procedure, whatever else has the name: what is judged as a query of it, for a role
   * that calls nothing else and may not look into the registry, then runs as that query.
   */
  readonly callsOnlyProcedures?: boolean;
  /** The engine in the connection's database, unless a test stands in for it. */
  readonly engine?: EnginePort;
}

interface ScriptItem {
  readonly number: number;
  readonly statement: ScriptStatement;
  readonly parsed: ParsedStatement | null;
}

const DEFINITIONS: ReadonlySet<DdlStatement['kind']> = new Set([
  'create_procedure',
  'alter_procedure',
  'drop_procedure',
  'create_role',
  'drop_role',
  'create_row_filter',
  'drop_row_filter',
  'grant',
  'revoke',
]);

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
  readonly #definitions: Definitions;
  readonly #onNotice: (notice: string) => void;
  readonly #callsOnlyProcedures: boolean;

  constructor(connection: GatewayConnection, options: GatewayOptions) {
    this.#connection = connection;
    this.#onNotice = options.onNotice ?? (() => undefined);
    this.#callsOnlyProcedures = options.callsOnlyProcedures ?? false;
    this.#engine = options.engine ?? new SqlEngine(connection);
    this.#definitions = new Definitions(connection, { engine: this.#engine, access: options });
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
    if (definition !== undefined) {
      const isCreating = items.some(
        ({ parsed }) =>
          parsed !== null && isDefinition(parsed.tree) && createsRegistry(parsed.tree),
      );
      await placed(definition, () => this.#definitions.prepare({ isCreating }));
    }
    for (const item of items) yield await placed(item, () => this.#executeItem(item));
  }

  async #executeItem({ statement, parsed }: ScriptItem): Promise<StatementResult> {
    const notices: string[] = [];
    const notify = (notice: string): void => {
      notices.push(notice);
      this.#onNotice(notice);
    };
    const tree = parsed?.tree ?? null;
    const outcome = await this.#dispatch(tree, statement, notify).catch(async (error: unknown) => {
      throw await hintSignatures(toHeliosError(error), statement.text, this.#engine);
    });
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
      case 'create_role':
      case 'drop_role':
      case 'create_row_filter':
      case 'drop_row_filter':
      case 'grant':
      case 'revoke':
        return this.#define(tree, notify);
      case 'call':
        return this.#call(tree, statement);
      case 'show_procedures':
        return this.#engine.procedures(null);
      case 'describe_procedure':
        return this.#describe(tree);
      case 'show_roles':
        return describeRoles(this.#connection);
      case 'show_grants':
        return describeGrants(this.#connection, tree.role);
      case 'show_row_filters':
        return describeRowFilters(this.#connection, tree.role);
    }
  }

  async #pass(statement: ScriptStatement): Promise<QueryResult> {
    await refuseForbidden(this.#connection, statement);
    try {
      const result = isExplainAnalyze(statement)
        ? await explainAnalyze(this.#connection, statement)
        : await this.#connection.query(statement.text);
      // The procedures of an attached database may need functions before they can be called.
      if (statement.head[0] === 'ATTACH') await this.#engine.refresh();
      await this.#definitions.refreshWhenDue();
      return result;
    } catch (error) {
      // A failed COMMIT ends the transaction too; its own error is the one to report.
      await this.#definitions.refreshWhenDue().catch(() => undefined);
      throw error;
    }
  }

  async #define(tree: DefinitionStatement, notify: (notice: string) => void): Promise<QueryResult> {
    for (const notice of await this.#definitions.run(tree)) notify(notice);
    return NO_RESULT;
  }

  /** Runs `CALL p(…)` as the query it is; the arguments reach DuckDB as written. */
  async #call(call: CallStatement, statement: ScriptStatement): Promise<QueryResult> {
    if (!this.#callsOnlyProcedures) {
      const procedures = await readProcedures(this.#connection);
      if (findProcedures(procedures, call).length === 0) return this.#pass(statement);
    }
    const sql = `${queryOfCall(statement)} AS ${quoteIdentifier(call.name)}`;
    try {
      return await this.#connection.query(sql);
    } catch (error) {
      const growth = 'SELECT'.length - 'CALL'.length;
      throw placeRewritten(toHeliosError(error), { statement, sql, growth });
    }
  }

  async #describe(statement: DescribeProcedure): Promise<QueryResult> {
    const result = await this.#engine.procedures(statement);
    if (result.rowCount > 0) return result;
    throw undefinedProcedure(await readProcedures(this.#connection), statement);
  }
}

/** The query that `CALL p(…)` is. */
export function queryOfCall({ text }: Pick<ScriptStatement, 'text'>): string {
  return `SELECT${text.slice('CALL'.length)}`;
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
    const failed = nameOverloads(withSuggestion(toHeliosError(error), statement));
    throw placeError(failed, { statement, number, offsets });
  }
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

function isDefinition(tree: DdlStatement): tree is DefinitionStatement {
  return DEFINITIONS.has(tree.kind);
}
