/** Reading schema `heliosdb` as the session's own transaction sees it. */
import { HeliosError } from '#core';
import type { ProcedureName } from '../ddl/index.ts';
import { nearestWord } from '../ddl/index.ts';
import type { GatewayConnection } from './engine-port.ts';

/** A procedure as far as the gateway has to know it. */
export interface RegisteredProcedure {
  readonly schema: string;
  readonly name: string;
  readonly volatility: string;
}

/** Whether schema `heliosdb` is there. */
export async function hasRegistry(connection: GatewayConnection): Promise<boolean> {
  const { rows } = await connection.query(
    `SELECT count(*)::INTEGER FROM duckdb_tables() WHERE database_name = current_database()
     AND schema_name = 'heliosdb' AND table_name = 'procedures'`,
    [],
  );
  return rows[0]?.[0] !== 0;
}

/** All procedures of the current database. */
export async function readProcedures(
  connection: GatewayConnection,
): Promise<readonly RegisteredProcedure[]> {
  if (!(await hasRegistry(connection))) return [];
  const { rows } = await connection.query(
    'SELECT schema_name, name, volatility FROM heliosdb.procedures ORDER BY ALL',
    [],
  );
  return rows.map(([schema, name, volatility]) => ({
    schema: String(schema),
    name: String(name),
    volatility: String(volatility),
  }));
}

/** The registry's rows of a name as JSON, in the form that the engine reads; null without any. */
export async function readCurrent(
  connection: GatewayConnection,
  name: string,
): Promise<string | null> {
  if (!(await hasRegistry(connection))) return null;
  const { rows } = await connection.query(
    'SELECT to_json(list(p))::VARCHAR FROM heliosdb.procedures p WHERE lower(name) = lower(?)',
    [name],
  );
  const current = rows[0]?.[0];
  return typeof current === 'string' ? current : null;
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
