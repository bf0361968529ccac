import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { Json, SqlValue } from '#core';
import { fromWire, HeliosError, SqlTimestamp, toWire } from '#core';
import type { SqlParameter, SqlParameters } from '../connection/encode-parameter.ts';
import type { QueryResult, QueryStream, ResultColumn } from '../connection/result.ts';
import type { SqlDatabase, SqlSession } from '../connection/session.ts';
import type { SessionReply, SessionRequest, WireParameters } from './frames.ts';
import { decodeLines, errorFromWire, SESSION_PATH, SESSION_PROTOCOL } from './frames.ts';

export interface RemoteDatabaseOptions {
  /** The service's local socket. */
  readonly socketPath: string;
  readonly path: string;
  readonly isReadOnly: boolean;
}

/** A database that another process owns, reached through that process's local socket. */
export class RemoteDatabase implements SqlDatabase {
  readonly path: string;
  readonly isReadOnly: boolean;
  readonly #socketPath: string;
  readonly #sessions = new Set<RemoteSession>();

  constructor({ socketPath, path, isReadOnly }: RemoteDatabaseOptions) {
    this.#socketPath = socketPath;
    this.path = path;
    this.isReadOnly = isReadOnly;
  }

  async connect(): Promise<SqlSession> {
    const session = new RemoteSession(await openSession(this.#socketPath), () =>
      this.#sessions.delete(session),
    );
    this.#sessions.add(session);
    return session;
  }

  async withConnection<T>(work: (connection: SqlSession) => Promise<T>): Promise<T> {
    await using session = await this.connect();
    return await work(session);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#sessions].map((session) => session.close()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

async function openSession(socketPath: string): Promise<Socket> {
  // An import would evaluate every export of the module, fetch and its certificates among them.
  const { request } = process.getBuiltinModule('node:http');
  const asked = request({
    socketPath,
    path: SESSION_PATH,
    headers: { connection: 'Upgrade', upgrade: SESSION_PROTOCOL },
  });
  asked.end();
  return await new Promise((resolve, reject) => {
    asked.once('upgrade', (_, socket) => resolve(socket));
    asked.once('response', (response) => {
      response.resume();
      reject(gone(`the service answered ${response.statusCode}`));
    });
    asked.once('error', (error) => reject(gone(error.message)));
  });
}

function gone(detail: string): HeliosError {
  return new HeliosError('connection_does_not_exist', {
    message: 'the service that owns the database does not answer',
    detail,
    hint: 'try again: without a service the file is opened directly',
  });
}

class RemoteSession implements SqlSession {
  readonly #socket: Socket;
  readonly #replies: AsyncGenerator<Json>;
  readonly #onClose: () => void;
  #last: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(socket: Socket, onClose: () => void) {
    this.#socket = socket;
    this.#replies = decodeLines(socket);
    this.#onClose = onClose;
    // What reads the replies reports it.
    socket.on('error', () => undefined);
  }

  async run(sql: string, parameters?: SqlParameters): Promise<void> {
    await this.query(sql, parameters);
  }

  query(sql: string, parameters?: SqlParameters): Promise<QueryResult> {
    return this.#exclusively(async () => {
      const columns = await this.#start(sql, parameters);
      const rows: (readonly SqlValue[])[] = [];
      for (;;) {
        const reply = await this.#next();
        if ('end' in reply) return { columns, rows, rowCount: reply.end.rowCount };
        for (const row of rowsOf(reply)) rows.push(row);
      }
    });
  }

  stream(sql: string, parameters?: SqlParameters): Promise<QueryStream> {
    const started = Promise.withResolvers<Pick<QueryStream, 'columns' | 'rowsChanged'>>();
    const read = Promise.withResolvers<void>();
    // The session is taken until the rows have been read: they come on the same wire.
    this.#exclusively(async () => {
      const columns = await this.#start(sql, parameters);
      if (columns.length > 0) {
        started.resolve({ columns, rowsChanged: null });
        await read.promise;
        return;
      }
      const reply = await this.#next();
      started.resolve({ columns, rowsChanged: 'end' in reply ? reply.end.rowCount : null });
    }).catch(started.reject);
    const next = () => this.#next();
    async function* chunks() {
      // A failure ends the replies as `end` does.
      let isDone = true;
      try {
        for (;;) {
          const reply = await next();
          if ('end' in reply) return;
          isDone = false;
          yield rowsOf(reply);
          isDone = true;
        }
      } finally {
        while (!isDone) isDone = 'end' in (await next());
        read.resolve();
      }
    }
    return started.promise.then(({ columns, rowsChanged }) => ({
      columns,
      rowsChanged,
      [Symbol.asyncIterator]: columns.length > 0 ? chunks : nothing,
    }));
  }

  interrupt(): void {
    if (!this.#isClosed) this.#send({ interrupt: true });
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.destroy();
    this.#onClose();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #start(
    sql: string,
    parameters: SqlParameters | undefined,
  ): Promise<readonly ResultColumn[]> {
    const request = {
      sql,
      parameters: parameters === undefined ? null : wireParameters(parameters),
    };
    if (!this.#send(request)) await once(this.#socket, 'drain');
    const reply = await this.#next();
    if ('columns' in reply) return reply.columns;
    throw gone('it sent something else than columns');
  }

  async #next(): Promise<Exclude<SessionReply, { error: unknown }>> {
    const { value, done } = await this.#replies.next().catch((error: Error) => {
      throw gone(error.message);
    });
    if (done === true) throw gone('it closed the session');
    const reply = value as unknown as SessionReply;
    if ('error' in reply) throw errorFromWire(reply.error);
    return reply;
  }

  #send(request: SessionRequest): boolean {
    return this.#socket.write(`${JSON.stringify(request)}\n`);
  }

  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(() => {
      if (this.#isClosed) throw new HeliosError('connection_does_not_exist');
      return work();
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

async function* nothing(): AsyncGenerator<never> {}

function rowsOf(reply: SessionReply): SqlValue[][] {
  return 'rows' in reply ? reply.rows.map((row) => row.map(fromWire)) : [];
}

function wireParameters(parameters: SqlParameters): WireParameters {
  const wire = (value: SqlParameter): Json =>
    toWire(value instanceof Date ? SqlTimestamp.fromDate(value) : value);
  if (isList(parameters)) return parameters.map(wire);
  return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, wire(value)]));
}

function isList(parameters: SqlParameters): parameters is readonly SqlParameter[] {
  return Array.isArray(parameters);
}
