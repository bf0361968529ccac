/** What SHOW ROLES, SHOW GRANTS and SHOW ROW FILTERS show, as the session's own transaction sees it. */
import { HeliosError, quoteIdentifier } from '#core';
import type { QueryResult } from '#storage';
import type { GatewayConnection } from './engine-port.ts';

/** Columns of an answer when no registry was ever needed, and so nothing was granted. */
const NO_ROLES = 'SELECT NULL::VARCHAR AS role, NULL::BIGINT AS grants WHERE false';
const NO_GRANTS = `SELECT NULL::VARCHAR AS role, NULL::VARCHAR AS privilege,
  NULL::VARCHAR AS object WHERE false`;

const NO_ROW_FILTERS = `SELECT NULL::VARCHAR AS role, NULL::VARCHAR AS object,
  NULL::VARCHAR AS condition WHERE false`;

export async function describeRoles(connection: GatewayConnection): Promise<QueryResult> {
  const schema = await rolesSchema(connection);
  return connection.query(
    schema === null
      ? NO_ROLES
      : `SELECT r.name AS role, count(g.role) AS grants FROM ${schema}.roles r
         LEFT JOIN ${schema}.grants g ON g.role = r.name GROUP BY r.name ORDER BY r.name`,
    [],
  );
}

/** The grants of a role, or of all; fails with 42704 for a role that does not exist. */
export async function describeGrants(
  connection: GatewayConnection,
  role: string | null,
): Promise<QueryResult> {
  const schema = await rolesSchema(connection);
  const name = role?.toLowerCase() ?? null;
  if (name !== null) await requireRole(connection, { schema, name });
  if (schema === null) return connection.query(NO_GRANTS, []);
  return connection.query(
    `SELECT g.role, g.privilege,
       CASE WHEN g.privilege = 'CREATE PROCEDURE' THEN NULL
            WHEN g.object = '*' AND g.privilege IN ('EXECUTE', 'ALTER') THEN 'all procedures'
            WHEN g.object = '*' THEN 'all tables'
            WHEN p.id IS NULL THEN g.object
            ELSE format('{}({})', p.name, array_to_string(list_transform(
              p.parameters::JSON[], lambda q: q->>'type'), ', ')) END AS object
     FROM ${schema}.grants g LEFT JOIN ${schema}.procedures p ON p.id = g.object
     WHERE $1::VARCHAR IS NULL OR g.role = $1::VARCHAR ORDER BY ALL`,
    [name],
  );
}

/** The row filters of a role, or of all; fails with 42704 for a role that does not exist. */
export async function describeRowFilters(
  connection: GatewayConnection,
  role: string | null,
): Promise<QueryResult> {
  const schema = await rolesSchema(connection, 'row_filters');
  const name = role?.toLowerCase() ?? null;
  if (name !== null) await requireRole(connection, { schema, name });
  if (schema === null) return connection.query(NO_ROW_FILTERS, []);
  return connection.query(
    `SELECT role, CASE WHEN schema_name = 'main' THEN relation_name
         ELSE schema_name || '.' || relation_name END AS object, condition
     FROM ${schema}.row_filters
     WHERE $1::VARCHAR IS NULL OR role = $1::VARCHAR ORDER BY ALL`,
    [name],
  );
}

async function requireRole(
  connection: GatewayConnection,
  { schema, name }: { readonly schema: string | null; readonly name: string },
): Promise<void> {
  if (schema !== null) {
    const { rowCount } = await connection.query(`SELECT 1 FROM ${schema}.roles WHERE name = ?`, [
      name,
    ]);
    if (rowCount > 0) return;
  }
  throw new HeliosError('undefined_object', {
    message: `role ${name} does not exist`,
    hint: 'SHOW ROLES lists those that do.',
  });
}

/** The schema of the registry, if it is young enough to have the table. */
async function rolesSchema(
  connection: GatewayConnection,
  table: 'roles' | 'row_filters' = 'roles',
): Promise<string | null> {
  const { rows } = await connection.query(
    `SELECT database_name FROM duckdb_tables() WHERE database_name = current_database()
     AND schema_name = 'heliosdb' AND table_name = ?`,
    [table],
  );
  const database = rows[0]?.[0];
  return typeof database === 'string' ? `${quoteIdentifier(database)}.heliosdb` : null;
}
