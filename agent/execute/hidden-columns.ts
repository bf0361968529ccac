import { HeliosError, printIdentifier } from '#core';
import type { CatalogSnapshot, CatalogTable } from '#planner';
import type { SqlSession } from '#storage';

/**
 * Columns that the semantic model hides. A reference to a table that has some becomes a subquery of
 * the others, in DuckDB's own parse of the statement: its binder then finds no hidden column by
 * name, by position, by a star or as part of a whole row.
 */
export interface HidingStatement {
  readonly sql: string;
  readonly catalog: CatalogSnapshot;
  /** Lower-case names that are no tables of the database in this statement. */
  readonly relations: ReadonlySet<string>;
}

interface Tree {
  [member: string]: unknown;
}

/** The statement without the columns that are hidden; the same text when it reads none of them. */
export async function withoutHiddenColumns(
  session: SqlSession,
  { sql, catalog, relations }: HidingStatement,
): Promise<string> {
  const hiding = catalog.tables.filter((table) => table.hasHiddenColumns === true);
  if (hiding.length === 0) return sql;
  const statement = await parse(session, sql);
  const references = tableReferences(statement).flatMap((reference) => {
    const table = hiddenTable(reference, { catalog, relations });
    return table === null ? [] : [{ reference, table }];
  });
  if (references.length === 0) return sql;
  for (const { reference, table } of references) await narrow(session, reference, table);
  const { rows } = await session.query('SELECT json_deserialize_sql($1::JSON)', [
    JSON.stringify(statement),
  ]);
  return String(rows[0]?.[0]);
}

function hiddenTable(
  reference: Tree,
  { catalog, relations }: Omit<HidingStatement, 'sql'>,
): CatalogTable | null {
  const [schema, name] = [reference.schema_name, reference.table_name].map((part) =>
    String(part).toLowerCase(),
  );
  const meant = catalog.tables.filter(
    (table) =>
      table.name.toLowerCase() === name && (schema === '' || table.schema.toLowerCase() === schema),
  );
  const table = meant.find(({ hasHiddenColumns }) => hasHiddenColumns === true);
  if (table === undefined) return null;
  // A name with two meanings could be used to read the table where the other one seems to be meant.
  if (meant.length > 1 || (schema === '' && relations.has(table.name.toLowerCase()))) {
    throw new HeliosError('invalid_plan', {
      detail: `${table.name} has hidden columns, and its name means something else here too`,
    });
  }
  return table;
}

/** Turns a reference to a table into a subquery of its visible columns, under the same name. */
async function narrow(
  session: SqlSession,
  reference: Tree,
  { schema, name, columns }: CatalogTable,
): Promise<void> {
  const visible = columns.map((column) => printIdentifier(column.name)).join(', ');
  const table = `${printIdentifier(schema)}.${printIdentifier(name)}`;
  const alias = printIdentifier(String(reference.alias) || name);
  const subquery = `(SELECT ${visible || 'NULL'} FROM ${table})`;
  const [narrowed] = tableReferences(
    await parse(session, `FROM ${subquery} AS ${alias}`),
    'SUBQUERY',
  );
  const { sample, column_name_alias } = reference;
  for (const member of Object.keys(reference)) delete reference[member];
  Object.assign(reference, narrowed, { sample, column_name_alias });
}

async function parse(session: SqlSession, sql: string): Promise<Tree> {
  const { rows } = await session.query('SELECT json_serialize_sql($1::VARCHAR)', [sql]);
  return JSON.parse(String(rows[0]?.[0]), keepExact as (key: string, value: unknown) => unknown);
}

/** Keeps integers that a number of JavaScript would round; positions in a text are of no use later. */
function keepExact(key: string, value: unknown, context: { readonly source?: string }): unknown {
  if (key === 'query_location') return 0;
  if (typeof value !== 'number' || Number.isSafeInteger(value) || !Number.isInteger(value)) {
    return value;
  }
  return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(context.source ?? '0');
}

function tableReferences(tree: unknown, type = 'BASE_TABLE'): readonly Tree[] {
  const found: Tree[] = [];
  const pending: unknown[] = [tree];
  while (pending.length > 0) {
    const value = pending.pop();
    if (typeof value !== 'object' || value === null) continue;
    const node = value as Tree;
    if (node.type === type && (type !== 'SUBQUERY' || 'column_name_alias' in node))
      found.push(node);
    pending.push(...Object.values(node));
  }
  return found;
}
