import { z } from 'zod';
import { interruptible, recordProfile, sampledCalls } from '#agent';
import { HeliosError } from '#core';
import { timelineOf, toCpuProfile, topLines } from '#runtime';
import type { ServiceContext } from '../context.ts';
import type { Route } from '../http/route.ts';
import { defineRoute } from '../http/route.ts';
import { findProcedures } from './procedures.ts';

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
    handle: async ({ params, query, signal }) => {
      const found = await findProcedures(context, params.name);
      found.forEach(assertOnlyReads);
      const name = String(found[0]?.name);
      const until = AbortSignal.any([signal, context.stopping]);
      const recording = await database.withConnection(async (connection) => {
        const calls = await sampledCalls(connection, name);
        return await interruptible({ connection, database }, until, () =>
          recordProfile(connection, calls, query.seconds * 1000),
        );
      });
      const stretches = timelineOf(recording);
      return {
        lines: topLines(stretches).slice(0, LINES_MAX),
        dropped: recording.dropped,
        profile: toCpuProfile(stretches),
      };
    },
  });
}

/** Repeating a call that changes something would change it again. */
function assertOnlyReads(procedure: Readonly<Record<string, unknown>>): void {
  const rights = JSON.parse(String(procedure.capabilities)) as string[];
  const changing = rights.filter((right) => !/^(read:|crypto)/.test(right));
  if (changing.length === 0) return;
  throw new HeliosError('object_not_in_prerequisite_state', {
    message: `calls of ${procedure.name} cannot be repeated on a live database`,
    detail: `it may ${changing.join(', ')}`,
    hint: 'profile it on a copy: heliosdb procedure profile NAME --db COPY',
  });
}
