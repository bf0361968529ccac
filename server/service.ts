import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LanguageModel } from '#agent';
import type { Clock, IdSource } from '#core';
import { HeliosError, quoteLiteral, randomIds, systemClock } from '#core';
import type { Database } from '#storage';
import type { AppOptions, Patience } from './app.ts';
import { addRoutes, newApp } from './app.ts';
import { CatalogHolder } from './catalog-holder.ts';
import type { ServiceContext } from './context.ts';
import { Allowances } from './identity/allowance.ts';
import { authenticate } from './identity/authenticate.ts';
import { ensureRoles, Scopes } from './identity/scope.ts';
import type { LocalSocket } from './local/local-socket.ts';
import { openLocalSocket } from './local/local-socket.ts';
import { Conversations } from './runs/conversations.ts';
import { RunBook } from './runs/run-book.ts';
import type { Memory } from './store/memory.ts';
import { openMemory } from './store/memory.ts';

export interface ServiceOptions {
  /** Open; the service closes it when it stops. */
  readonly database: Database;
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Further names that the service is reached by, for example behind a proxy. */
  readonly allowedHosts?: readonly string[];
  /** Refuses those without a token on this machine too. Elsewhere that always holds. */
  readonly isTokenRequired?: boolean;
  /** The folder with the page's built files; one that does not exist is left out. */
  readonly pageDirectory?: string;
  /** The file of the semantic model: what words mean in this database. */
  readonly semanticsFile?: string | null;
  /** Where a read-only database's runs and tokens are kept. */
  readonly stateDirectory: string;
  readonly version: string;
  /** What plans questions before the offline parser does. */
  readonly model?: LanguageModel | null;
  /** What "now" is for questions. Default: the clock. */
  readonly now?: () => string;
  readonly clock?: Clock;
  readonly ids?: IdSource;
  /** Where log lines go, as JSON; null logs nothing. */
  readonly logStream?: NodeJS.WritableStream | null;
  readonly logLevel?: string;
  /** How long clients may take to send a request. Default: 10 s for headers, 30 s for all. */
  readonly patience?: Patience;
  /** Lets statements read and write files and addresses of this machine. Default false. */
  readonly allowsExternalAccess?: boolean;
}

export interface Service {
  /** Where it listens, for example `http://127.0.0.1:4321`. */
  readonly url: string;
  /** The owner's socket; null for a database in memory. */
  readonly socketPath: string | null;
  readonly isTokenRequired: boolean;
  /** Lets running questions end, for as long as `drainMs`, then closes the database. */
  close(drainMs?: number): Promise<void>;
}

const RUN_BOUNDS = {
  runningMax: 4,
  waitingMax: 512,
  keptMax: 200,
  keptCharactersMax: 16 * 1024 * 1024,
};
const DRAIN_MS = 10_000;

/** Starts the service on an open database. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { database } = options;
  const undo: (() => Promise<unknown>)[] = [() => database.close()];
  try {
    const exportDirectory = await mkdtemp(join(tmpdir(), 'heliosdb-'));
    undo.push(() => rm(exportDirectory, { recursive: true, force: true }));
    const clock = options.clock ?? systemClock;
    const memory = await openMemory(database, { clock, directory: options.stateDirectory });
    undo.push(() => memory.close());
    await ensureRoles(database);
    await confine(database, exportDirectory, options.allowsExternalAccess ?? false);
    return await open({ options, exportDirectory, clock, memory });
  } catch (error) {
    for (const step of undo.reverse()) await step();
    throw error;
  }
}

interface Parts {
  readonly options: ServiceOptions;
  readonly exportDirectory: string;
  readonly clock: Clock;
  readonly memory: Memory;
}

async function open(parts: Parts): Promise<Service> {
  const { options, clock, memory } = parts;
  const { database, host, port } = options;
  const stopping = new AbortController();
  const isTokenRequired = options.isTokenRequired === true || !isLoopback(host);
  let local: LocalSocket | null = null;
  let isAllowedHost = (_: string): boolean => false;
  const isOwner = (request: IncomingMessage): boolean => local?.owns(request) ?? false;
  const page = options.pageDirectory;
  const appOptions: AppOptions = {
    version: options.version,
    pageDirectory: page !== undefined && existsSync(page) ? page : null,
    isOwner,
    isAllowedHost: (name) => isAllowedHost(name),
    identify: (request) =>
      authenticate(request, { tokens: memory.tokens, clock, isTokenRequired, isOwner }),
    logStream: options.logStream ?? null,
    logLevel: options.logLevel ?? 'info',
    ...(options.patience === undefined ? {} : { patience: options.patience }),
  };
  const app = newApp(appOptions);
  const context = newContext(parts, { log: app.log, stopping: stopping.signal });
  // A mistake in the semantic model is said at the start, not with every question.
  if ((options.semanticsFile ?? null) !== null) await context.catalog.get();
  addRoutes(app, context, appOptions);
  await app.ready();
  const { catalog } = context;
  local = await openLocalSocket({
    database,
    onRequest: (request, response) => app.routing(request, response),
    onStatement: () => undefined,
    follow: () => catalog.followSession(),
  });
  const url = await listen(app, host, port).catch(async (error: unknown) => {
    await local?.close();
    throw error;
  });
  isAllowedHost = hostRule(new URL(url).port, [host, ...(options.allowedHosts ?? [])]);
  // The first question should not have to wait for it.
  void catalog.get().catch(() => undefined);
  const close = async (drainMs = DRAIN_MS): Promise<void> => {
    await context.runs.idle(AbortSignal.timeout(drainMs));
    stopping.abort();
    await context.runs.close(new HeliosError('query_canceled', { message: 'the service stops' }));
    await local?.close();
    await app.close();
    await memory.close();
    await database.close();
    await rm(parts.exportDirectory, { recursive: true, force: true });
  };
  let closing: Promise<void> | null = null;
  return {
    url,
    socketPath: local?.path ?? null,
    isTokenRequired,
    close: (drainMs) => {
      closing ??= close(drainMs);
      return closing;
    },
  };
}

function newContext(
  { options, exportDirectory, clock, memory }: Parts,
  { log, stopping }: Pick<ServiceContext, 'log' | 'stopping'>,
): ServiceContext {
  const { database } = options;
  const ids = options.ids ?? randomIds;
  const { semanticsFile = null, stateDirectory } = options;
  const catalog = new CatalogHolder({ database, semanticsFile, stateDirectory, stopping });
  const allowances = new Allowances(clock);
  const { runs: store, tokens, audit } = memory;
  const model = options.model ?? null;
  const scopes = new Scopes({ database, catalog, exportDirectory });
  const runs = new RunBook({
    scopes,
    store,
    conversations: new Conversations({ store, database, stateDirectory }),
    allowances,
    databaseRoleOf: (id) => tokens.databaseRoleOf(id),
    onWrite: () => catalog.invalidate(),
    model,
    clock,
    ids,
    ...RUN_BOUNDS,
  });
  memory.onError((error) => log.error({ err: error }, 'what happened could not be written'));
  const now = options.now ?? (() => minuteOf(clock.now()));
  return {
    database,
    catalog,
    scopes,
    runs,
    tokens,
    allowances,
    audit,
    clock,
    ids,
    log,
    now,
    exportDirectory,
    stopping,
  };
}

/** The minute that counts as now: questions asked in one are planned alike, and planned once. */
function minuteOf(instant: Date): string {
  return `${instant.toISOString().slice(0, 'YYYY-MM-DDTHH:MM'.length)}:00.000Z`;
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

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d+){3}$/.test(host);
}

/** Which Host headers the service answers to: its own names with its port, others as given. */
function hostRule(port: string, names: readonly string[]): (host: string) => boolean {
  const bare = (name: string): string => (isIP(name) === 6 ? `[${name}]` : name.toLowerCase());
  const own = ['localhost', '127.0.0.1', '::1', ...names.slice(0, 1)].map(bare);
  const further = names.slice(1).map(bare);
  const known = new Set([...own, ...further].map((name) => `${name}:${port}`));
  // Behind a proxy a name comes with the proxy's port, or without one.
  for (const name of further) known.add(name);
  if (port === '80') for (const name of own) known.add(name);
  return (host) => known.has(host);
}
