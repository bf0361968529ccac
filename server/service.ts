import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { isIP } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock, IdSource } from '#core';
import { HeliosError, quoteLiteral, randomIds, systemClock } from '#core';
import type { Database } from '#storage';
import { addRoutes, newApp } from './app.ts';
import { CatalogHolder } from './catalog-holder.ts';
import type { ServiceContext } from './context.ts';
import { RunBook } from './runs/run-book.ts';

export interface ServiceOptions {
  /** Open; the service closes it when it stops. */
  readonly database: Database;
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Further names that the service is reached by, for example behind a proxy. */
  readonly allowedHosts?: readonly string[];
  /** The folder with the page's built files; one that does not exist is left out. */
  readonly pageDirectory?: string;
  readonly version: string;
  /** What "now" is for questions. Default: the clock. */
  readonly now?: () => string;
  readonly clock?: Clock;
  readonly ids?: IdSource;
  /** Where log lines go, as JSON; null logs nothing. */
  readonly logStream?: NodeJS.WritableStream | null;
  readonly logLevel?: string;
  /** Lets statements read and write files and addresses of this machine. Default false. */
  readonly allowsExternalAccess?: boolean;
}

export interface Service {
  /** Where it listens, for example `http://127.0.0.1:4321`. */
  readonly url: string;
  /** Lets running questions end, for as long as `drainMs`, then closes the database. */
  close(drainMs?: number): Promise<void>;
}

const RUNNING_MAX = 4;
const WAITING_MAX = 512;
const KEPT_MAX = 1_000;
const DRAIN_MS = 10_000;

/** Starts the service on an open database. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { database, host, port } = options;
  const stopping = new AbortController();
  const exportDirectory = await mkdtemp(join(tmpdir(), 'heliosdb-'));
  await confine(database, exportDirectory, options.allowsExternalAccess ?? false);
  let isAllowedHost = (_: string): boolean => false;
  const page = options.pageDirectory;
  const appOptions = {
    version: options.version,
    pageDirectory: page !== undefined && existsSync(page) ? page : null,
    isAllowedHost: (name: string) => isAllowedHost(name),
    logStream: options.logStream ?? null,
    logLevel: options.logLevel ?? 'info',
  };
  const app = newApp(appOptions);
  const clock = options.clock ?? systemClock;
  const ids = options.ids ?? randomIds;
  const catalog = new CatalogHolder(database, stopping.signal);
  const bounds = { runningMax: RUNNING_MAX, waitingMax: WAITING_MAX, keptMax: KEPT_MAX };
  const context: ServiceContext = {
    database,
    catalog,
    clock,
    ids,
    runs: new RunBook({ database, catalog, clock, ids, ...bounds }),
    log: app.log,
    now: options.now ?? (() => clock.now().toISOString()),
    exportDirectory,
    stopping: stopping.signal,
  };
  addRoutes(app, context, appOptions);
  const url = await listen(app, host, port);
  isAllowedHost = hostRule(new URL(url).port, [host, ...(options.allowedHosts ?? [])]);
  // The first question should not have to wait for it.
  void catalog.get().catch(() => undefined);

  const close = async (drainMs = DRAIN_MS): Promise<void> => {
    await context.runs.idle(AbortSignal.timeout(drainMs));
    stopping.abort();
    await context.runs.close(new HeliosError('query_canceled', { message: 'the service stops' }));
    await app.close();
    await database.close();
    await rm(exportDirectory, { recursive: true, force: true });
  };
  let closing: Promise<void> | null = null;
  return {
    url,
    close: (drainMs) => {
      closing ??= close(drainMs);
      return closing;
    },
  };
}

/** Statements of many people run here: files and addresses are out of reach, but for exports. */
async function confine(database: Database, folder: string, isOpen: boolean): Promise<void> {
  if (isOpen) return;
  await database.withConnection(async (connection) => {
    await connection.run(`SET allowed_directories = [${quoteLiteral(folder)}]`);
    await connection.run('SET enable_external_access = false');
  });
}

async function listen(app: ReturnType<typeof newApp>, host: string, port: number): Promise<string> {
  try {
    return await app.listen({ host, port, backlog: 1024 });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new HeliosError('io_error', {
      message: `cannot listen on ${host} port ${port}`,
      detail: (cause as Error).message,
      hint:
        code === 'EADDRINUSE'
          ? '--port N takes another one, --port 0 any free one'
          : 'ports below 1024 need rights; --host names an address of this machine',
      cause,
    });
  }
}

/** Which Host headers the service answers to: its own names with its own port. */
function hostRule(port: string, names: readonly string[]): (host: string) => boolean {
  const bare = (name: string): string => (isIP(name) === 6 ? `[${name}]` : name.toLowerCase());
  const known = new Set(
    ['localhost', '127.0.0.1', '::1', ...names].map(bare).flatMap((name) => {
      return [`${name}:${port}`, ...(names.slice(1).includes(name) ? [name] : [])];
    }),
  );
  return (host) => known.has(host);
}
