/** Runs one case and says whether it came to what was expected. */

import { interruptible } from '#agent';
import { HeliosError, quoteIdentifier, quoteLiteral } from '#core';
import type { CreateProcedure } from '#runtime';
import { usageError } from '../usage/parse-arguments.ts';
import { differences } from './difference.ts';
import type { TestBench } from './test-bench.ts';
import type { TestCase } from './test-case.ts';

export interface CaseOutcome {
  readonly name: string;
  /** Null when nothing was expected. */
  readonly passed: boolean | null;
  /** What was returned as text; null for NULL and after an error. */
  readonly result: string | null;
  readonly type: string | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  /** Empty unless it failed. */
  readonly differences: readonly string[];
  readonly logs: readonly string[];
  readonly milliseconds: number;
}

/** Relative error that a FLOAT or DOUBLE may have: one is written shorter than it is. */
const RELATIVE_ERROR = 1e-9;

interface Returned {
  readonly type: string;
  readonly text: string | null;
  readonly json: string | null;
  /** Whether it equals the expected text, converted to its type; null where it does not convert. */
  readonly isEqual: boolean | null;
}

/** Calls the procedure in the schema that it was registered in. */
export async function runCase(
  bench: TestBench,
  procedure: CreateProcedure,
  each: TestCase,
  signal: AbortSignal,
): Promise<CaseOutcome> {
  const call = callOf(procedure, each);
  const name = each.name ?? call.shown;
  const logged = await lastLog(bench);
  const started = performance.now();
  const outcome = await interruptible(bench, signal, () => evaluate(bench, call, each)).catch(
    (error: unknown) => {
      if (!HeliosError.isInstance(error) || signal.aborted) throw error;
      return error;
    },
  );
  const milliseconds = performance.now() - started;
  const logs = await logsAfter(bench, logged);
  if (outcome instanceof Error) {
    const said = `${outcome.message}${outcome.detail === null ? '' : ` (${outcome.detail})`}`;
    const problems = errorProblems(each, outcome, said);
    const error = { code: outcome.sqlstate, message: said };
    const passed = problems === null ? null : problems.length === 0;
    const differing = problems ?? [];
    const nothing = { result: null, type: null };
    return { name, passed, ...nothing, error, differences: differing, logs, milliseconds };
  }
  const problems = valueProblems(each, outcome);
  const passed = problems === null ? null : problems.length === 0;
  const { text: result, type } = outcome;
  return {
    name,
    passed,
    result,
    type,
    error: null,
    differences: problems ?? [],
    logs,
    milliseconds,
  };
}

/** The call's SQL; arguments are texts that SQL converts to the declared types. */
function callOf(
  { schema, name, parameters }: CreateProcedure,
  each: TestCase,
): { readonly sql: string; readonly shown: string } {
  const given = new Map(
    [...each.parameters].map(([key, value]) => [key.toLowerCase(), value] as const),
  );
  const argumentsOf = parameters.map(({ name: parameter, type }) => {
    const value = given.get(parameter.toLowerCase());
    if (value === undefined) {
      throw usageError(
        `parameter ${parameter} (${type}) has no value`,
        `--param ${parameter}=…; NULL is written --param ${parameter}=NULL`,
      );
    }
    given.delete(parameter.toLowerCase());
    const sql = value === null ? 'NULL' : quoteLiteral(value);
    return { sql: `CAST(${sql} AS ${type})`, shown: value ?? 'NULL' };
  });
  const [unknown] = given.keys();
  if (unknown !== undefined) {
    const known = parameters.map((parameter) => parameter.name).join(', ') || 'none';
    throw usageError(`there is no parameter ${unknown}`, `parameters are ${known}`);
  }
  const path = [schema, name].filter((part) => part !== null).map(quoteIdentifier);
  return {
    sql: `${path.join('.')}(${argumentsOf.map(({ sql }) => sql).join(', ')})`,
    shown: `${name}(${argumentsOf.map(({ shown }) => shown).join(', ')})`,
  };
}

async function evaluate(
  { connection }: TestBench,
  call: { readonly sql: string },
  { expectation }: TestCase,
): Promise<Returned> {
  const expected =
    expectation?.kind === 'value' && expectation.text !== null
      ? quoteLiteral(expectation.text)
      : 'NULL';
  // Called once, whatever the optimiser thinks of it.
  const { rows } = await connection.query(
    `WITH called AS MATERIALIZED (SELECT ${call.sql} AS v)
     SELECT typeof(v), CAST(v AS VARCHAR), CAST(to_json(v) AS VARCHAR) FROM called`,
  );
  const [type, text, json] = rows[0] ?? [];
  const returned = { type: String(type), text: textOrNull(text), json: textOrNull(json) };
  if (expected === 'NULL' || returned.text === null) return { ...returned, isEqual: null };
  const { type: name } = returned;
  const compared = await connection.query(
    `SELECT TRY_CAST(${expected} AS ${name}) = CAST(${quoteLiteral(returned.text)} AS ${name})`,
  );
  const equal = compared.rows[0]?.[0];
  return { ...returned, isEqual: typeof equal === 'boolean' ? equal : null };
}

function textOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value);
}

/** Null when nothing was expected. */
function valueProblems({ expectation }: TestCase, returned: Returned): readonly string[] | null {
  if (expectation === null) return null;
  const shown = returned.text ?? 'NULL';
  if (expectation.kind === 'error') {
    return [`expected an error with ${expectation.text}`, `got      ${shown}`];
  }
  if (expectation.kind === 'json') return differences(expectation.value, documentOf(returned));
  const { text } = expectation;
  const isSame = text === null ? returned.text === null : isEqual(text, returned);
  return isSame ? [] : [`expected ${text ?? 'NULL'}`, `got      ${shown} (${returned.type})`];
}

function isEqual(expected: string, returned: Returned): boolean {
  if (returned.isEqual === true) return true;
  if (returned.type === 'JSON') {
    try {
      return differences(JSON.parse(expected), documentOf(returned)).length === 0;
    } catch {
      return false;
    }
  }
  if (returned.type !== 'DOUBLE' && returned.type !== 'FLOAT') return false;
  const [wanted, got] = [Number(expected), Number(returned.text)];
  return Math.abs(wanted - got) <= RELATIVE_ERROR * Math.max(Math.abs(wanted), Math.abs(got));
}

/** The result as a document; a text that is JSON counts as what it says. */
function documentOf({ json, text }: Returned): unknown {
  for (const candidate of [json === null ? null : JSON.parse(json), text]) {
    if (typeof candidate !== 'string') return candidate;
    try {
      return JSON.parse(candidate);
    } catch {
      // A plain text.
    }
  }
  return text;
}

function errorProblems(
  { expectation }: TestCase,
  error: HeliosError,
  said: string,
): readonly string[] | null {
  const got = `got      error ${error.sqlstate}: ${said}`;
  if (expectation === null) return [got];
  if (expectation.kind === 'error') {
    return isExpected(expectation.text, error.sqlstate, said)
      ? []
      : [`expected an error with ${expectation.text}`, got];
  }
  const wanted =
    expectation.kind === 'json' ? JSON.stringify(expectation.value) : (expectation.text ?? 'NULL');
  return [`expected ${wanted}`, got];
}

function isExpected(expected: string, sqlstate: string, said: string): boolean {
  if (/^[0-9A-Z]{5}$/.test(expected)) return expected === sqlstate;
  const pattern = /^\/(.*)\/$/s.exec(expected)?.[1];
  if (pattern === undefined) return said.toLowerCase().includes(expected.toLowerCase());
  try {
    return new RegExp(pattern, 'i').test(said);
  } catch {
    throw usageError(`${expected} is not a regular expression`);
  }
}

async function lastLog({ connection }: TestBench): Promise<number> {
  const { rows } = await connection.query('SELECT max(sequence)::DOUBLE FROM heliosdb_logs()');
  return Number(rows[0]?.[0] ?? -1);
}

async function logsAfter({ connection }: TestBench, sequence: number): Promise<readonly string[]> {
  const { rows } = await connection.query(
    `SELECT level || ' ' || message FROM heliosdb_logs() WHERE sequence > ${sequence}
     ORDER BY sequence`,
  );
  return rows.map(([line]) => String(line));
}
