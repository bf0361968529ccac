import { z } from 'zod';
import type { ServiceContext } from '../context.ts';
import type { Route } from '../http/route.ts';
import { defineRoute } from '../http/route.ts';
import { findProcedures, query, readProcedures } from './procedure-rows.ts';
import { profileRoute } from './profile.ts';

const row = z.record(z.string(), z.json());
const byName = z.object({ name: z.string().min(1).max(200) });

/** Procedures: what they are and what they did. */
export function procedureRoutes(context: ServiceContext): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/procedures',
      summary: 'The registered procedures',
      tag: 'procedures',
      role: 'reader',
      reply: z.strictObject({ procedures: z.array(row) }),
      handle: async () => ({ procedures: await readProcedures(context) }),
    }),
    defineRoute({
      method: 'GET',
      path: '/procedures/:name',
      summary: 'The procedures of a name, one a signature, with their versions',
      tag: 'procedures',
      role: 'reader',
      params: byName,
      reply: z.strictObject({ procedures: z.array(row) }),
      handle: async ({ params }) => {
        const procedures = await findProcedures(context, params.name);
        return {
          procedures: await Promise.all(
            procedures.map(async (procedure) => ({
              ...procedure,
              versions: await query(context, VERSIONS, [String(procedure.id)]),
            })),
          ),
        };
      },
    }),
    profileRoute(context),
    defineRoute({
      method: 'GET',
      path: '/procedures/:name/metrics',
      summary: 'Calls, times and errors: in all, by hour, and the shapes of nested queries',
      tag: 'procedures',
      role: 'reader',
      params: byName,
      reply: z.strictObject({
        metrics: z.array(row),
        history: z.array(row),
        queryShapes: z.array(row),
      }),
      handle: async ({ params }) => {
        const found = await findProcedures(context, params.name);
        const ids = [JSON.stringify(found.map(({ id }) => id))];
        return {
          metrics: await query(context, `FROM heliosdb_metrics() ${MINE}`, ids),
          history: await query(context, HISTORY, ids),
          queryShapes: await query(
            context,
            `FROM heliosdb_query_shapes() ${MINE} ORDER BY total_ms DESC`,
            ids,
          ),
        };
      },
    }),
  ];
}

const MINE = `WHERE procedure_id IN (SELECT unnest(from_json($1, '["VARCHAR"]')))`;

const VERSIONS = `
  SELECT version, module_hash, entry, abi_version, capabilities::JSON AS capabilities, created_at
  FROM heliosdb.procedure_versions WHERE procedure_id = $1 ORDER BY version`;

// What was not written yet is missing here for half a second; the totals have it.
const HISTORY = `
  SELECT hour, procedure, version,
    (sums->>'calls')::BIGINT AS calls, (sums->>'rows')::BIGINT AS rows,
    (sums->>'errors')::BIGINT AS errors, sums::JSON AS sums, peak_memory_bytes
  FROM heliosdb.metrics_history ${MINE} ORDER BY hour, version`;
