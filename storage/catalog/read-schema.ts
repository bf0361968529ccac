import type { CatalogConnection } from './connection.ts';
import { queryJson } from './connection.ts';

/** A table or view as the system catalog describes it, before any row is read. */
export interface SchemaTable {
  readonly schema: string;
  readonly name: string;
  readonly kind: 'table' | 'view';
  readonly comment: string | null;
  readonly estimatedRows: number | null;
  readonly columns: readonly SchemaColumn[];
}

export interface SchemaColumn {
  readonly name: string;
  readonly type: string;
  readonly isNullable: boolean;
  readonly hasDefault: boolean;
  readonly comment: string | null;
}

export interface SchemaConstraint {
  readonly schema: string;
  readonly table: string;
  readonly kind: 'PRIMARY KEY' | 'UNIQUE' | 'FOREIGN KEY';
  readonly columns: readonly string[];
  readonly referencedTable: string | null;
  readonly referencedColumns: readonly string[];
}

/** Our own tables are state, not data: questions never see them. */
const VISIBLE = `database_name = current_database() AND NOT internal
  AND schema_name NOT IN ('heliosdb', 'information_schema', 'pg_catalog')`;

/** Reads tables and views with their columns, in name order. */
export async function readSchema(connection: CatalogConnection): Promise<readonly SchemaTable[]> {
  return queryJson<SchemaTable>(
    connection,
    `WITH relations AS (
       SELECT schema_name, table_name AS name, 'table' AS kind, comment,
              estimated_size AS estimated_rows, table_oid AS oid
       FROM duckdb_tables() WHERE ${VISIBLE} AND NOT temporary
       UNION ALL
       SELECT schema_name, view_name, 'view', comment, NULL, view_oid
       FROM duckdb_views() WHERE ${VISIBLE} AND NOT temporary
     ),
     columns AS (
       SELECT schema_name, table_name, list({
                name: column_name, type: data_type, isNullable: is_nullable,
                hasDefault: column_default IS NOT NULL, comment: comment
              } ORDER BY column_index) AS columns
       FROM duckdb_columns() WHERE ${VISIBLE} GROUP BY ALL
     )
     SELECT to_json({
       schema: r.schema_name, name: r.name, kind: r.kind, comment: r.comment,
       estimatedRows: r.estimated_rows, columns: c.columns
     })
     FROM relations r JOIN columns c ON c.schema_name = r.schema_name AND c.table_name = r.name
     ORDER BY r.schema_name, r.oid`,
  );
}

/** Reads declared keys. */
export async function readConstraints(
  connection: CatalogConnection,
): Promise<readonly SchemaConstraint[]> {
  return queryJson<SchemaConstraint>(
    connection,
    `SELECT to_json({
       schema: schema_name, "table": table_name, kind: constraint_type,
       columns: constraint_column_names, referencedTable: referenced_table,
       referencedColumns: coalesce(referenced_column_names, []::VARCHAR[])
     })
     FROM duckdb_constraints()
     WHERE database_name = current_database()
       AND schema_name NOT IN ('heliosdb', 'information_schema', 'pg_catalog')
       AND constraint_type IN ('PRIMARY KEY', 'UNIQUE', 'FOREIGN KEY')
     ORDER BY schema_name, table_name, constraint_index`,
  );
}
