import type { SqlParameters } from './encode-parameter.ts';
import type { QueryResult, QueryStream } from './result.ts';

/**
 * A session on a database, in this process or in the service that owns the file: what everybody
 * who runs statements works with.
 */
export interface SqlSession extends AsyncDisposable {
  /** Runs a script, or one statement with parameters, whose result is not wanted. */
  run(sql: string, parameters?: SqlParameters): Promise<void>;
  /** Runs a script, or one statement with parameters, and returns the last statement's result. */
  query(sql: string, parameters?: SqlParameters): Promise<QueryResult>;
  /** Runs a statement and hands its rows out chunk by chunk. */
  stream(sql: string, parameters?: SqlParameters): Promise<QueryStream>;
  /** Asks the running statement to stop. */
  interrupt(): void;
  /** Stops what is running and ends the session. */
  close(): Promise<void>;
}

/** A database that sessions can be opened on. */
export interface SqlDatabase extends AsyncDisposable {
  /** `:memory:` or the file's absolute path. */
  readonly path: string;
  readonly isReadOnly: boolean;
  connect(): Promise<SqlSession>;
  /** Runs work on a fresh session and closes it. */
  withConnection<T>(work: (connection: SqlSession) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}
