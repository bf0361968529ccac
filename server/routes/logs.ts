import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { ServiceContext } from '../context.ts';
import { EventStream, lastEventId } from '../http/event-stream.ts';
import type { Route } from '../http/route.ts';
import { defineRoute } from '../http/route.ts';
import { findProcedures, query } from './procedure-rows.ts';

const POLL_MS = 250;
const LINES_MAX = 1_000;
/** Procedures may log the values they work with. */
const LINES = 'what procedures log';

const line = z.strictObject({
  sequence: z.number().int(),
  time: z.string(),
  level: z.string(),
  procedure: z.string(),
  version: z.number().int(),
  message: z.string(),
});
const level = z.enum(['debug', 'info', 'warn', 'error']);
const LEVELS = level.options;

type Line = z.infer<typeof line>;

interface Filter {
  readonly procedure: string | null;
  readonly level: (typeof LEVELS)[number];
  readonly after: number;
  readonly limit: number;
}

/** What procedures logged, once and live. */
export function logRoutes(context: ServiceContext): Route[] {
  const window = {
    level: level.default('debug'),
    after: z.coerce.number().int().min(-1).default(-1),
    limit: z.coerce.number().int().min(1).max(LINES_MAX).default(200),
  };
  return [
    defineRoute({
      method: 'GET',
      path: '/procedures/:name/logs',
      summary: 'The newest lines of a procedure after a sequence number, oldest first',
      tag: 'procedures',
      role: 'reader',
      params: z.object({ name: z.string().min(1).max(200) }),
      query: z.object(window),
      reply: z.strictObject({ logs: z.array(line) }),
      handle: async ({ params, query: given, identity }) => {
        await context.scopes.assertUnfiltered(identity, LINES);
        const [found] = await findProcedures(context, params.name);
        return { logs: await readLines(context, { ...given, procedure: String(found?.name) }) };
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/logs',
      summary: 'The newest lines of all procedures after a sequence number, oldest first',
      tag: 'procedures',
      role: 'reader',
      query: z.object({ ...window, procedure: z.string().max(200).optional() }),
      reply: z.strictObject({ logs: z.array(line) }),
      handle: async ({ query: { procedure = null, ...given }, identity }) => {
        await context.scopes.assertUnfiltered(identity, LINES);
        return { logs: await readLines(context, { ...given, procedure }) };
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/logs/stream',
      summary: 'The newest lines and then each as it comes; ids are sequence numbers',
      tag: 'procedures',
      role: 'reader',
      query: z.object({ ...window, procedure: z.string().max(200).optional() }),
      reply: ['text/event-stream'],
      handle: async ({ query: given, raw, signal, identity }, reply) => {
        await context.scopes.assertUnfiltered(identity, LINES);
        const until = AbortSignal.any([signal, context.stopping]);
        const stream = new EventStream(reply, until);
        const { procedure = null } = given;
        let after = Math.max(given.after, lastEventId(raw.headers) || -1);
        let { limit } = given;
        while (!until.aborted) {
          for (const one of await readLines(context, { ...given, procedure, after, limit })) {
            await stream.send({ id: one.sequence, type: 'log', data: JSON.stringify(one) });
            after = one.sequence;
          }
          limit = LINES_MAX;
          await sleep(POLL_MS, undefined, { signal: until }).catch(() => undefined);
        }
        stream.end();
        return undefined;
      },
    }),
  ];
}

async function readLines(context: ServiceContext, filter: Filter): Promise<Line[]> {
  const levels = LEVELS.slice(LEVELS.indexOf(filter.level)).map((name) => `'${name}'`);
  const rows = await query(
    context,
    `FROM (FROM heliosdb_logs()
       WHERE sequence > ${filter.after} AND level IN (${levels.join(', ')})
         AND ($1 = '' OR lower(procedure) = lower($1))
       ORDER BY sequence DESC LIMIT ${filter.limit}) ORDER BY sequence`,
    [filter.procedure ?? ''],
  );
  return rows as Line[];
}
