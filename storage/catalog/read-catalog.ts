import { createHash } from 'node:crypto';
import type { CatalogForeignKey, CatalogProcedure, CatalogSnapshot, CatalogTable } from '#planner';
import type { CatalogConnection } from './connection.ts';
import { queryJson } from './connection.ts';
import { inferKeys } from './infer-keys.ts';
import { catalogLimits } from './limits.ts';
import type { SchemaConstraint, SchemaTable } from './read-schema.ts';
import { readConstraints, readSchema } from './read-schema.ts';
import type { TableStatistics } from './read-statistics.ts';
import { readStatistics } from './read-statistics.ts';
import type { TableReading } from './reading-budget.ts';
import { planReadings } from './reading-budget.ts';
import { ValueBudget } from './value-budget.ts';
import { withoutWritingViews } from './writing-views.ts';

export interface ReadCatalogOptions {
  /** Procedures to offer instead of those registered in the database. */
  readonly procedures?: readonly CatalogProcedure[];
  /** Told after each table how many of all of them were read. */
  readonly onProgress?: (read: number, total: number) => void;
}

/**
 * Reads what the planner knows of a database: tables, columns, keys, statistics and values.
 * Reads only; schema `heliosdb` and system schemas are left out. Work and memory are bounded by
 * `planReadings` and `catalogLimits`, and the same data give the same snapshot.
 */
export async function readCatalog(
  connection: CatalogConnection,
  options: ReadCatalogOptions = {},
): Promise<CatalogSnapshot> {
  const schemaTables = await withoutWritingViews(connection, await readSchema(connection));
  const constraints = await readConstraints(connection);
  const readings = planReadings(schemaTables);
  const budget = new ValueBudget();
  for (const [index, table] of schemaTables.entries()) {
    const reading = readings.get(table) ?? { kind: 'whole' };
    budget.add(await readTable(connection, table, { constraints, reading }));
    options.onProgress?.(index + 1, schemaTables.length);
  }
  const declared = declaredKeys(constraints);
  // Values that a snapshot has no room for settle many keys without a look at the rows.
  const inferred = await inferKeys(connection, budget.collected, declared);
  const tables = budget.finish();
  const procedures = options.procedures ?? (await readProcedures(connection));
  const content = { tables, keys: [...declared, ...inferred], procedures };
  return { version: fingerprint(content), ...content };
}

async function readTable(
  connection: CatalogConnection,
  table: SchemaTable,
  how: { readonly constraints: readonly SchemaConstraint[]; readonly reading: TableReading },
): Promise<CatalogTable> {
  const statistics = await readStatistics(connection, table, how.reading);
  const own = how.constraints.filter(
    (constraint) => constraint.schema === table.schema && constraint.table === table.name,
  );
  return {
    schema: table.schema,
    name: table.name,
    kind: table.kind,
    comment: table.comment,
    rowCount: statistics.rowCount,
    primaryKey: own.find((constraint) => constraint.kind === 'PRIMARY KEY')?.columns ?? null,
    uniqueKeys: own.filter(({ kind }) => kind === 'UNIQUE').map(({ columns }) => columns),
    columns: table.columns.map((column, index) => ({
      ...column,
      ...countedColumn(statistics, index),
    })),
  };
}

/** What statistics say about one column; nothing where they do not know it. */
function countedColumn({ rowCount, columns }: TableStatistics, index: number) {
  const counted = columns[index];
  const nonNullCount = counted?.nonNullCount ?? null;
  return {
    distinctCount: counted?.distinctCount ?? null,
    nullCount: nonNullCount === null ? null : rowCount - nonNullCount,
    minimum: counted?.minimum ?? null,
    maximum: counted?.maximum ?? null,
    values: counted?.values ?? [],
    valuesAreComplete: counted?.valuesAreComplete ?? false,
  };
}

/**
 * A table of a snapshot as another session sees it, which may see other rows: counts, bounds and
 * values are read again. What was computed for columns that people added is forgotten.
 */
export async function rereadTable(
  connection: CatalogConnection,
  table: CatalogTable,
): Promise<CatalogTable> {
  const stored = table.columns
    .filter(({ expression }) => expression === undefined)
    .map((column) => ({ ...column, hasDefault: column.hasDefault ?? false }));
  const names = stored.map(({ name }) => name);
  // A large table's size would come from the snapshot, not from the session's rows.
  const estimatedRows = table.rowCount > catalogLimits.scannedRowsMax ? null : table.rowCount;
  const seen: SchemaTable = { ...table, estimatedRows, columns: stored };
  const reading = planReadings([seen]).get(seen) ?? { kind: 'whole' };
  const statistics = await readStatistics(connection, seen, reading);
  return {
    ...table,
    rowCount: statistics.rowCount,
    columns: table.columns.map((column) => ({
      ...column,
      ...countedColumn(statistics, names.indexOf(column.name)),
    })),
  };
}

function declaredKeys(constraints: readonly SchemaConstraint[]): CatalogForeignKey[] {
  return constraints
    .filter(({ kind }) => kind === 'FOREIGN KEY')
    .map((constraint) => ({
      from: {
        schema: constraint.schema,
        table: constraint.table,
        columns: constraint.columns,
      },
      to: {
        schema: constraint.schema,
        table: constraint.referencedTable ?? '',
        columns: constraint.referencedColumns,
      },
      isDeclared: true,
    }));
}

async function readProcedures(connection: CatalogConnection): Promise<CatalogProcedure[]> {
  const present = await connection.query(
    `SELECT 1 FROM duckdb_tables() WHERE schema_name = 'heliosdb' AND table_name = 'procedures'
       AND database_name = current_database()`,
  );
  if (present.rows.length === 0) return [];
  const rows = await queryJson<RegisteredProcedure>(
    connection,
    `SELECT to_json({
       id: id, schema: schema_name, name: name, parameters: parameters::JSON, returns: returns,
       volatility: volatility, comment: comment, activeVersion: active_version,
       capabilities: (
         SELECT capabilities::JSON FROM heliosdb.procedure_versions AS v
         WHERE v.procedure_id = p.id AND v.version = p.active_version)
     }) FROM heliosdb.procedures AS p ORDER BY schema_name, name, id`,
  );
  return rows.map(({ capabilities, ...row }) => ({
    ...row,
    ...writesOf(capabilities ?? []),
    parameters: row.parameters.map((parameter) => ({
      name: parameter.name,
      type: parameter.type,
      hasDefault: parameter.default !== undefined && parameter.default !== null,
    })),
  }));
}

/** The tables that a procedure may change: to define one is to change it, too. */
function writesOf(capabilities: readonly string[]): Pick<CatalogProcedure, 'writes'> {
  const writes = capabilities.flatMap((capability) => {
    const [kind, ...rest] = capability.split(':');
    return kind === 'write' || kind === 'ddl' ? [rest.join(':')] : [];
  });
  return writes.length === 0 ? {} : { writes: [...new Set(writes)] };
}

interface RegisteredProcedure extends Omit<CatalogProcedure, 'parameters' | 'writes'> {
  readonly capabilities: readonly string[] | null;
  readonly parameters: readonly { name: string; type: string; default?: string | null }[];
}

function fingerprint(content: unknown): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 16);
}
