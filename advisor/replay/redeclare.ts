/** Writes the statement that declares a procedure again as it is, with other properties. */
import { HeliosError, printIdentifier } from '#core';
import type { SqlSession } from '#storage';
import type { ProcedureFact } from '../facts/facts.ts';
import { parsed, readRows } from '../facts/rows.ts';
import { printPath } from '../rules/rule.ts';

interface Parameter {
  readonly name: string;
  readonly type: string;
  readonly default: string | null;
}

/** `CREATE OR REPLACE PROCEDURE …` with the active version's module in it. */
export async function redeclare(
  connection: SqlSession,
  procedure: Pick<ProcedureFact, 'id' | 'schema' | 'name' | 'parameters'>,
  as: { readonly volatility: string; readonly capabilities: readonly string[] | null },
): Promise<string> {
  const [row] = await readRows(
    connection,
    `SELECT p.schema_name, p.name, p.parameters::VARCHAR AS parameters, p.returns,
       p.is_called_on_null, p.on_error, p.is_visibility_strict, p.options::VARCHAR AS options,
       p.comment, v.entry, to_base64(m.bytes) AS module
     FROM heliosdb.procedures p
     JOIN heliosdb.procedure_versions v
       ON v.procedure_id = p.id AND v.version = p.active_version
     JOIN heliosdb.modules m ON m.hash = v.module_hash
     WHERE p.schema_name = $2 AND p.name = $3 AND p.parameter_count = $4
     -- In a database that was made anew the same procedure has another id.
     ORDER BY p.id = $1 DESC LIMIT 1`,
    [procedure.id, procedure.schema, procedure.name, procedure.parameters.length],
  );
  if (row === undefined) {
    throw new HeliosError('undefined_function', {
      message: 'the procedure does not exist any more',
    });
  }
  const parameters = parsed<Parameter[]>(row.parameters, []).map(
    ({ name, type, default: fallback }) =>
      `${printIdentifier(name)} ${type}${fallback === null ? '' : ` DEFAULT ${fallback}`}`,
  );
  const { volatility, capabilities } = as;
  const settings = Object.entries(parsed<Record<string, unknown>>(row.options, {}));
  const text = (value: unknown): string => `'${String(value).replaceAll("'", "''")}'`;
  return [
    `CREATE OR REPLACE PROCEDURE ${printPath(String(row.schema_name), String(row.name))} (${parameters.join(', ')})`,
    `RETURNS ${row.returns}`,
    'LANGUAGE wasm',
    ...(capabilities === null ? [] : [`CAPABILITIES (${capabilities.map(text).join(', ')})`]),
    volatility,
    ...(row.is_called_on_null === true ? ['CALLED ON NULL INPUT'] : []),
    ...(settings.length === 0
      ? []
      : [`SET (${settings.map(([name, value]) => `${name} = ${value}`).join(', ')})`]),
    `ENTRY ${text(row.entry)}`,
    `ON ERROR ${row.on_error}`,
    ...(row.is_visibility_strict === true ? ['STRICT VISIBILITY'] : []),
    ...(row.comment === null ? [] : [`COMMENT ${text(row.comment)}`]),
    `AS $wasm$${row.module}$wasm$`,
  ].join('\n');
}
