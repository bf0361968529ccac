import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { Json } from '#core';
import { fromWire, HeliosError, toHeliosError, toWire } from '#core';
import type { Connection, Database, SessionReply, SqlParameters } from '#storage';
import { decodeLines } from '#storage';

export interface SessionOptions {
  readonly database: Database;
  /** Told each statement before it runs. */
  readonly onStatement: (sql: string) => void;
  /** Asked for each session: what it gives is told each statement that has ended, in any way. */
  readonly follow: () => (sql: string) => void;
}

type Line = { readonly [key: string]: Json };

/**
 * Serves one session to whoever holds the socket: statements one after another, interrupts at any
 * time. When the socket ends, what runs is stopped and the session's transaction rolled back.
 */
export async function serveSession(socket: Socket, options: SessionOptions): Promise<void> {
  const connection = await options.database.connect();
  const onEnd = options.follow();
  socket.once('close', () => void connection.close());
  const waiting: Line[] = [];
  let isWorking = false;
  const work = async (): Promise<void> => {
    isWorking = true;
    for (let line = waiting.shift(); line !== undefined; line = waiting.shift()) {
      await answer(line, { socket, connection, options, onEnd });
    }
    isWorking = false;
  };
  try {
    for await (const line of decodeLines(socket)) {
      const request = asObject(line);
      if (request.interrupt === true) {
        connection.interrupt();
        continue;
      }
      waiting.push(request);
      if (!isWorking) void work();
    }
  } catch (error) {
    await send(socket, { error: toHeliosError(error).toJSON() });
  } finally {
    socket.destroy();
    await connection.close();
  }
}

interface Scene {
  readonly socket: Socket;
  readonly connection: Connection;
  readonly options: SessionOptions;
  readonly onEnd: (sql: string) => void;
}

async function answer(line: Line, { socket, connection, options, onEnd }: Scene): Promise<void> {
  const sql = String(line.sql ?? '');
  options.onStatement(sql);
  try {
    const stream = await connection.stream(sql, readParameters(line.parameters ?? null));
    await send(socket, { columns: stream.columns });
    let rowCount = 0;
    for await (const chunk of stream) {
      rowCount += chunk.length;
      await send(socket, { rows: chunk.map((row) => row.map(toWire)) });
    }
    await send(socket, { end: { rowCount: stream.rowsChanged ?? rowCount } });
  } catch (error) {
    await send(socket, { error: toHeliosError(error).toJSON() });
  } finally {
    onEnd(sql);
  }
}

function readParameters(json: Json): SqlParameters | undefined {
  if (json === null) return undefined;
  if (isArray(json)) return json.map(fromWire);
  return Object.fromEntries(
    Object.entries(asObject(json)).map(([name, value]) => [name, fromWire(value)]),
  );
}

async function send(socket: Socket, reply: SessionReply): Promise<void> {
  if (socket.destroyed || socket.write(`${JSON.stringify(reply)}\n`)) return;
  await Promise.race([once(socket, 'drain'), once(socket, 'close')]).catch(() => undefined);
}

function asObject(json: Json): Line {
  if (typeof json === 'object' && json !== null && !isArray(json)) return json;
  throw new HeliosError('invalid_json_text', { message: 'a request of a session is malformed' });
}

function isArray(json: Json): json is readonly Json[] {
  return Array.isArray(json);
}
