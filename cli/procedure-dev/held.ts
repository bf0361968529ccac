/** What a procedure has in the database and its source does not say. */
import type { CreateProcedure } from '#runtime';
import type { SqlDatabase } from '#storage';
import { definitionDefaults } from '../procedure-folder/definition-defaults.ts';
import { askEngine, toObjects } from '../render/show-rows.ts';

/**
 * The definition with everything that nobody names as the procedure has it: rights, limits, a
 * declared volatility, what becomes of NULLs and errors. A volatility that only followed from the
 * module's imports follows from those of the new module.
 */
export async function withHeld(
  database: SqlDatabase,
  procedure: CreateProcedure,
): Promise<CreateProcedure> {
  const found = toObjects(
    await askEngine(database, {
      sql: `SELECT id, capabilities, module_hash FROM heliosdb_procedures()
        WHERE lower(name) = lower($1) AND ($2 = '' OR lower(schema_name) = lower($2))
          AND json_array_length(parameters) = ${procedure.parameters.length}`,
      parameters: [procedure.name, procedure.schema ?? ''],
    }),
  );
  const [only, ...others] = found;
  if (only === undefined || others.length > 0) return procedure;
  const held = await database.withConnection((connection) =>
    connection.query(
      `SELECT p.volatility, p.is_called_on_null, p.on_error, p.is_visibility_strict, p.comment,
         p.options::VARCHAR AS options, m.bytes
       FROM heliosdb.procedures p, heliosdb.modules m WHERE p.id = $1 AND m.hash = $2`,
      [String(only.id), String(only.module_hash)],
    ),
  );
  const [row] = held.rows;
  if (row === undefined) return procedure;
  const [volatility, isCalledOnNull, onError, isStrict, comment, options, module] = row;
  const rights = only.capabilities === null ? null : parsedList(only.capabilities);
  const capabilities = procedure.capabilities ?? rights;
  const derived =
    module instanceof Uint8Array
      ? await definitionDefaults(database, module, {
          name: procedure.name,
          capabilities: rights ?? [],
        })
      : null;
  const isDeclared = derived !== null && derived.volatility !== volatility;
  return {
    ...procedure,
    capabilities,
    volatility:
      procedure.volatility ?? (isDeclared ? (volatility as CreateProcedure['volatility']) : null),
    nullCall: procedure.nullCall ?? (isCalledOnNull === true ? 'CALLED ON NULL INPUT' : null),
    onError: procedure.onError ?? (onError === 'NULL' ? 'NULL' : null),
    strictVisibility: procedure.strictVisibility || isStrict === true,
    comment: procedure.comment ?? (comment === null ? null : String(comment)),
    options: { ...JSON.parse(String(options ?? '{}')), ...procedure.options },
  };
}

function parsedList(text: unknown): readonly string[] {
  return JSON.parse(String(text)) as string[];
}
