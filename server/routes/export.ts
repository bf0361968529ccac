import { mkdtemp, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { guardStatement, interruptible } from '#agent';
import { HeliosError, quoteLiteral } from '#core';
import type { ServiceContext } from '../context.ts';
import type { Route } from '../http/route.ts';
import { defineRoute } from '../http/route.ts';
import type { Scope } from '../identity/scope.ts';
import type { Run } from '../runs/run.ts';

const FORMATS = {
  csv: { type: 'text/csv; charset=utf-8', options: 'FORMAT csv, HEADER' },
  parquet: { type: 'application/vnd.apache.parquet', options: 'FORMAT parquet' },
  json: { type: 'application/json', options: 'FORMAT json, ARRAY' },
} as const;

/** The whole result of a run as a file: computed again, because a run keeps only some of its rows. */
export function exportRoute(context: ServiceContext): Route {
  return defineRoute({
    method: 'GET',
    path: '/runs/:id/export',
    summary: "The whole result of a run, computed again from the run's SQL",
    tag: 'runs',
    role: 'reader',
    params: z.object({ id: z.string().min(1).max(100) }),
    query: z.object({ format: z.enum(['csv', 'parquet', 'json']).default('csv') }),
    reply: Object.values(FORMATS).map(({ type }) => type),
    handle: async ({ params, query, identity, signal }, reply) => {
      const run = await context.runs.get(params.id, identity);
      // The statement of a change is not run again to look at it.
      if (run.sql === null || run.confirmation !== null) throw nothingToExport(run);
      const { sql } = run;
      const { type, options } = FORMATS[query.format];
      const folder = await mkdtemp(join(context.exportDirectory, 'export-'));
      try {
        const file = join(folder, `result.${query.format}`);
        const statement = { sql, target: `${quoteLiteral(file)} (${options})` };
        await context.allowances.meter(identity, () =>
          write(context.scopes.of(identity), statement, signal),
        );
        // An open file outlives its name, so that nothing is left behind whatever happens.
        const handle = await open(file);
        reply.header('content-disposition', `attachment; filename="${params.id}.${query.format}"`);
        return reply.type(type).send(handle.createReadStream());
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  });
}

function nothingToExport({ status, answer }: Run): HeliosError {
  const detail = answer ?? 'it is still running';
  if (status === 'refused') return new HeliosError('no_plan', { detail });
  if (status === 'clarify') {
    return new HeliosError('ambiguous_request', { detail, hint: 'choose one of its readings' });
  }
  return new HeliosError('object_not_in_prerequisite_state', {
    message: 'the run has no result to export',
    detail,
    hint: 'a run with status ok has one',
  });
}

/** Writes with the rights of whoever wants the file, not of the one who asked. */
async function write(
  { database, catalog, judge }: Scope,
  { sql, target }: { readonly sql: string; readonly target: string },
  signal: AbortSignal,
): Promise<void> {
  const snapshot = await catalog();
  await judge(sql);
  await database.withConnection((connection) =>
    interruptible({ connection, database }, signal, async () => {
      const guarded = { sql, catalog: snapshot, relations: [] };
      const allowed = await guardStatement(connection, guarded);
      await connection.run(`COPY (${allowed}\n) TO ${target}`);
    }),
  );
}
