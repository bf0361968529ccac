/** What the engine makes of a definition where it says nothing. */
import type { SqlDatabase } from '#storage';
import { askEngine } from '../render/show-rows.ts';

/** What a definition that leaves it out comes to. */
export interface DefinitionDefaults {
  /** Null when the module has several exports and none of the procedure's name. */
  readonly entry: string | null;
  readonly volatility: string;
  /** Options that the engine writes down for such a module. */
  readonly options: Readonly<Record<string, number | boolean>>;
}

/** The defaults of a module's procedure; null for a module that the engine cannot read. */
export async function definitionDefaults(
  database: SqlDatabase,
  module: Uint8Array,
  { name, capabilities }: { readonly name: string; readonly capabilities: readonly string[] },
): Promise<DefinitionDefaults | null> {
  const asked = askEngine(database, {
    sql: 'SELECT heliosdb_definition_defaults(from_base64($1), $2, $3)',
    parameters: [Buffer.from(module).toString('base64'), name, JSON.stringify(capabilities)],
  });
  // What is wrong with the module is told by CREATE PROCEDURE, in full.
  const rows = await asked.then(
    (answer) => answer.rows,
    () => [],
  );
  const text = rows[0]?.[0];
  return typeof text === 'string' ? (JSON.parse(text) as DefinitionDefaults) : null;
}
