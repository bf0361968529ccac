/** Calls to repeat after a change: those of a file of cases, and those that were really made. */

import type { CreateProcedure } from '#runtime';
import type { SqlDatabase } from '#storage';
import type { TestCase } from '../procedure-test/test-case.ts';
import { readCases } from '../procedure-test/test-case.ts';
import { askEngine } from '../render/show-rows.ts';

/** Recorded calls that are repeated for a procedure. */
const RECORDED_MAX = 20;

/** The cases of the file, without a file none. */
export async function savedCases(file: string | null): Promise<readonly TestCase[]> {
  return file === null ? [] : await readCases(file);
}

/** The newest recorded calls of a procedure whose parameters are the same. */
export async function recordedCalls(
  database: SqlDatabase,
  { name, schema, parameters }: CreateProcedure,
): Promise<readonly TestCase[]> {
  const { rows } = await askEngine(database, {
    sql: `SELECT DISTINCT p.parameters, CAST(to_json(s.arguments) AS VARCHAR) FROM heliosdb_samples() s
      JOIN heliosdb_procedures() p ON p.id = s.procedure_id
      WHERE lower(p.name) = lower($1) AND ($2 = '' OR lower(p.schema_name) = lower($2))
        AND s.version = (SELECT max(version) FROM heliosdb_samples() o
          WHERE o.procedure_id = s.procedure_id)
      ORDER BY 2 LIMIT ${RECORDED_MAX}`,
    parameters: [name, schema ?? ''],
  });
  const wanted = parameters.map((each) => each.name.toLowerCase());
  return rows.flatMap(([declared, values]) => {
    const own = (JSON.parse(String(declared)) as { name: string }[]).map((each) => each.name);
    if (own.map((each) => each.toLowerCase()).join() !== wanted.join()) return [];
    const list = JSON.parse(String(values)) as readonly (string | null)[];
    const given = new Map(own.map((each, index) => [each, list[index] ?? null] as const));
    return [{ name: null, parameters: given, expectation: null }];
  });
}
