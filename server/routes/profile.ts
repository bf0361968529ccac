import { z } from 'zod';
import { assertRepeatable, interruptible, recordProfile, sampledCalls } from '#agent';
import { timelineOf, toCpuProfile, topLines } from '#runtime';
import type { ServiceContext } from '../context.ts';
import type { Route } from '../http/route.ts';
import { defineRoute } from '../http/route.ts';
import { findProcedures } from './procedure-rows.ts';

const SECONDS_MAX = 30;
const LINES_MAX = 50;

/** Where a procedure's time goes, recorded when asked for. */
export function profileRoute(context: ServiceContext): Route {
  const { database } = context;
  return defineRoute({
    method: 'GET',
    path: '/procedures/:name/profile',
    summary: 'Repeat sampled calls of a procedure and record where their time goes',
    tag: 'procedures',
    role: 'author',
    params: z.object({ name: z.string().min(1).max(200) }),
    query: z.object({ seconds: z.coerce.number().int().min(1).max(SECONDS_MAX).default(2) }),
    reply: z.strictObject({
      lines: z.array(
        z.object({
          name: z.string(),
          selfMs: z.number(),
          totalMs: z.number(),
          selfShare: z.number(),
        }),
      ),
      /** Events that were too many to record. */
      dropped: z.number(),
      /** What Firefox Profiler and speedscope open as a `.cpuprofile` file. */
      profile: z.record(z.string(), z.json()),
    }),
    handle: async ({ params, query, signal, identity }) => {
      await context.scopes.assertUnfiltered(identity, 'profiles of procedures');
      const found = await findProcedures(context, params.name);
      const name = String(found[0]?.name);
      const until = AbortSignal.any([signal, context.stopping]);
      const recording = await context.allowances.meter(identity, () =>
        database.withConnection(async (connection) => {
          const calls = await sampledCalls(connection, name);
          await assertRepeatable(connection, calls);
          return await interruptible({ connection, database }, until, () =>
            recordProfile(connection, calls, query.seconds * 1000),
          );
        }),
      );
      const stretches = timelineOf(recording);
      return {
        lines: topLines(stretches).slice(0, LINES_MAX),
        dropped: recording.dropped,
        profile: toCpuProfile(stretches),
      };
    },
  });
}
