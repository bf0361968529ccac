import { once } from 'node:events';
import { chmod, lstat, mkdir, rename, rm } from 'node:fs/promises';
import type { IncomingMessage, RequestListener } from 'node:http';
import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { dirname } from 'node:path';
import { HeliosError } from '#core';
import type { Database } from '#storage';
import { findService, ownUserId, SESSION_PATH, SESSION_PROTOCOL, socketPaths } from '#storage';
import type { SessionOptions } from './session-server.ts';
import { serveSession } from './session-server.ts';

export interface LocalSocketOptions extends SessionOptions {
  readonly database: Database;
  readonly onRequest: RequestListener;
}

/** The service's door for the owner of the file: a socket that only its user can open. */
export interface LocalSocket {
  readonly path: string;
  /** Whether a request came in by this door. */
  owns(request: IncomingMessage): boolean;
  close(): Promise<void>;
}

/** Opens the door of a database file; null for a database in memory, which has no place for one. */
export async function openLocalSocket(options: LocalSocketOptions): Promise<LocalSocket | null> {
  const { database } = options;
  if (database.path === ':memory:') return null;
  const owners = new WeakSet<Socket>();
  const sessions = new Set<Socket>();
  const server = createServer({ requestTimeout: 30_000 }, options.onRequest);
  server.on('connection', (socket: Socket) => owners.add(socket));
  server.on('upgrade', (request, socket: Socket) => {
    if (request.url !== SESSION_PATH || request.headers.upgrade !== SESSION_PROTOCOL) {
      socket.end('HTTP/1.1 404 Not Found\r\n\r\n');
      return;
    }
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${SESSION_PROTOCOL}\r\n\r\n`,
    );
    sessions.add(socket);
    socket.once('close', () => sessions.delete(socket));
    socket.on('error', () => undefined);
    void serveSession(socket, options).catch(() => socket.destroy());
  });
  const path = await bind(server, database.path);
  return {
    path,
    owns: ({ socket }) => owners.has(socket),
    async close() {
      for (const socket of sessions) socket.destroy();
      server.closeAllConnections();
      const closed = once(server, 'close');
      server.close();
      await closed;
      await rm(path, { force: true });
    },
  };
}

/** Listens at the first place that can be had. */
async function bind(server: ReturnType<typeof createServer>, file: string): Promise<string> {
  const live = await findService(file);
  if (live !== null) throw alreadyServed(file, live);
  let failure: unknown = null;
  for (const path of socketPaths(file)) {
    const unfinished = `${path.slice(0, -'.sock'.length)}.${process.pid}`;
    try {
      await prepareFolder(path);
      await rm(unfinished, { force: true });
      await listen(server, unfinished);
      await chmod(unfinished, 0o600);
      // The name appears with its rights complete, in place of what a killed service left there.
      await removeStale(path);
      await rename(unfinished, path);
      return path;
    } catch (error) {
      failure = error;
      await rm(unfinished, { force: true });
      if (server.listening) await new Promise((done) => server.close(done));
    }
  }
  throw new HeliosError('io_error', {
    message: 'cannot open the local socket of the database',
    detail: failure instanceof Error ? failure.message : null,
    hint: `tried ${socketPaths(file).join(' and ')}`,
    cause: failure,
  });
}

async function listen(server: ReturnType<typeof createServer>, path: string): Promise<void> {
  const listening = once(server, 'listening');
  // Nobody else may open it, not even before its mode is set.
  const mask = process.umask(0o177);
  try {
    server.listen(path);
    await listening;
  } finally {
    process.umask(mask);
  }
}

/** The folder of our own must be ours: whoever owns it could put another socket in its place. */
async function prepareFolder(path: string): Promise<void> {
  const folder = dirname(path);
  if (!/\/heliosdb(-\d+)?$/.test(folder)) return;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const stat = await lstat(folder);
  if (stat.isDirectory() && stat.uid === ownUserId() && (stat.mode & 0o077) === 0) return;
  throw new HeliosError('io_error', { message: `${folder} is not this user's own folder` });
}

/** What a killed service left behind; a live one was found before. */
async function removeStale(path: string): Promise<void> {
  const stat = await lstat(path).catch(() => null);
  if (stat?.isSocket() === true) await rm(path, { force: true });
}

function alreadyServed(file: string, socket: string): HeliosError {
  return new HeliosError('database_in_use', {
    message: 'a service owns this database already',
    detail: `${file}, socket ${socket}`,
    hint: 'use that one: heliosdb ask, sql and the others attach to it by themselves',
    fields: { path: file, process: null },
  });
}
