/** Reads everything the rules judge by. */
import type { Facts } from './facts.ts';
import { FACTS_VERSION } from './facts.ts';
import { readPlans } from './read-plans.ts';
import { readProcedures } from './read-procedures.ts';
import { readTables } from './read-tables.ts';
import type { Reader } from './rows.ts';
import { readRows } from './rows.ts';

/**
 * The facts of the session's database; without procedures when it has no registry or the engine is
 * not loaded. Nothing is written.
 */
export async function readFacts(reader: Reader, readAt: string): Promise<Facts> {
  const empty = {
    version: FACTS_VERSION,
    readAt,
    procedures: [],
    tables: [],
    builtIns: [],
  } as const;
  if (!(await hasRegistry(reader))) return { ...empty, procedures: [], tables: [], builtIns: [] };
  const procedures = await readProcedures(reader);
  const names = procedures.flatMap(({ shapes }) =>
    shapes.flatMap(({ reads }) => reads?.tables ?? []),
  );
  const tables = await readTables(reader, names);
  return {
    version: FACTS_VERSION,
    readAt,
    procedures: await readPlans(reader, procedures, tables),
    tables,
    builtIns: await readBuiltIns(reader),
  };
}

async function hasRegistry(reader: Reader): Promise<boolean> {
  const { rows } = await reader.query(
    `SELECT
       EXISTS (FROM duckdb_tables() WHERE database_name = current_database()
               AND schema_name = 'heliosdb' AND table_name = 'metrics_history'),
       EXISTS (FROM duckdb_functions() WHERE function_name = 'heliosdb_metrics')`,
  );
  return rows[0]?.every((isThere) => isThere === true) ?? false;
}

async function readBuiltIns(reader: Reader): Promise<string[]> {
  const rows = await readRows(
    reader,
    `SELECT DISTINCT function_name FROM duckdb_functions()
     WHERE internal AND function_type IN ('scalar', 'aggregate') AND regexp_matches(function_name, '^[a-z]')
       AND NOT starts_with(function_name, 'heliosdb_') ORDER BY 1`,
  );
  return rows.map((row) => String(row.function_name));
}
