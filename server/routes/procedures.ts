import { z } from 'zod';
import { HeliosError, toJson } from '#core';
import type { QueryResult } from '#storage';
import type { ServiceContext } from '../context.ts';
import type { Route } from '../http/route.ts';
import { defineRoute } from '../http/route.ts';
import { profileRoute } from './profile.ts';

const row = z.record(z.string(), z.json());
type Row = Record<string, unknown>;
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

/** Every procedure as the engine describes it; none where there is no engine. */
export async function readProcedures(context: ServiceContext): Promise<Row[]> {
  return await query(
    context,
    'FROM heliosdb_procedures() ORDER BY schema_name, name, signature',
    [],
  );
}

/** The procedures of a name, `schema.name` or `name`; 42704 when there is none. */
export async function findProcedures(context: ServiceContext, name: string): Promise<Row[]> {
  const all = await readProcedures(context);
  const wanted = name.toLowerCase();
  const found = all.filter((one) => {
    const own = String(one.name).toLowerCase();
    return own === wanted || `${String(one.schema_name).toLowerCase()}.${own}` === wanted;
  });
  if (found.length > 0) return found;
  throw new HeliosError('undefined_object', {
    message: `procedure ${name} does not exist`,
    hint:
      all.length === 0
        ? 'the database has no procedures'
        : `there are ${all.map((one) => one.name).join(', ')}`,
  });
}

/** Asks the engine's tables; no rows where there is no engine or no registry. */
export async function query(
  { database }: Pick<ServiceContext, 'database'>,
  sql: string,
  parameters: readonly string[],
): Promise<Row[]> {
  try {
    return toObjects(
      await database.withConnection((connection) => connection.query(sql, [...parameters])),
    );
  } catch (error) {
    const isAbsent =
      HeliosError.isInstance(error, 'undefined_function') ||
      HeliosError.isInstance(error, 'undefined_table') ||
      HeliosError.isInstance(error, 'undefined_schema');
    if (isAbsent) return [];
    throw error;
  }
}

function toObjects({ columns, rows }: QueryResult): Row[] {
  return rows.map((values) =>
    Object.fromEntries(columns.map(({ name }, index) => [name, toJson(values[index] ?? null)])),
  );
}
