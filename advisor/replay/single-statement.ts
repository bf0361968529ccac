/** Replaces a procedure by one SQL expression over what its queries ask, found by trying. */
import { printIdentifier } from '#core';
import type { SqlSession } from '#storage';
import type { Lookup, ProcedureFact, ShapeFact, TableFact } from '../facts/facts.ts';
import { equalityArguments } from '../facts/query-reads.ts';
import type { Template } from '../facts/query-template.ts';
import { boundParameters, cutOut, keyHoles } from '../facts/query-template.ts';
import { parseQuery } from '../facts/read-procedures.ts';
import { printPath } from '../rules/rule.ts';
import type { CallTable } from './calls.ts';
import { parameterFor } from './calls.ts';
import type { Candidate } from './synthesize.ts';
import { createResultTable, synthesize } from './synthesize.ts';

/** Columns of a side that are combined; more would be guessing. */
const COLUMNS_MAX = 6;

const NUMERIC = /^(DECIMAL|DOUBLE|FLOAT|U?(TINY|SMALL|BIG|HUGE)?INT)/;

export type StatementOutcome =
  | {
      readonly kind: 'found';
      readonly statements: readonly string[];
      readonly revert: readonly string[];
      readonly name: string;
      readonly formula: string;
      readonly failedCount: number;
    }
  | { readonly kind: 'none'; readonly reason: string };

export interface StatementOptions {
  readonly connection: SqlSession;
  readonly procedure: ProcedureFact;
  readonly calls: CallTable;
  readonly called: string;
}

/** Candidates for a loop over `outer` that asks `inner` for each row: an aggregate over their join. */
export async function replaceLoop(
  options: StatementOptions,
  parts: { readonly outer: Lookup; readonly inner: Lookup; readonly tables: readonly TableFact[] },
): Promise<StatementOutcome> {
  const { outer, inner, tables } = parts;
  const [key, ...keys] = outer.keyColumns;
  const link = inner.keyColumns[0] ?? '';
  const parameterIndex =
    key === undefined || keys.length > 0
      ? null
      : parameterFor(options.procedure.parameters, { table: outer.table, column: key });
  if (key === undefined || parameterIndex === null) {
    return { kind: 'none', reason: `no parameter is known to take ${outer.table}.${key ?? '?'}` };
  }
  const left = numericColumns(tables, outer).filter((name) => !isSame(name, link));
  const right = numericColumns(tables, inner);
  const aggregates = aggregatesOver({
    returns: options.procedure.returns,
    left: left.map((name) => `o.${printIdentifier(name)}`),
    right: right.map((name) => `i.${printIdentifier(name)}`),
  });
  const from = (join: string, argument: string): string =>
    `FROM ${printPath(outer.table)} o ${join} ${printPath(inner.table)} i ` +
    `ON i.${printIdentifier(link)} = o.${printIdentifier(link)} ` +
    `WHERE o.${printIdentifier(key)} = ${argument}`;
  return await search(options, { aggregates, from, joins: ['LEFT JOIN', 'JOIN'], parameterIndex });
}

/**
 * Candidates for a procedure that is one query: whether it has rows, how many, its value, or an
 * aggregate of its rows.
 */
export async function replaceQuery(
  options: StatementOptions,
  shape: ShapeFact,
): Promise<StatementOutcome> {
  const { connection, procedure } = options;
  const text = await parameterise(connection, procedure, shape.example);
  if (text === null) {
    return { kind: 'none', reason: 'which argument goes where in the query is not known' };
  }
  const query = (argument: (index: number) => string): string => text.fill(argument);
  const results = await createResultTable(connection, options.calls, options.called);
  const relation = `${results.name} r`;
  const tried = query((index) => `r.a${index + 1}`);
  const templates: ((sql: string) => Candidate)[] = [
    (sql) => ({ label: 'no row is found', sql: `NOT EXISTS (${sql})` }),
    (sql) => ({ label: 'a row is found', sql: `EXISTS (${sql})` }),
    (sql) => ({ label: 'the number of rows', sql: `(SELECT count(*) FROM (${sql}))` }),
    (sql) => ({ label: 'the value itself', sql: `(${sql})` }),
    ...(await aggregatesOf(connection, { relation, tried, returns: procedure.returns })).map(
      (aggregate) => (sql: string) => ({
        label: aggregate,
        sql: `(SELECT ${aggregate} FROM (${sql}) q)`,
      }),
    ),
  ];
  const candidates = templates.map((template) => template(tried));
  const outcome = await synthesize(connection, relation, candidates);
  if (outcome.kind === 'none') return outcome;
  const position = candidates.indexOf(outcome.candidate);
  const final = templates[position]?.(query((index) => argumentOf(procedure, index)));
  return {
    kind: 'found',
    formula: outcome.candidate.label,
    failedCount: results.failedCount,
    ...macro(procedure, final?.sql ?? ''),
  };
}

/** Aggregates of the query's numeric columns that the procedure may compute. */
async function aggregatesOf(
  connection: SqlSession,
  {
    relation,
    tried,
    returns,
  }: { readonly relation: string; readonly tried: string; readonly returns: string },
): Promise<string[]> {
  const { columns } = await connection.query(
    `SELECT q.* FROM ${relation}, LATERAL (${tried}) q LIMIT 0`,
  );
  const names = columns
    .filter(({ type }) => NUMERIC.test(type))
    .slice(0, COLUMNS_MAX)
    .map(({ name }) => `q.${printIdentifier(name)}`);
  return aggregatesOver({ returns, left: [], right: names, products: names });
}

interface Search {
  readonly aggregates: readonly string[];
  readonly from: (join: string, argument: string) => string;
  readonly joins: readonly string[];
  readonly parameterIndex: number;
}

async function search(
  { connection, procedure, calls, called }: StatementOptions,
  { aggregates, from, joins, parameterIndex }: Search,
): Promise<StatementOutcome> {
  const results = await createResultTable(connection, calls, called);
  let reason = 'nothing was tried';
  for (const join of joins) {
    const relation = `(
      SELECT r.result, x.* FROM ${results.name} r, LATERAL (
        SELECT ${aggregates.map((sql, index) => `${sql} AS e${index}`).join(', ')}
        ${from(join, `r.a${parameterIndex + 1}`)}) x)`;
    const candidates = aggregates.map((sql, index) => ({ label: sql, sql: `e${index}` }));
    const outcome = await synthesize(connection, relation, candidates);
    if (outcome.kind === 'found') {
      const sql = outcome.candidate.label;
      const body = `SELECT ${sql}\n  ${from(join, argumentOf(procedure, parameterIndex))}`;
      return {
        kind: 'found',
        formula: sql,
        failedCount: results.failedCount,
        ...macro(procedure, `(\n  ${body})`),
      };
    }
    reason = outcome.reason;
  }
  return { kind: 'none', reason };
}

/** Aggregates that such a loop may be, those that people write most first. */
function aggregatesOver(sides: {
  readonly returns: string;
  readonly left: readonly string[];
  readonly right: readonly string[];
  /** Columns of one side that are multiplied with each other. */
  readonly products?: readonly string[];
}): string[] {
  const { returns, left, right, products = [] } = sides;
  const pairs = [
    ...left.flatMap((one) => right.map((other) => [one, other] as const)),
    ...products.flatMap((one, index) =>
      products.slice(index + 1).map((other) => [one, other] as const),
    ),
  ];
  if (returns === 'BOOLEAN') {
    const tests = pairs.flatMap(([one, other]) =>
      ['>=', '>', '<=', '<', '=', '<>'].map((operator) => `${other} ${operator} ${one}`),
    );
    return [
      ...tests.map((test) => `coalesce(bool_and(coalesce(${test}, false)), true)`),
      ...tests.map((test) => `coalesce(bool_or(coalesce(${test}, false)), false)`),
      ...tests.map((test) => `bool_and(${test})`),
      ...tests.map((test) => `bool_or(${test})`),
    ];
  }
  const terms = [...pairs.map(([one, other]) => `${one} * ${other}`), ...left, ...right];
  const cast = (sql: string): string => `CAST(${sql} AS ${returns})`;
  return [
    ...terms.map((term) => cast(`coalesce(sum(${term}), 0)`)),
    ...terms.map((term) => cast(`sum(${term})`)),
    ...terms.map((term) => cast(`coalesce(sum(CAST(${term} AS DOUBLE)), 0)`)),
    ...terms.flatMap((term) => ['max', 'min', 'avg'].map((name) => cast(`${name}(${term})`))),
    cast('count(*)'),
    ...right.map((name) => cast(`count(${name})`)),
  ];
}

function numericColumns(tables: readonly TableFact[], { table, valueColumns }: Lookup): string[] {
  const bare = table.split('.').at(-1) ?? table;
  const columns = tables.find(({ name }) => isSame(name, bare))?.columns ?? [];
  return valueColumns
    .filter((wanted) => {
      const type = columns.find(({ name }) => isSame(name, wanted))?.type ?? '';
      return NUMERIC.test(type);
    })
    .slice(0, COLUMNS_MAX);
}

function isSame(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}

function macro(procedure: ProcedureFact, body: string) {
  const name = printPath(procedure.schema, `${procedure.name}_sql`);
  const parameters = procedure.parameters.map((parameter) =>
    printIdentifier(`for_${parameter.name}`),
  );
  return {
    name,
    statements: [`CREATE MACRO ${name}(${parameters.join(', ')}) AS ${body}`],
    revert: [`DROP MACRO ${name}`],
  };
}

/** A macro's argument as the procedure's own type: callers may write `5` for a DECIMAL. */
function argumentOf(procedure: ProcedureFact, index: number): string {
  const parameter = procedure.parameters[index];
  return `CAST(${printIdentifier(`for_${parameter?.name ?? ''}`)} AS ${parameter?.type ?? 'VARCHAR'})`;
}

/** The example query with its bound parameters or key literals taken out. */
async function parameterise(
  connection: SqlSession,
  procedure: ProcedureFact,
  example: string,
): Promise<Template | null> {
  const bound = boundParameters(example);
  if (bound.length > 0) {
    if (bound.some(({ index }) => index >= procedure.parameters.length)) return null;
    return cutOut(example, bound);
  }
  const given = equalityArguments(await parseQuery(connection, example));
  const literals = keyHoles(example, given).flatMap(({ column, start, length }) => {
    const index = parameterFor(procedure.parameters, { table: '', column });
    return index === null ? [] : [{ start, length, index }];
  });
  return literals.length === 0 ? null : cutOut(example, literals);
}
