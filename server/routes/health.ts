import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { z } from 'zod';
import type { ServiceContext } from '../context.ts';
import type { Route } from '../http/route.ts';
import { defineRoute } from '../http/route.ts';
import { ROLES } from '../identity/identity.ts';

/** Whether the service lives, whether it can answer, and who asks. */
export function healthRoutes(context: ServiceContext): Route[] {
  const state = z.strictObject({ status: z.string() });
  return [
    defineRoute({
      method: 'GET',
      path: '/healthz',
      summary: 'Whether the process lives',
      tag: 'service',
      role: null,
      reply: state,
      handle: async () => ({ status: 'ok' }),
    }),
    defineRoute({
      method: 'GET',
      path: '/readyz',
      summary: 'Whether questions can be answered: 503 while starting or stopping',
      tag: 'service',
      role: null,
      reply: state,
      handle: async (_, reply) => {
        if (context.stopping.aborted) {
          reply.code(503);
          return { status: 'stopping' };
        }
        await context.database.withConnection((connection) => connection.run('SELECT 1'));
        return { status: 'ready' };
      },
    }),
  ];
}

/** Who the service takes a client for. */
export function identityRoutes(): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/me',
      summary: 'Who you are and what you may do',
      tag: 'service',
      role: 'reader',
      reply: z.strictObject({
        id: z.string(),
        name: z.string(),
        role: z.enum(ROLES),
        /** The role of the database whose grants and row filters hold. */
        databaseRole: z.string(),
      }),
      handle: async ({ identity: { id, name, role, databaseRole } }) => ({
        id,
        name,
        role,
        databaseRole,
      }),
    }),
  ];
}

/** The service's own figures in Prometheus's text format. */
export class ServiceMetrics {
  readonly #registry = new Registry();
  readonly #requests: Histogram;

  constructor(context: Pick<ServiceContext, 'runs'>) {
    collectDefaultMetrics({ register: this.#registry, prefix: 'heliosdb_' });
    this.#requests = new Histogram({
      name: 'heliosdb_http_request_seconds',
      help: 'Time from the request to the end of its reply.',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60],
      registers: [this.#registry],
    });
    const gauge = (name: string, help: string, read: () => number): void => {
      const registers = [this.#registry];
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(read());
        },
      });
    };
    gauge('heliosdb_runs_running', 'Runs at work.', () => context.runs.runningCount);
    gauge(
      'heliosdb_runs_waiting',
      'Runs that wait for their turn.',
      () => context.runs.waitingCount,
    );
  }

  observe(labels: { method: string; route: string; status: string }, seconds: number): void {
    this.#requests.observe(labels, seconds);
  }

  route(): Route {
    return defineRoute({
      method: 'GET',
      path: '/metrics',
      summary: "The service's figures for Prometheus",
      tag: 'service',
      role: 'reader',
      reply: ['text/plain'],
      handle: async (_, reply) => {
        reply.type(this.#registry.contentType);
        return await this.#registry.metrics();
      },
    });
  }
}
