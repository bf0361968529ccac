import type { CatalogConnection } from './connection.ts';
import { quoteName, quoteText } from './connection.ts';
import type { SchemaTable } from './read-schema.ts';

/**
 * The tables without the views that call a procedure which writes: to look at the rows of such a
 * view is to write. No question may read it either.
 */
export async function withoutWritingViews(
  connection: CatalogConnection,
  tables: readonly SchemaTable[],
): Promise<readonly SchemaTable[]> {
  const views = tables.filter(({ kind }) => kind === 'view');
  const writers = views.length === 0 ? [] : await writersOf(connection);
  if (writers.length === 0) return tables;
  const writing = new Set<SchemaTable>();
  for (const view of views) {
    if (await callsOneOf(connection, view, writers)) writing.add(view);
  }
  return tables.filter((table) => !writing.has(table));
}

/** Ids of the procedures that may change something, as calls of them begin. */
async function writersOf(connection: CatalogConnection): Promise<readonly string[]> {
  const present = await connection.query(
    `SELECT 1 FROM duckdb_tables() WHERE schema_name = 'heliosdb' AND database_name = current_database()
       AND table_name = 'procedure_versions'`,
  );
  if (present.rows.length === 0) return [];
  const { rows } = await connection.query(
    `SELECT DISTINCT procedure_id FROM heliosdb.procedure_versions
     WHERE capabilities::VARCHAR LIKE '%"write:%' OR capabilities::VARCHAR LIKE '%"ddl:%'`,
  );
  return rows.map(([id]) => String(id));
}

/** Whether the plan of a view has such a call; planning runs nothing. */
async function callsOneOf(
  connection: CatalogConnection,
  { schema, name }: SchemaTable,
  writers: readonly string[],
): Promise<boolean> {
  try {
    const statement = quoteText(`FROM ${quoteName(schema)}.${quoteName(name)}`);
    const { rows } = await connection.query(`SELECT json_serialize_plan(${statement})`);
    const plan = String(rows[0]?.[0]);
    // Which of several overloads is called is settled only when it runs.
    return /heliosdb_overloads_/i.test(plan) || writers.some((id) => plan.includes(id));
  } catch {
    // A view that cannot be planned cannot be read either, and reading says why.
    return false;
  }
}
