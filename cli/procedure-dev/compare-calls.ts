/** Runs saved calls on what a procedure was and on what it is, in a database of their own. */

import { HeliosError } from '#core';
import type { CreateProcedure } from '#runtime';
import { printStatement } from '#runtime';
import { capabilitiesOf } from '../procedure-definition.ts';
import type { CaseOutcome } from '../procedure-test/run-case.ts';
import { runCase } from '../procedure-test/run-case.ts';
import type { TestBench } from '../procedure-test/test-bench.ts';
import type { TestCase } from '../procedure-test/test-case.ts';
import type { Arguments } from '../usage/command.ts';

/** Apart from what the database has: a procedure of the same name may be there. */
const SCHEMA = 'heliosdb_test';

/** What one call came to. */
export interface Outcome {
  readonly result: string | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** One saved call, before the change and after it. */
export interface ComparedCall {
  readonly procedure: string;
  readonly name: string;
  /** Null where the call was not made before. */
  readonly before: Outcome | null;
  readonly after: Outcome;
  readonly isChanged: boolean;
  /** Null where the call says nothing of what it should come to. */
  readonly passed: boolean | null;
  readonly differences: readonly string[];
  readonly logs: readonly string[];
}

/** Outcomes of the latest round, by procedure and call. */
export type Remembered = Map<string, Outcome>;

export interface Comparison {
  readonly bench: TestBench;
  readonly args: Arguments;
  readonly procedure: CreateProcedure;
  readonly calls: readonly TestCase[];
  readonly remembered: Remembered;
  readonly signal: AbortSignal;
}

/**
 * Registers a procedure in the bench and makes its calls. What a call came to in the round before
 * is remembered; in the first round the procedure that the copied database has is asked.
 */
export async function compareCalls(comparison: Comparison): Promise<readonly ComparedCall[]> {
  const { bench, args, procedure, calls, remembered, signal } = comparison;
  const before = await outcomesBefore(comparison);
  const own = { ...procedure, schema: SCHEMA, orReplace: true };
  await bench.run(`CREATE SCHEMA IF NOT EXISTS ${SCHEMA}`);
  await bench.run(printStatement({ ...own, capabilities: capabilitiesOf(args) ?? ['read:*'] }));
  const compared: ComparedCall[] = [];
  for (const call of calls) {
    const { name, result, error, passed, differences, logs } = await outcomeOf(call, () =>
      runCase(bench, own, call, signal),
    );
    const after = { result, error };
    const key = keyOf(procedure, call);
    const old = before.get(key) ?? null;
    const isChanged = old !== null && JSON.stringify(old) !== JSON.stringify(after);
    remembered.set(key, after);
    const said = { passed: call.expectation === null ? null : passed, differences, logs };
    compared.push({ procedure: procedure.name, name, before: old, after, isChanged, ...said });
  }
  return compared;
}

/** What the calls came to so far. */
async function outcomesBefore(comparison: Comparison): Promise<ReadonlyMap<string, Outcome>> {
  const { bench, procedure, calls, remembered, signal } = comparison;
  const found = new Map<string, Outcome>();
  const schema = remembered.size === 0 ? await registeredIn(bench, procedure) : null;
  for (const call of calls) {
    const key = keyOf(procedure, call);
    const known = remembered.get(key);
    if (known !== undefined) found.set(key, known);
    if (schema === null) continue;
    const { result, error } = await outcomeOf(call, () =>
      runCase(bench, { ...procedure, schema }, { ...call, expectation: null }, signal),
    );
    found.set(key, { result, error });
  }
  return found;
}

/** The schema in which the bench has a procedure of that name and as many parameters. */
async function registeredIn(
  { connection }: TestBench,
  { name, schema, parameters }: CreateProcedure,
): Promise<string | null> {
  const { rows } = await connection.query(
    `SELECT schema_name FROM heliosdb_procedures()
     WHERE lower(name) = lower($1) AND ($2 = '' OR lower(schema_name) = lower($2))
       AND json_array_length(parameters) = ${parameters.length}`,
    [name, schema ?? ''],
  );
  return rows.length === 1 ? String(rows[0]?.[0]) : null;
}

/** A call that does not fit the procedure any more is an outcome, too. */
async function outcomeOf(call: TestCase, run: () => Promise<CaseOutcome>): Promise<CaseOutcome> {
  try {
    return await run();
  } catch (error) {
    if (!HeliosError.isInstance(error) || error.sqlstate !== 'US001') throw error;
    const message = error.message;
    return {
      name: call.name ?? [...call.parameters].map((pair) => pair.join('=')).join(', '),
      passed: false,
      result: null,
      type: null,
      error: { code: error.sqlstate, message },
      differences: [`the call does not fit: ${message}`],
      logs: [],
      milliseconds: 0,
    };
  }
}

function keyOf({ name }: CreateProcedure, { name: title, parameters }: TestCase): string {
  return JSON.stringify([name, title, ...parameters]);
}
