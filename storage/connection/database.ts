import { existsSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { HeliosError, quoteLiteral } from '#core';
import { Connection } from './connection.ts';
import { decodeError } from './decode-error.ts';
import { Flusher } from './flusher.ts';
import { GuestStopper } from './guest-stopper.ts';
import { ThreadGate } from './thread-gate.ts';
import { Turnstile } from './turnstile.ts';

/** How a database is opened. */
export interface DatabaseOptions {
  /** `:memory:` or a file, which is created when it is not there unless it is opened read-only. */
  readonly path: string;
  readonly readOnly?: boolean;
  /** Fails with `undefined_file` instead of creating a missing file. */
  readonly mustExist?: boolean;
  /** Extension files to load before the first statement, signed or not. */
  readonly extensions?: readonly string[];
  /** DuckDB settings that hold from the start. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Connections that `withConnection` has out at one time; more wait. Default 16. */
  readonly pooledConnectionsMax?: number;
}

const POOLED_CONNECTIONS_MAX = 16;
const MEMORY = ':memory:';

/**
 * DuckDB's file lock belongs to the process, so a second instance in one process would open a file
 * that the first one is writing and corrupt it. Paths open in this process are kept here.
 */
const openFiles = new Set<string>();

/** An open DuckDB database. The process owns the file until `close`. */
export class Database {
  /** `:memory:` or the file's absolute path. */
  readonly path: string;
  readonly isReadOnly: boolean;
  readonly #instance: DuckDBInstance;
  readonly #connections = new Set<Connection>();
  readonly #turnstile: Turnstile;
  readonly #gate = new ThreadGate();
  #flusher: Flusher | null = null;
  #stopper: GuestStopper | null = null;
  #closing: Promise<void> | null = null;

  private constructor(instance: DuckDBInstance, path: string, options: DatabaseOptions) {
    this.#instance = instance;
    this.path = path;
    this.isReadOnly = options.readOnly ?? false;
    this.#turnstile = new Turnstile(options.pooledConnectionsMax ?? POOLED_CONNECTIONS_MAX);
  }

  /**
   * Opens a database and loads its extensions. Fails with `undefined_file`, `database_in_use`,
   * `not_a_database`, `data_corrupted`, `incompatible_version` or `engine_load_failed`.
   */
  static async open(options: DatabaseOptions): Promise<Database> {
    const isReadOnly = options.readOnly ?? false;
    const path = locate(options.path);
    checkFile(path, options);
    claim(path);
    let database: Database | null = null;
    try {
      const instance = await DuckDBInstance.create(path, {
        ...options.settings,
        ...(isReadOnly ? { access_mode: 'READ_ONLY' } : {}),
        ...(options.extensions?.length ? { allow_unsigned_extensions: 'true' } : {}),
      });
      database = new Database(instance, path, options);
      await database.#load(options.extensions ?? []);
      return database;
    } catch (error) {
      if (database) await database.close();
      else openFiles.delete(path);
      throw decodeError(error, { path });
    }
  }

  /** Opens a session that the caller closes. */
  async connect(): Promise<Connection> {
    if (this.#closing) throw new HeliosError('connection_does_not_exist');
    const client = await this.#instance.connect();
    const connection = new Connection(client, {
      path: this.path,
      onClose: (closed) => this.#connections.delete(closed),
      stopGuests: (connectionId) => this.#stopper?.stop(connectionId),
      gate: this.#gate,
    });
    this.#connections.add(connection);
    return connection;
  }

  /**
   * Runs work on a fresh session and closes it. A session is never handed on: half a millisecond
   * buys that no transaction, temporary table or setting leaks from one user to the next.
   * The number of such sessions is bounded; further callers wait in order.
   */
  async withConnection<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    await this.#turnstile.enter();
    try {
      await using connection = await this.connect();
      return await work(connection);
    } finally {
      this.#turnstile.leave();
    }
  }

  /**
   * Stops running statements, closes every session and lets go of the file, which can then be
   * opened again. Closing twice does nothing.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#connections].map((connection) => connection.close()));
    await this.#flusher?.close();
    this.#stopper?.close();
    this.#instance.closeSync();
    if (this.path !== MEMORY) openFiles.delete(this.path);
  }

  async #load(extensions: readonly string[]): Promise<void> {
    if (extensions.length === 0) return;
    await using connection = await this.connect();
    for (const extension of extensions) {
      if (!existsSync(extension)) {
        throw new HeliosError('engine_missing', {
          message: 'extension file does not exist',
          detail: extension,
          fields: { path: extension },
        });
      }
      await connection.run(`LOAD ${quoteLiteral(resolve(extension))}`);
    }
    // What a read-only database's procedures do stays in memory.
    if (!this.isReadOnly) this.#flusher = new Flusher(await this.#instance.connect(), this.#gate);
    this.#stopper = await GuestStopper.open(await this.#instance.connect());
  }
}

/** The absolute path with links resolved, so that two spellings of one file are one key. */
function locate(path: string): string {
  if (path === MEMORY || path === '') return MEMORY;
  const absolute = resolve(path);
  if (existsSync(absolute)) return realpathSync(absolute);
  const folder = dirname(absolute);
  return existsSync(folder) ? join(realpathSync(folder), basename(absolute)) : absolute;
}

function checkFile(path: string, options: DatabaseOptions): void {
  if (path === MEMORY) {
    if (!options.readOnly) return;
    throw new HeliosError('invalid_parameter_value', {
      message: 'a database in memory cannot be read-only',
    });
  }
  const fields = { path };
  if (!existsSync(path)) {
    if (!existsSync(dirname(path))) {
      throw new HeliosError('undefined_file', {
        message: 'folder of the database file does not exist',
        detail: dirname(path),
        fields,
      });
    }
    if (!options.readOnly && !options.mustExist) return;
    throw new HeliosError('undefined_file', {
      message: 'database file does not exist',
      detail: path,
      fields,
    });
  }
  if (statSync(path).isDirectory()) {
    throw new HeliosError('not_a_database', {
      message: 'path is a folder, not a database file',
      detail: path,
      fields,
    });
  }
}

function claim(path: string): void {
  if (path === MEMORY) return;
  if (openFiles.has(path)) {
    throw new HeliosError('database_in_use', {
      message: 'database file is already open in this process',
      detail: path,
      hint: 'use the open database, or close it first',
      fields: { path, process: String(process.pid) },
    });
  }
  openFiles.add(path);
}
