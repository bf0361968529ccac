import type {
  DuckDBConnection,
  DuckDBMaterializedResult,
  DuckDBPreparedStatement,
} from '@duckdb/node-api';
import { HeliosError } from '#core';
import { decodeError } from './decode-error.ts';
import type { SqlParameters } from './encode-parameter.ts';
import { encodeParameters } from './encode-parameter.ts';
import type { QueryResult, QueryStream } from './result.ts';
import { readResult, streamResult } from './result.ts';
import type { ThreadGate } from './thread-gate.ts';

/** How often a statement that should stop is asked again. */
const REPEAT_MS = 5;

/**
 * One session on a database: its transaction, temporary tables and settings.
 *
 * Statements run one after another in the order they were given. Different connections run in
 * parallel. Every failure is a HeliosError. Close it when done; the database closes what is left.
 */
export class Connection {
  /** DuckDB's number for the session, the one the engine knows it by. */
  readonly id: bigint;
  readonly #client: DuckDBConnection;
  readonly #path: string;
  readonly #onClose: (connection: Connection) => void;
  readonly #stopGuests: (connectionId: bigint) => void;
  readonly #gate: ThreadGate;
  #last: Promise<unknown> = Promise.resolve();
  #runningCount = 0;
  #isClosed = false;
  /** The running statement was asked to stop. */
  #isStopping = false;

  /** Made by `Database.connect`. */
  constructor(
    client: DuckDBConnection,
    options: {
      path: string;
      onClose: (connection: Connection) => void;
      stopGuests: (connectionId: bigint) => void;
      gate: ThreadGate;
    },
  ) {
    this.#client = client;
    this.#path = options.path;
    this.#onClose = options.onClose;
    this.#stopGuests = options.stopGuests;
    this.#gate = options.gate;
    this.id = BigInt(client.clientContext.connectionId);
  }

  /** Runs a script, or one statement with parameters, whose result is not wanted. */
  async run(sql: string, parameters?: SqlParameters): Promise<void> {
    await this.query(sql, parameters);
  }

  /** Runs a script, or one statement with parameters, and returns the last statement's result. */
  query(sql: string, parameters?: SqlParameters): Promise<QueryResult> {
    return this.#exclusively(sql, async () => readResult(await this.#start(sql, parameters)));
  }

  /**
   * Runs a statement and hands its rows out chunk by chunk, so that only one chunk at a time is
   * held as JavaScript values. DuckDB holds the result, and the connection is free meanwhile.
   *
   * DuckDB's own streaming is not used: its client drops an error that is raised after the first
   * chunk, and a cut-off result would look like a complete one.
   */
  stream(sql: string, parameters?: SqlParameters): Promise<QueryStream> {
    return this.#exclusively(sql, async () => streamResult(await this.#start(sql, parameters)));
  }

  /** Prepares one statement to be run many times. Close it when done. */
  async prepare(sql: string): Promise<PreparedStatement> {
    const statement = await this.#exclusively('', () => this.#client.prepare(sql));
    return new PreparedStatement(statement, (work) => this.#exclusively(sql, work));
  }

  /**
   * Runs work in a transaction: committed when it ends, rolled back when it throws.
   * The work must use this connection and start no transaction of its own.
   */
  async transaction<T>(work: () => Promise<T>): Promise<T> {
    await this.run('BEGIN TRANSACTION');
    try {
      const value = await work();
      await this.run('COMMIT');
      return value;
    } catch (error) {
      // A failed COMMIT has rolled back already; then there is nothing to roll back.
      await this.run('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }

  /**
   * Asks the running statement to stop, the guests and queries of its procedures included; it
   * fails with `query_canceled`. Without a running statement nothing happens.
   */
  interrupt(): void {
    if (this.#isClosed) return;
    this.#interruptOnce();
    if (this.#runningCount === 0 || this.#isStopping) return;
    // A wish that comes a moment before the statement starts is lost, so it is repeated.
    this.#isStopping = true;
    const repeat = setInterval(() => {
      if (this.#isStopping) this.#interruptOnce();
      else clearInterval(repeat);
    }, REPEAT_MS);
    repeat.unref();
  }

  /** Stops what is running and ends the session. Closing twice does nothing. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#runningCount > 0) await this.#stop();
    this.#client.closeSync();
    this.#onClose(this);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #stop(): Promise<void> {
    const repeat = setInterval(() => this.#interruptOnce(), REPEAT_MS);
    this.#interruptOnce();
    while (this.#runningCount > 0) await this.#last;
    clearInterval(repeat);
  }

  #interruptOnce(): void {
    this.#client.interrupt();
    if (this.#runningCount > 0) this.#stopGuests(this.id);
  }

  #start(sql: string, parameters: SqlParameters | undefined): Promise<DuckDBMaterializedResult> {
    if (parameters === undefined) return this.#client.run(sql);
    const { values, types } = encodeParameters(parameters);
    return this.#client.run(sql, values, types);
  }

  #exclusively<T>(sql: string, work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(() => this.#tracked(sql, work));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #tracked<T>(sql: string, work: () => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new HeliosError('connection_does_not_exist');
    this.#runningCount += 1;
    try {
      return await this.#gate.run(sql, work);
    } catch (error) {
      throw decodeError(error, { path: this.#path });
    } finally {
      this.#runningCount -= 1;
      this.#isStopping = false;
    }
  }
}

/** A statement that DuckDB has parsed and bound once. */
export class PreparedStatement {
  readonly #statement: DuckDBPreparedStatement;
  readonly #exclusively: <T>(work: () => Promise<T>) => Promise<T>;

  /** Made by `Connection.prepare`. */
  constructor(
    statement: DuckDBPreparedStatement,
    exclusively: <T>(work: () => Promise<T>) => Promise<T>,
  ) {
    this.#statement = statement;
    this.#exclusively = exclusively;
  }

  /** Runs the statement with these parameters. */
  query(parameters: SqlParameters = []): Promise<QueryResult> {
    return this.#exclusively(async () => {
      this.#statement.clearBindings();
      const { values, types } = encodeParameters(parameters);
      this.#statement.bind(values, types);
      return readResult(await this.#statement.run());
    });
  }

  /** Frees the statement; it cannot run again. */
  close(): void {
    this.#statement.destroySync();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
