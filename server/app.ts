import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { fastify, LogController } from 'fastify';
import { HeliosError } from '#core';
import type { ServiceContext } from './context.ts';
import { errorReply } from './http/error-reply.ts';
import { openApiDocument } from './http/openapi.ts';
import { isPageAddress, sendPage, servePage } from './http/page.ts';
import type { Route } from './http/route.ts';
import { parsePart } from './http/route.ts';
import { protect } from './http/security.ts';
import { LOCAL_IDENTITY, requireRole } from './identity.ts';
import { adviceRoutes } from './routes/advice.ts';
import { catalogRoutes } from './routes/catalog.ts';
import { healthRoutes, identityRoutes, ServiceMetrics } from './routes/health.ts';
import { logRoutes } from './routes/logs.ts';
import { procedureRoutes } from './routes/procedures.ts';
import { runRoutes } from './routes/runs.ts';
import { sqlRoutes } from './routes/sql.ts';

export const API_PREFIX = '/api/v1';

export interface AppOptions {
  readonly version: string;
  /** The folder of the page's files, or null when there is none. */
  readonly pageDirectory: string | null;
  readonly isAllowedHost: (host: string) => boolean;
  /** Where log lines go, as JSON. */
  readonly logStream: NodeJS.WritableStream | null;
  readonly logLevel: string;
}

const LIMITS = {
  bodyLimit: 1024 * 1024,
  /** A client has this long to send its request: slow ones must not hold connections. */
  requestTimeout: 30_000,
  connectionTimeout: 0,
  keepAliveTimeout: 72_000,
};

/** The web framework with its limits, before it has routes. */
export function newApp(options: AppOptions): FastifyInstance {
  const { logStream, logLevel } = options;
  return fastify({
    ...LIMITS,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 200 },
    genReqId: () => crypto.randomUUID(),
    logger: logStream === null ? false : { level: logLevel, stream: logStream },
    // One line a request, written when it ends.
    logController: new LogController({ disableRequestLogging: true }),
    http: { maxHeaderSize: 16 * 1024, headersTimeout: 10_000 },
    return503OnClosing: true,
    forceCloseConnections: 'idle',
  });
}

/** Adds every route, the page and the rules that hold for all of them. */
export function addRoutes(
  app: FastifyInstance,
  context: ServiceContext,
  options: AppOptions,
): void {
  protect(app, options.isAllowedHost);
  const metrics = new ServiceMetrics(context);
  observeRequests(app, metrics);
  reportErrors(app, options.pageDirectory !== null);
  const versioned: Route[] = [
    ...runRoutes(context),
    ...catalogRoutes(context),
    ...sqlRoutes(context),
    ...procedureRoutes(context),
    ...logRoutes(context),
    ...adviceRoutes(),
    ...identityRoutes(),
  ];
  for (const route of versioned) addRoute(app, route, API_PREFIX);
  for (const route of [...healthRoutes(context), metrics.route()]) addRoute(app, route, '');
  const document = openApiDocument(versioned, { version: options.version, prefix: API_PREFIX });
  app.get(`${API_PREFIX}/openapi.json`, async () => document);
  if (options.pageDirectory !== null) {
    servePage(app, options.pageDirectory);
  }
}

function addRoute(app: FastifyInstance, route: Route, prefix: string): void {
  app.route({
    method: route.method,
    url: `${prefix}${route.path}`,
    handler: (request, reply) => handle(route, request, reply),
  });
}

async function handle(
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const identity = LOCAL_IDENTITY;
  if (route.role !== null) requireRole(identity, route.role);
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort();
  });
  const result = await route.handle(
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
  if (result === undefined || reply.sent) return reply;
  if (reply.statusCode === 200) reply.code(route.status);
  if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
  return result;
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
    if (status === 429) reply.header('retry-after', '1');
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
