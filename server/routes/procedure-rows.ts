/** What routes read from the engine's tables. */
import { HeliosError, toJson } from '#core';
import type { QueryResult } from '#storage';
import type { ServiceContext } from '../context.ts';

type Row = Record<string, unknown>;

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
