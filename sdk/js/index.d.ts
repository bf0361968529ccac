/**
 * The database, as a procedure in JavaScript or TypeScript sees it. Inside a procedure the engine
 * provides this module; elsewhere every function throws.
 *
 * | SQL | JavaScript |
 * | --- | --- |
 * | BOOLEAN | boolean |
 * | integers, HUGEINT | number, or bigint beyond 2^53 |
 * | FLOAT, DOUBLE, DECIMAL | number; cast a DECIMAL to VARCHAR where every digit counts |
 * | VARCHAR, ENUM, JSON, UUID, BIT | string |
 * | DATE, TIME, TIMESTAMP, INTERVAL | string, ISO 8601 (an INTERVAL as DuckDB prints it) |
 * | BLOB | Uint8Array |
 * | LIST, ARRAY | array |
 * | STRUCT, MAP | object; a MAP whose keys are not text is an array of pairs |
 * | NULL | null |
 *
 * The same holds for results; a Date becomes a TIMESTAMP in UTC.
 */

/** A value that SQL can take. */
export type SqlInput =
  | null
  | undefined
  | boolean
  | number
  | bigint
  | string
  | Date
  | Uint8Array
  | ArrayBuffer
  | readonly SqlInput[]
  | { readonly [field: string]: SqlInput };

/** The rows of a query, with what is known of the columns. */
export type QueryRows<Row> = Row[] & {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
};

// biome-ignore lint/suspicious/noExplicitAny: a row's columns are known to its query alone.
export type AnyRow = Record<string, any>;

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** What the database raised. */
export interface HeliosdbQueryError extends Error {
  /** Five characters such as `42P01`. */
  readonly sqlstate: string;
}

/** Runs one SQL statement, with values for its `?` or `$1` placeholders. */
export function heliosdbQuery<Row = AnyRow>(
  sql: string,
  parameters?: readonly SqlInput[],
): QueryRows<Row>;

/** Writes a line to the procedure's log; `console.log` and its like do the same. */
export function heliosdbLog(level: LogLevel | 0 | 1 | 2 | 3, message: string): void;

/** The moment the statement began in milliseconds since 1970, the same as `Date.now()`. */
export function heliosdbNow(): number;

/** Ends the procedure with an error. Throwing any `Error` does the same, with code 1. */
export function heliosdbError(code: number, message: string): never;

/** Begins a transaction for the queries that follow. */
export function heliosdbBeginTx(): void;

/** Makes what was written since `heliosdbBeginTx` permanent. */
export function heliosdbCommitTx(): void;

/** Undoes what was written since `heliosdbBeginTx`. */
export function heliosdbRollbackTx(): void;
