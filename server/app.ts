import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { fastify, LogController } from 'fastify';
import { HeliosError, toHeliosError } from '#core';
import type { ServiceContext } from './context.ts';
import { errorReply } from './http/error-reply.ts';
import { openApiDocument } from './http/openapi.ts';
import { isPageAddress, sendPage, servePage } from './http/page.ts';
import type { Route } from './http/route.ts';
import { parsePart } from './http/route.ts';
import { protect } from './http/security.ts';
import { retryAfter } from './identity/allowance.ts';
import type { Identity } from './identity/identity.ts';
import { LOCAL, requireRole } from './identity/identity.ts';
import { adviceRoutes } from './routes/advice.ts';
import { catalogRoutes } from './routes/catalog.ts';
import { healthRoutes, identityRoutes, ServiceMetrics } from './routes/health.ts';
import { logRoutes } from './routes/logs.ts';
import { procedureRoutes } from './routes/procedures.ts';
import { runRoutes } from './routes/runs.ts';
import { sqlRoutes } from './routes/sql.ts';
import { tokenRoutes } from './routes/tokens.ts';

export const API_PREFIX = '/api/v1';

export interface AppOptions {
  readonly version: string;
  /** The folder of the page's files, or null when there is none. */
  readonly pageDirectory: string | null;
  readonly isAllowedHost: (host: string) => boolean;
  /** Whether a request came over the owner's socket. */
  readonly isOwner: (request: IncomingMessage) => boolean;
  /** Who sent a request; throws 28000 when that is unknown. */
  readonly identify: (request: IncomingMessage) => Identity;
  /** Where log lines go, as JSON. */
  readonly logStream: NodeJS.WritableStream | null;
  readonly logLevel: string;
  readonly patience?: Patience;
}

/** How long a client has to send a request: slow ones must not hold connections. */
export interface Patience {
  readonly headersMs: number;
  readonly requestMs: number;
}

const PATIENCE: Patience = { headersMs: 10_000, requestMs: 30_000 };
const BODY_BYTES_MAX = 1024 * 1024;
/** Connections at one time; files and statements need descriptors too. */
const CONNECTIONS_MAX = 4_096;

/** The web framework with its limits, before it has routes. */
export function newApp(options: AppOptions): FastifyInstance {
  const { logStream, logLevel } = options;
  const { headersMs, requestMs } = options.patience ?? PATIENCE;
  const app = fastify({
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: requestMs,
    connectionTimeout: 0,
    keepAliveTimeout: 72_000,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 200 },
    genReqId: () => crypto.randomUUID(),
    logger: logStream === null ? false : { level: logLevel, stream: logStream },
    // One line a request, written when it ends.
    logController: new LogController({ disableRequestLogging: true }),
    http: {
      maxHeaderSize: 16 * 1024,
      headersTimeout: headersMs,
      // Node looks for slow clients this often, by itself only twice a minute.
      connectionsCheckingInterval: headersMs / 4,
    },
    return503OnClosing: true,
    forceCloseConnections: 'idle',
  });
  app.server.maxConnections = CONNECTIONS_MAX;
  return app;
}

/** Adds every route, the page and the rules that hold for all of them. */
export function addRoutes(
  app: FastifyInstance,
  context: ServiceContext,
  options: AppOptions,
): void {
  const { identify } = options;
  protect(app, options);
  const metrics = new ServiceMetrics(context);
  observeRequests(app, metrics);
  reportErrors(app, options.pageDirectory !== null);
  const versioned: Route[] = [
    ...runRoutes(context),
    ...catalogRoutes(context),
    ...sqlRoutes(context),
    ...procedureRoutes(context),
    ...logRoutes(context),
    ...adviceRoutes(context),
    ...tokenRoutes(context),
    ...identityRoutes(),
  ];
  for (const route of versioned) addRoute(app, route, { prefix: API_PREFIX, context, identify });
  for (const route of [...healthRoutes(context), metrics.route()])
    addRoute(app, route, { prefix: '', context, identify });
  const document = openApiDocument(versioned, { version: options.version, prefix: API_PREFIX });
  app.get(`${API_PREFIX}/openapi.json`, async () => document);
  if (options.pageDirectory !== null) {
    servePage(app, options.pageDirectory);
  }
}

interface RouteSurroundings {
  readonly prefix: string;
  readonly context: ServiceContext;
  readonly identify: AppOptions['identify'];
}

function addRoute(app: FastifyInstance, route: Route, surroundings: RouteSurroundings): void {
  app.route({
    method: route.method,
    url: `${surroundings.prefix}${route.path}`,
    handler: (request, reply) => handle(route, { request, reply, ...surroundings }),
  });
}

interface Exchange extends RouteSurroundings {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

async function handle(route: Route, exchange: Exchange): Promise<unknown> {
  const { request, reply, context, identify } = exchange;
  const identity = route.role === null ? LOCAL : identify(request.raw);
  try {
    if (route.role !== null) {
      context.allowances.takeRequest(identity);
      requireRole(identity, route.role);
    }
    const result = await run(route, exchange, identity);
    audit(route, { ...exchange, identity, sqlstate: null });
    if (result === undefined || reply.sent) return reply;
    if (reply.statusCode === 200) reply.code(route.status);
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
    return result;
  } catch (error) {
    audit(route, { ...exchange, identity, sqlstate: toHeliosError(error).sqlstate });
    throw error;
  }
}

async function run(route: Route, exchange: Exchange, identity: Identity): Promise<unknown> {
  const { request, reply } = exchange;
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort();
  });
  return await route.handle(
    {
      params: parsePart(route.params, request.params, 'path'),
      query: parsePart(route.query, request.query, 'query'),
      body: parsePart(route.body, request.body, 'body'),
      identity,
      raw: request,
      signal: gone.signal,
    },
    reply,
  );
}

/** Remembers what changed something, and every refusal. Questions are remembered as runs. */
function audit(
  route: Route,
  given: Exchange & { readonly identity: Identity; readonly sqlstate: string | null },
): void {
  const { request, context, identity, sqlstate } = given;
  const isRefusal = sqlstate === '42501';
  if ((route.method === 'GET' || route.path === '/runs') && !isRefusal) return;
  const { sql } = (request.body ?? {}) as { sql?: unknown };
  context.audit.note({
    identity,
    action: `${route.method} ${route.path}`,
    object: typeof sql === 'string' ? sql : request.url,
    sqlstate,
    requestId: request.id,
  });
}

function observeRequests(app: FastifyInstance, metrics: ServiceMetrics): void {
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    const status = String(reply.statusCode);
    const seconds = reply.elapsedTime / 1000;
    metrics.observe({ method: request.method, route, status }, seconds);
    request.log.info({ method: request.method, url: request.url, status, seconds }, 'request');
  });
}

function reportErrors(app: FastifyInstance, hasPage: boolean): void {
  app.setErrorHandler((error, request, reply) => {
    const { status, body } = errorReply(error);
    if (status >= 500) request.log.error({ err: error }, 'request failed');
    const seconds = retryAfter(error);
    if (seconds !== null) reply.header('retry-after', String(seconds));
    if (status === 401) reply.header('www-authenticate', 'Bearer');
    return reply.code(status).type('application/json').send(body);
  });
  app.setNotFoundHandler((request, reply) => {
    if (hasPage && isPageAddress(request)) return sendPage(reply);
    const { status, body } = errorReply(
      new HeliosError('undefined_object', {
        message: 'there is nothing at this address',
        detail: `${request.method} ${request.url.slice(0, 200)}`,
        hint: `GET ${API_PREFIX}/openapi.json lists what there is`,
      }),
    );
    return reply.code(status).type('application/json').send(body);
  });
}
