/** Reading schema `heliosdb` as the session's own transaction sees it. */
import { HeliosError, quoteIdentifier } from '#core';
import type { QueryResult } from '#storage';
import type { ProcedureName } from '../ddl/index.ts';
import { nearestWord } from '../ddl/index.ts';
import type { GatewayConnection } from './engine-port.ts';

/** A procedure as far as the gateway has to know it. */
export interface RegisteredProcedure {
  readonly schema: string;
  readonly name: string;
  readonly volatility: string;
}

/** Where unqualified names of a session are looked up. */
export interface SessionPlace {
  readonly database: string;
  readonly schema: string;
  /** Schema `heliosdb` of the database, fully qualified: a database may have that name too. */
  readonly registry: string | null;
}

/** Reads where the session is, and whether a registry is there. */
export async function sessionPlace(connection: GatewayConnection): Promise<SessionPlace> {
  const { rows } = await connection.query(
    `SELECT current_database(), current_schema(), EXISTS (
       SELECT 1 FROM duckdb_tables() WHERE database_name = current_database()
       AND schema_name = 'heliosdb' AND table_name = 'procedures')`,
    [],
  );
  const [database, schema, isInstalled] = rows[0] ?? [];
  const name = String(database);
  const registry = isInstalled === true ? `${quoteIdentifier(name)}.heliosdb` : null;
  return { database: name, schema: String(schema ?? 'main'), registry };
}

/** Whether nothing can be written to a database. */
export async function isReadOnly(
  connection: GatewayConnection,
  database: string,
): Promise<boolean> {
  const { rows } = await connection.query(
    'SELECT readonly FROM duckdb_databases() WHERE database_name = ?',
    [database],
  );
  return rows[0]?.[0] === true;
}

/** All procedures of the current database. */
export async function readProcedures(
  connection: GatewayConnection,
): Promise<readonly RegisteredProcedure[]> {
  const { registry: schema } = await sessionPlace(connection);
  if (schema === null) return [];
  const { rows } = await connection.query(
    `SELECT schema_name, name, volatility FROM ${schema}.procedures ORDER BY ALL`,
    [],
  );
  return rows.map(([schema, name, volatility]) => ({
    schema: String(schema),
    name: String(name),
    volatility: String(volatility),
  }));
}

/**
 * The rows of a name in a registry with their versions as JSON, in the form that the engine reads;
 * null without any.
 */
export async function readCurrent(
  connection: GatewayConnection,
  { registry, name }: { readonly registry: string; readonly name: string },
): Promise<string | null> {
  // Most definitions are of names without rows, and this takes a tenth of the time of the next.
  const known = await connection.query(
    `SELECT 1 FROM ${registry}.procedures WHERE lower(name) = lower(?) LIMIT 1`,
    [name],
  );
  if (known.rowCount === 0) return null;
  const { rows } = await connection.query(
    `SELECT to_json(list(p ORDER BY p.id))::VARCHAR FROM (
       SELECT p.*, coalesce((SELECT list(v ORDER BY v.version) FROM ${registry}.procedure_versions v
                             WHERE v.procedure_id = p.id), []) AS versions
       FROM ${registry}.procedures p WHERE lower(p.name) = lower(?)) p`,
    [name],
  );
  const current = rows[0]?.[0];
  return typeof current === 'string' ? current : null;
}

/**
 * What SHOW and DESCRIBE show: the current database's procedures as the session's own transaction
 * sees them, and those of other databases as they are committed.
 */
export async function describeProcedures(
  connection: GatewayConnection,
  name: ProcedureName | null,
): Promise<QueryResult> {
  const { registry: schema } = await sessionPlace(connection);
  const own = schema === null ? '' : `${ownProcedures(schema)} UNION ALL BY NAME`;
  return connection.query(
    `SELECT * FROM (${own} SELECT * FROM heliosdb_procedures()
       WHERE ${schema === null} OR database_name <> current_database() OR signature IS NULL)
     WHERE ($1::VARCHAR IS NULL OR lower(name) = lower($1::VARCHAR))
       AND ($2::VARCHAR IS NULL OR lower(schema_name) = lower($2::VARCHAR))
     ORDER BY database_name <> current_database(), schema_name, name, signature`,
    [name?.name ?? null, name?.schema ?? null],
  );
}

/** The columns of `heliosdb_procedures()` out of the registry's tables. */
function ownProcedures(schema: string): string {
  return `SELECT p.name, p.schema_name, current_database() AS database_name,
      format('{}({}) RETURNS {}', p.name, array_to_string(list_transform(
        p.parameters::JSON[], lambda q: (q->>'name') || ' ' || (q->>'type')), ', '), p.returns)
        AS signature,
      p.parameters::VARCHAR AS parameters, p.returns, p.volatility, p.active_version,
      (SELECT to_json(list(v.version ORDER BY v.version))::VARCHAR
       FROM ${schema}.procedure_versions v WHERE v.procedure_id = p.id) AS versions,
      a.entry, a.capabilities::VARCHAR AS capabilities,
      heliosdb_effective_limits(p.options::VARCHAR) AS limits,
      p.is_called_on_null AS called_on_null_input, a.module_hash, p.comment, p.id,
      CASE WHEN NOT EXISTS (
        SELECT 1 FROM duckdb_functions() f WHERE f.function_type = 'macro'
        AND f.database_name = current_database() AND contains(f.macro_definition, p.id))
      THEN 'its macro was dropped; CREATE OR REPLACE PROCEDURE brings it back, DROP PROCEDURE removes the rest'
      END AS problem
    FROM ${schema}.procedures p
    JOIN ${schema}.procedure_versions a
      ON a.procedure_id = p.id AND a.version = p.active_version`;
}

/** The procedures that a name may mean: those of its schema, or of any when it has none. */
export function findProcedures(
  procedures: readonly RegisteredProcedure[],
  { schema, name }: ProcedureName,
): readonly RegisteredProcedure[] {
  const isSame = (left: string, right: string): boolean =>
    left.toLowerCase() === right.toLowerCase();
  return procedures.filter(
    (procedure) =>
      isSame(procedure.name, name) && (schema === null || isSame(procedure.schema, schema)),
  );
}

/** The error for a name that no procedure has, with the name that was probably meant. */
export function undefinedProcedure(
  procedures: readonly RegisteredProcedure[],
  { name }: ProcedureName,
): HeliosError {
  const names = procedures.map((procedure) => procedure.name);
  const near = nearestWord(
    name,
    names.map((known) => known.toUpperCase()),
  );
  const found = names.find((known) => known.toUpperCase() === near);
  return new HeliosError('undefined_function', {
    message: `procedure ${name} does not exist`,
    hint:
      found === undefined ? 'SHOW PROCEDURES lists what exists.' : `Perhaps ${found} was meant.`,
  });
}
