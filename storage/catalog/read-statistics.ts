import type { CatalogConnection } from './connection.ts';
import { queryJson, quoteName } from './connection.ts';
import { catalogLimits } from './limits.ts';
import type { SchemaColumn, SchemaTable } from './read-schema.ts';
import type { TableReading } from './reading-budget.ts';

export interface ColumnStatistics {
  /** Null where only some of the rows were looked at. */
  readonly nonNullCount: number | null;
  readonly distinctCount: number | null;
  readonly minimum: string | null;
  readonly maximum: string | null;
  readonly values: readonly string[];
  readonly valuesAreComplete: boolean;
}

export interface TableStatistics {
  readonly rowCount: number;
  /** In the order of the table's columns. */
  readonly columns: readonly ColumnStatistics[];
}

type Cell = string | number | null;

/** Counts, bounds and stored values of every column of one table, in at most two scans. */
export async function readStatistics(
  connection: CatalogConnection,
  table: SchemaTable,
  reading: TableReading,
): Promise<TableStatistics> {
  const name = `${quoteName(table.schema)}.${quoteName(table.name)}`;
  if (reading.kind === 'whole') return readWhole(connection, table, name);
  if (reading.kind === 'sampled') {
    const sampled = await readWhole(connection, table, `${name} LIMIT ${reading.rowsMax}`);
    return sampled.rowCount < reading.rowsMax ? sampled : uncounted(sampled, table);
  }
  const isLarge = (table.estimatedRows ?? 0) > reading.rowsMax;
  const source = isLarge ? `(SELECT * FROM ${name} LIMIT ${reading.rowsMax})` : name;
  const isExact = (table.estimatedRows ?? Infinity) <= catalogLimits.exactRowsMax;
  const [counts = []] = await queryJson<Cell[]>(
    connection,
    `SELECT to_json([count(*)::VARCHAR${table.columns
      .map((column) => `, ${columnCounts(column, isExact)}`)
      .join('')}]) FROM ${source}`,
  );
  const rowCount = isLarge ? (table.estimatedRows ?? 0) : Number(counts[0] ?? 0);
  const read = table.columns.map((column, index) => ({
    column,
    nonNullCount: Number(counts[1 + index * 4] ?? 0),
    distinctCount: isScalar(column) ? Number(counts[2 + index * 4] ?? 0) : null,
    minimum: text(counts[3 + index * 4]),
    maximum: text(counts[4 + index * 4]),
  }));
  const wanted = read.map(({ column, distinctCount }) => valuesWanted(column, distinctCount));
  const values = await readValues(connection, source, table.columns, wanted);
  return {
    rowCount,
    columns: read.map(({ column: _, ...counted }, index) => ({
      ...counted,
      values: values[index] ?? [],
      valuesAreComplete: !isLarge && wanted[index] === 'all',
    })),
  };
}

/**
 * What the first rows of a table say about all of them: values, and nothing that counts. Only a
 * column that is named like a key and repeats nothing so far is taken for one.
 */
function uncounted(sampled: TableStatistics, table: SchemaTable): TableStatistics {
  const unknown = { nonNullCount: null, minimum: null, maximum: null, valuesAreComplete: false };
  const rowCount = table.estimatedRows ?? sampled.rowCount;
  return {
    rowCount,
    columns: sampled.columns.map(({ values, distinctCount }, index) => {
      const isKey =
        distinctCount === sampled.rowCount && /(^|_)id$/i.test(table.columns[index]?.name ?? '');
      return { ...unknown, values, distinctCount: isKey ? rowCount : null };
    }),
  };
}

/** Counts a small table in memory from its rows. */
async function readWhole(
  connection: CatalogConnection,
  table: SchemaTable,
  name: string,
): Promise<TableStatistics> {
  const cells = table.columns.map((column) =>
    isScalar(column)
      ? `left(${quoteName(column.name)}::VARCHAR, 200)`
      : `CASE WHEN ${quoteName(column.name)} IS NOT NULL THEN '' END`,
  );
  const { rows } = await connection.query(`SELECT ${cells.join(', ')} FROM ${name}`);
  return {
    rowCount: rows.length,
    columns: table.columns.map((column, index) => countColumn(column, rows, index)),
  };
}

function countColumn(
  column: SchemaColumn,
  rows: readonly (readonly unknown[])[],
  index: number,
): ColumnStatistics {
  const distinct = new Set<string>();
  let nonNullCount = 0;
  for (const row of rows) {
    const cell = row[index];
    if (cell === null || cell === undefined) continue;
    nonNullCount++;
    distinct.add(String(cell));
  }
  if (!isScalar(column)) {
    const none = { minimum: null, maximum: null, values: [], valuesAreComplete: false };
    return { nonNullCount, distinctCount: null, ...none };
  }
  const isNumber = /INT|DECIMAL|NUMERIC|DOUBLE|FLOAT|REAL/.test(column.type);
  const values = [...distinct].sort();
  const ordered = isNumber ? [...values].sort((a, b) => Number(a) - Number(b)) : values;
  const isKept = isText(column) || values.length <= catalogLimits.otherValuesMax;
  return {
    nonNullCount,
    distinctCount: distinct.size,
    minimum: ordered[0] ?? null,
    maximum: ordered.at(-1) ?? null,
    values: isKept ? values : [],
    valuesAreComplete: isKept && values.length > 0,
  };
}

function columnCounts(column: SchemaColumn, isExact: boolean): string {
  const name = quoteName(column.name);
  if (!isScalar(column)) return `count(${name})::VARCHAR, NULL, NULL, NULL`;
  const distinct = isExact ? `count(DISTINCT ${name})` : `approx_count_distinct(${name})`;
  const bounds = ['min', 'max'].map((bound) => `left(${bound}(${name})::VARCHAR, 200)`);
  return [`count(${name})::VARCHAR`, `${distinct}::VARCHAR`, ...bounds].join(', ');
}

type Wanted = 'all' | 'sample' | 'none';

function valuesWanted(column: SchemaColumn, distinctCount: number | null): Wanted {
  if (distinctCount === null || distinctCount === 0) return 'none';
  if (isText(column)) return distinctCount <= catalogLimits.textValuesMax ? 'all' : 'sample';
  return distinctCount <= catalogLimits.otherValuesMax ? 'all' : 'none';
}

async function readValues(
  connection: CatalogConnection,
  source: string,
  columns: readonly SchemaColumn[],
  wanted: readonly Wanted[],
): Promise<readonly (readonly string[])[]> {
  const lists = columns.map((column, index) => {
    const name = quoteName(column.name);
    const spellings = `left(${name}::VARCHAR, 200) AS v FROM ${source} WHERE ${name} IS NOT NULL`;
    // Values are spelled after they are counted: spelling every row costs most of the time.
    const distinct = `SELECT DISTINCT left(v::VARCHAR, 200) AS v FROM (
      SELECT DISTINCT ${name} AS v FROM ${source} WHERE ${name} IS NOT NULL)`;
    const sample = `SELECT DISTINCT v FROM (SELECT ${spellings} LIMIT ${catalogLimits.sampleRowsMax})`;
    if (wanted[index] === 'all') return `(SELECT list(v ORDER BY v) FROM (${distinct}))`;
    // Ordering by hash gives a sample that is spread out and the same on every run.
    if (wanted[index] === 'sample')
      return `(SELECT list(v ORDER BY v) FROM (${sample} ORDER BY hash(v), v LIMIT ${catalogLimits.sampleValuesMax}))`;
    return '[]::VARCHAR[]';
  });
  if (wanted.every((kind) => kind === 'none')) return columns.map(() => []);
  const [values = []] = await queryJson<(string[] | null)[]>(
    connection,
    `SELECT to_json([${lists.join(', ')}])`,
  );
  return values.map((list) => list ?? []);
}

function isText(column: SchemaColumn): boolean {
  return /^(VARCHAR|ENUM)/.test(column.type) && !column.type.endsWith('[]');
}

/** Whether the column can be counted and ordered cheaply; nested values and blobs cannot. */
function isScalar(column: SchemaColumn): boolean {
  return !/\[|^(STRUCT|MAP|UNION|BLOB|BIT|JSON|VARIANT|GEOMETRY)/.test(column.type);
}

function text(cell: Cell | undefined): string | null {
  return cell === null || cell === undefined ? null : String(cell);
}
