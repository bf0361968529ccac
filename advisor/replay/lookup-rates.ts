/** Replaces a procedure by a join with a table of its rates, worked out from its results. */
import { printIdentifier, quoteIdentifier, quoteLiteral } from '#core';
import type { SqlSession } from '#storage';
import type { Lookup, ProcedureFact } from '../facts/facts.ts';
import { printPath } from '../rules/rule.ts';
import type { CallTable } from './calls.ts';
import { parameterFor } from './calls.ts';
import { createResultTable } from './synthesize.ts';

/** Distinct looked-up values beyond which a table of rates is no longer small. */
const RATES_MAX = 64;

/** How the result follows from the looked-up value. */
interface Formula {
  /** Parameter that the rate is applied to; null when the value alone decides. */
  readonly parameterIndex: number | null;
  readonly operator: '*' | '+' | null;
  /** Whether the arithmetic is exact or in doubles, which round differently. */
  readonly isDouble: boolean;
  readonly rates: readonly (readonly [value: string | null, rate: string])[];
}

export type RatesOutcome =
  | {
      readonly kind: 'found';
      readonly statements: readonly string[];
      readonly revert: readonly string[];
      readonly name: string;
      readonly failedCount: number;
    }
  | { readonly kind: 'none'; readonly reason: string };

export interface RatesOptions {
  readonly connection: SqlSession;
  readonly procedure: ProcedureFact;
  readonly lookup: Lookup;
  readonly calls: CallTable;
  readonly called: string;
}

/** Works out the rates and writes the statements that put them to use. */
export async function buildRates(options: RatesOptions): Promise<RatesOutcome> {
  const { connection, procedure, lookup, calls, called } = options;
  const key = lookup.keyColumns[0] ?? '';
  const keyIndex = parameterFor(procedure.parameters, { table: lookup.table, column: key });
  if (keyIndex === null) {
    return { kind: 'none', reason: `no parameter is known to take ${lookup.table}.${key}` };
  }
  const results = await createResultTable(connection, calls, called);
  const looked = 'heliosdb_replay.looked_up';
  await connection.run(`
    CREATE OR REPLACE TABLE ${looked} AS
    SELECT r.*, t.${quoteIdentifier(lookup.valueColumns[0] ?? '')} AS looked
    FROM ${results.name} r
    JOIN ${printPath(lookup.table)} t ON t.${quoteIdentifier(key)} = r.a${keyIndex + 1}`);
  const missing = await uncoveredValues(connection, lookup, looked);
  if (missing.length > 0)
    return { kind: 'none', reason: `no call looked up ${missing.join(', ')}` };
  const formula = await findFormula(options, keyIndex, looked);
  if (typeof formula === 'string') return { kind: 'none', reason: formula };
  return {
    kind: 'found',
    failedCount: results.failedCount,
    ...print(options, { formula, keyIndex }),
  };
}

/** Values of the column that no call met: their rates would be unknown. */
async function uncoveredValues(
  connection: SqlSession,
  lookup: Lookup,
  looked: string,
): Promise<string[]> {
  const value = quoteIdentifier(lookup.valueColumns[0] ?? '');
  const { rows } = await connection.query(
    `SELECT DISTINCT ${value}::VARCHAR AS value FROM ${printPath(lookup.table)}
     EXCEPT SELECT looked::VARCHAR FROM ${looked} ORDER BY ALL LIMIT 5`,
  );
  return rows.map(([missing]) => String(missing));
}

async function findFormula(
  { connection, procedure }: RatesOptions,
  keyIndex: number,
  looked: string,
): Promise<Formula | string> {
  const { rows: counts } = await connection.query(
    `SELECT count(DISTINCT looked), count(*), count(DISTINCT result) FROM ${looked}`,
  );
  const [valueCount = 0, callCount = 0, resultCount = 0] = (counts[0] ?? []).map(Number);
  if (callCount === 0) return 'no call finds a row';
  if (valueCount > RATES_MAX) return `${valueCount} values were looked up, which is no small table`;
  if (valueCount < 2 || resultCount < 2) return `all ${callCount} calls look up the same value`;
  const numeric = /^(DECIMAL|DOUBLE|FLOAT|REAL|U?(TINY|SMALL|BIG|HUGE)?INT)/;
  const others = procedure.parameters.flatMap(({ type }, index) =>
    index !== keyIndex && numeric.test(type) ? [index] : [],
  );
  const shapes: Omit<Formula, 'rates'>[] = [
    { parameterIndex: null, operator: null, isDouble: false },
    ...others.flatMap((parameterIndex) =>
      (['*', '+'] as const).flatMap((operator) =>
        [true, false].map((isDouble) => ({ parameterIndex, operator, isDouble })),
      ),
    ),
  ];
  for (const shape of shapes) {
    const rates = await findRates({ connection, looked, shape, returns: procedure.returns });
    if (rates !== null) return { ...shape, rates };
  }
  return `no rate for each of the ${valueCount} values explains the results of ${callCount} calls`;
}

interface RateSearch {
  readonly connection: SqlSession;
  readonly looked: string;
  readonly shape: Omit<Formula, 'rates'>;
  readonly returns: string;
}

/** One rate for each looked-up value with which every result comes out, or null. */
async function findRates(search: RateSearch): Promise<Formula['rates'] | null> {
  const { connection, looked, shape, returns } = search;
  const argument = `a${(shape.parameterIndex ?? 0) + 1}`;
  const single =
    shape.operator === null
      ? 'any_value(result)::VARCHAR'
      : shape.operator === '*'
        ? `median(result::DOUBLE / ${argument}::DOUBLE) FILTER (${argument} <> 0)`
        : `median(result::DOUBLE - ${argument}::DOUBLE)`;
  // A rate that people wrote down has few digits: the shortest one that fits every call is taken.
  for (const digits of shape.operator === null ? [0] : [0, 1, 2, 3, 4, 6]) {
    const rate = shape.operator === null ? 'rate' : `round(rate, ${digits})`;
    try {
      const { rows } = await connection.query(`
        WITH rates AS (SELECT looked, ${single} AS rate FROM ${looked} GROUP BY looked)
        SELECT l.looked::VARCHAR, any_value(${shape.operator === null ? rate : `printf('%.${digits}f', ${rate})`}),
          bool_and(l.result IS NOT DISTINCT FROM ${expression({ ...shape, argument, rate, returns })})
        FROM ${looked} l JOIN rates r ON l.looked IS NOT DISTINCT FROM r.looked
        GROUP BY l.looked ORDER BY l.looked`);
      if (rows.length > 0 && rows.every(([, known, holds]) => holds === true && known !== null)) {
        return rows.map(([value, known]) => [value === null ? null : String(value), String(known)]);
      }
    } catch {
      // Types that the operator does not take.
      return null;
    }
  }
  return null;
}

function expression(parts: {
  readonly operator: Formula['operator'];
  readonly isDouble: boolean;
  readonly argument: string;
  readonly rate: string;
  readonly returns: string;
}): string {
  const { operator, isDouble, argument, rate, returns } = parts;
  if (operator === null) return `CAST(${rate} AS ${returns})`;
  const type = isDouble ? 'DOUBLE' : 'DECIMAL(18, 6)';
  return `CAST(CAST(${argument} AS ${type}) ${operator} CAST(${rate} AS ${type}) AS ${returns})`;
}

function print(
  { procedure, lookup }: RatesOptions,
  { formula, keyIndex }: { readonly formula: Formula; readonly keyIndex: number },
): { statements: string[]; revert: string[]; name: string } {
  const table = printPath(procedure.schema, `${procedure.name}_rates`);
  const name = printPath(procedure.schema, `${procedure.name}_sql`);
  const value = printIdentifier(lookup.valueColumns[0] ?? 'value');
  // A macro's parameter may not have the name of a column of the tables in its body.
  const parameters = procedure.parameters.map((parameter) => `for_${parameter.name}`);
  const names = parameters.map(printIdentifier);
  const rows = formula.rates.map(
    ([looked, rate]) =>
      `(${looked === null ? 'NULL' : quoteLiteral(looked)}, ${formula.operator === null ? quoteLiteral(rate) : rate})`,
  );
  const argument =
    formula.parameterIndex === null ? '' : argumentOf(procedure, formula.parameterIndex);
  const body = expression({ ...formula, argument, rate: 'r.rate', returns: procedure.returns });
  return {
    name,
    statements: [
      `CREATE TABLE ${table} AS FROM (VALUES ${rows.join(', ')}) rates(${value}, rate)`,
      `CREATE MACRO ${name}(${names.join(', ')}) AS (\n` +
        `  SELECT ${body}\n` +
        `  FROM ${printPath(lookup.table)} t\n` +
        `  JOIN ${table} r ON r.${value} IS NOT DISTINCT FROM t.${value}::VARCHAR\n` +
        `  WHERE t.${printIdentifier(lookup.keyColumns[0] ?? '')} = ${argumentOf(procedure, keyIndex)})`,
    ],
    revert: [`DROP MACRO ${name}`, `DROP TABLE ${table}`],
  };
}

/** A macro's argument as the procedure's own type: callers may write `5` for a DECIMAL. */
function argumentOf(procedure: ProcedureFact, index: number): string {
  const parameter = procedure.parameters[index];
  return `CAST(${printIdentifier(`for_${parameter?.name ?? ''}`)} AS ${parameter?.type ?? 'VARCHAR'})`;
}
