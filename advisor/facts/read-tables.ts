/** Reads tables as far as advice about their use needs it. */
import { quoteIdentifier } from '#core';
import type { TableFact } from './facts.ts';
import type { Reader } from './rows.ts';
import { numberOf, readRows } from './rows.ts';

/** Rows above which distinct values are estimated from a sample of them. */
const COUNTED_ROWS_MAX = 2_000_000;

/** The tables of these names, with or without their schema. Views and unknown names are left out. */
export async function readTables(reader: Reader, names: readonly string[]): Promise<TableFact[]> {
  const wanted = new Set(names.map((name) => name.toLowerCase()));
  if (wanted.size === 0) return [];
  const tables = await readRows(
    reader,
    `SELECT schema_name, table_name, estimated_size FROM duckdb_tables()
     WHERE database_name = current_database() AND NOT internal AND schema_name <> 'heliosdb'
     ORDER BY schema_name, table_name`,
  );
  const facts: TableFact[] = [];
  for (const row of tables) {
    const [schema, name] = [String(row.schema_name), String(row.table_name)];
    const isWanted = [name, `${schema}.${name}`].some((known) => wanted.has(known.toLowerCase()));
    if (!isWanted) continue;
    const rowCount = numberOf(row.estimated_size);
    facts.push({
      schema,
      name,
      rowCount,
      columns: await readColumns(reader, { schema, name, rowCount }),
      indexes: await readIndexes(reader, { schema, name }),
    });
  }
  return facts;
}

interface TableName {
  readonly schema: string;
  readonly name: string;
}

async function readColumns(
  reader: Reader,
  { schema, name, rowCount }: TableName & { readonly rowCount: number },
): Promise<TableFact['columns']> {
  const columns = await readRows(
    reader,
    `SELECT column_name, data_type, is_nullable FROM duckdb_columns()
     WHERE database_name = current_database() AND schema_name = $1 AND table_name = $2
     ORDER BY column_index`,
    [schema, name],
  );
  const counts = columns.map(({ column_name: column }, index) => {
    return `approx_count_distinct(${quoteIdentifier(String(column))}) AS c${index}`;
  });
  const source = `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
  const sample =
    rowCount > COUNTED_ROWS_MAX ? ` USING SAMPLE ${COUNTED_ROWS_MAX} ROWS (system, 1)` : '';
  const [distinct] = await readRows(reader, `SELECT ${counts.join(', ')} FROM ${source}${sample}`);
  return columns.map((column, index) => ({
    name: String(column.column_name),
    type: String(column.data_type),
    isNullable: column.is_nullable === true,
    distinctCount: Math.min(rowCount, numberOf(distinct?.[`c${index}`])),
  }));
}

async function readIndexes(
  reader: Reader,
  { schema, name }: TableName,
): Promise<TableFact['indexes']> {
  const constraints = await readRows(
    reader,
    `SELECT constraint_name, constraint_type, constraint_column_names FROM duckdb_constraints()
     WHERE database_name = current_database() AND schema_name = $1 AND table_name = $2
       AND constraint_type IN ('PRIMARY KEY', 'UNIQUE')`,
    [schema, name],
  );
  const indexes = await readRows(
    reader,
    `SELECT index_name, is_unique, expressions FROM duckdb_indexes()
     WHERE database_name = current_database() AND schema_name = $1 AND table_name = $2`,
    [schema, name],
  );
  return [
    ...constraints.map((row) => ({
      name: String(row.constraint_name ?? `${name} ${row.constraint_type}`),
      columns: (row.constraint_column_names as string[] | null) ?? [],
      isUnique: true,
      isConstraint: true,
    })),
    ...indexes.map((row) => ({
      name: String(row.index_name),
      columns: expressionsOf(String(row.expressions ?? '')),
      isUnique: row.is_unique === true,
      isConstraint: false,
    })),
  ];
}

/** DuckDB prints an index's expressions as a list: `[loyalty_tier, '"order"']`. */
function expressionsOf(text: string): string[] {
  return text
    .replace(/^\[|\]$/g, '')
    .split(',')
    .map((part) =>
      part
        .trim()
        .replace(/^'+|'+$/g, '')
        .replace(/^"|"$/g, ''),
    )
    .filter((part) => part !== '');
}
