import { createHash } from 'node:crypto';
import type { CatalogForeignKey, CatalogProcedure, CatalogSnapshot, CatalogTable } from '#planner';
import type { CatalogConnection } from './connection.ts';
import { queryJson } from './connection.ts';
import { inferKeys } from './infer-keys.ts';
import type { SchemaConstraint, SchemaTable } from './read-schema.ts';
import { readConstraints, readSchema } from './read-schema.ts';
import { readStatistics } from './read-statistics.ts';

export interface ReadCatalogOptions {
  /** Procedures to offer instead of those registered in the database. */
  readonly procedures?: readonly CatalogProcedure[];
}

/**
 * Reads what the planner knows of a database: tables, columns, keys, statistics and values.
 * Reads only; schema `heliosdb` and system schemas are left out. Work is bounded by
 * `catalogLimits`, and the same data give the same snapshot.
 */
export async function readCatalog(
  connection: CatalogConnection,
  options: ReadCatalogOptions = {},
): Promise<CatalogSnapshot> {
  const schemaTables = await readSchema(connection);
  const constraints = await readConstraints(connection);
  const tables: CatalogTable[] = [];
  for (const table of schemaTables) {
    tables.push(await readTable(connection, table, constraints));
  }
  const declared = declaredKeys(constraints);
  const inferred = await inferKeys(connection, tables, declared);
  const procedures = options.procedures ?? (await readProcedures(connection));
  const content = { tables, keys: [...declared, ...inferred], procedures };
  return { version: fingerprint(content), ...content };
}

async function readTable(
  connection: CatalogConnection,
  table: SchemaTable,
  constraints: readonly SchemaConstraint[],
): Promise<CatalogTable> {
  const statistics = await readStatistics(connection, table);
  const own = constraints.filter(
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
    columns: table.columns.map((column, index) => {
      const counted = statistics.columns[index];
      return {
        ...column,
        distinctCount: counted?.distinctCount ?? null,
        nullCount: counted === undefined ? null : statistics.rowCount - counted.nonNullCount,
        minimum: counted?.minimum ?? null,
        maximum: counted?.maximum ?? null,
        values: counted?.values ?? [],
        valuesAreComplete: counted?.valuesAreComplete ?? false,
      };
    }),
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
       schema: schema_name, name: name, parameters: parameters::JSON, returns: returns,
       volatility: volatility, comment: comment, activeVersion: active_version
     }) FROM heliosdb.procedures ORDER BY schema_name, name, id`,
  );
  return rows.map((row) => ({
    ...row,
    parameters: row.parameters.map((parameter) => ({
      name: parameter.name,
      type: parameter.type,
      hasDefault: parameter.default !== undefined && parameter.default !== null,
    })),
  }));
}

interface RegisteredProcedure extends Omit<CatalogProcedure, 'parameters'> {
  readonly parameters: readonly { name: string; type: string; default?: string | null }[];
}

function fingerprint(content: unknown): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 16);
}
