/** Keeps the results of a nested query in a table, and measures what reading and keeping it costs. */
import { printIdentifier, quoteIdentifier, quoteLiteral } from '#core';
import type { ShapeFact, TableFact } from '../facts/facts.ts';
import { tableOf } from '../facts/facts.ts';
import { equalityArguments } from '../facts/query-reads.ts';
import type { Template } from '../facts/query-template.ts';
import { boundParameters, cutOut, keyHoles } from '../facts/query-template.ts';
import { parseQuery } from '../facts/read-procedures.ts';
import { printPath } from '../rules/rule.ts';
import type { BuildOptions, BuildOutcome, Load } from './experiment.ts';
import { differInLastDigits } from './synthesize.ts';

/** Keys of which the query is asked in a run. */
const KEYS_ASKED = 48;

/** A query whose only arguments are keys, and the table that has all of them. */
interface KeyedQuery {
  readonly template: Template;
  /** Columns of the keys, one for each argument. */
  readonly keys: readonly string[];
  readonly table: TableFact;
  /** Names of the query's own columns. */
  readonly columns: readonly string[];
  /** Whether it gives one double, whose last digits differ from run to run. */
  readonly isInexact: boolean;
}

export async function materialiseExperiment(
  options: BuildOptions,
  shapeText: string,
): Promise<BuildOutcome> {
  const { procedure, copies } = options;
  const shape = procedure.shapes.find((candidate) => candidate.shape === shapeText);
  if (shape === undefined) return 'the query is no longer among those observed';
  const query = await keyedQuery(options, shape);
  if (typeof query === 'string') return query;
  const target = printPath(procedure.schema, `${procedure.name}_results`);
  const { fill, create, lookup, refresh } = statementsFor(query, target);
  const keys = await someKeys(copies.baseline, query);
  if (keys.length === 0) return `${query.table.name} has no keys to ask for`;
  const main: Load = {
    name: `the query for ${keys.length} ${keys.length === 1 ? 'key' : 'keys'}`,
    role: 'main',
    baseline: keys.map(fill),
    candidate: keys.map(lookup),
    // Each computation of a sum of doubles has an order of its own.
    ...(query.isInexact ? { tolerates: differInLastDigits } : {}),
  };
  const source = printPath(query.table.schema, query.table.name);
  return {
    apply: [create],
    revert: [`DROP TABLE ${target}`],
    goal: 'faster',
    metric: null,
    loads: [main, upkeepOf(query, source, refresh)],
    warnings: [
      `${procedure.name} itself has to ask the table, which its author changes`,
      `writers of ${query.table.name} have to bring it up to date: ${refresh.join('; ')}`,
    ],
    callers: {
      before: query.template.fill((index) => `$${index + 1}`),
      after: lookup(query.keys.map((_, index) => `$${index + 1}`)),
    },
  };
}

async function keyedQuery(
  { copies, facts }: BuildOptions,
  { example, reads }: ShapeFact,
): Promise<KeyedQuery | string> {
  const known = keyHoles(example, equalityArguments(await parseQuery(copies.baseline, example)));
  const isKnown = ({ start }: { start: number }) => known.some((hole) => hole.start === start);
  if (!boundParameters(example).every(isKnown)) {
    return 'the query has arguments that are no keys, so its results are not a table';
  }
  const has = (table: TableFact, column: string): boolean =>
    table.columns.some(({ name }) => name.toLowerCase() === column.toLowerCase());
  const table = (reads?.tables ?? [])
    .map((name) => tableOf(facts, name))
    .find((found) => found !== null && known.every(({ column }) => has(found, column)));
  if (table == null) return 'no table of the query has all of its keys';
  const { columns } = await copies.baseline.query(
    `SELECT x.* FROM (${cutOut(example, known).fill(() => 'NULL')}) x LIMIT 0`,
  );
  return {
    template: cutOut(example, known),
    keys: known.map(({ column }) => column),
    table,
    columns: columns.map(({ name }) => name),
    isInexact: columns.length === 1 && /^(DOUBLE|FLOAT)$/.test(columns[0]?.type ?? ''),
  };
}

function statementsFor({ template, keys, table, columns }: KeyedQuery, target: string) {
  const values = columns.map((_, index) => (columns.length === 1 ? 'value' : `value_${index + 1}`));
  const names = keys.map(quoteIdentifier);
  const distinct =
    `SELECT DISTINCT ${names.join(', ')} FROM ${printPath(table.schema, table.name)} ` +
    `WHERE ${names.map((name) => `${name} IS NOT NULL`).join(' AND ')}`;
  const results =
    keys.length === 0
      ? `SELECT * FROM (${template.fill(() => 'NULL')}) x(${values.join(', ')})`
      : `SELECT k.*, x.* FROM (${distinct}) k, LATERAL (${template.fill((index) => `k.${names[index]}`)}) x(${values.join(', ')})`;
  const shown = values.map(
    (value, index) => `${value} AS ${quoteIdentifier(columns[index] ?? '')}`,
  );
  return {
    create: `CREATE TABLE ${target} AS ${results}`,
    refresh: [`DELETE FROM ${target}`, `INSERT INTO ${target} ${results}`],
    fill: (key: readonly string[]): string => template.fill((index) => key[index] ?? 'NULL'),
    lookup: (key: readonly string[]): string => {
      const where = names.map((name, index) => `${name} = ${key[index]}`);
      return (
        `SELECT ${shown.join(', ')} FROM ${target}` +
        (where.length === 0 ? '' : ` WHERE ${where.join(' AND ')}`)
      );
    },
  };
}

/** Keys of rows that are there, spread over the table, as literals; one empty key where none is asked. */
async function someKeys(
  connection: BuildOptions['copies']['baseline'],
  { keys, table }: KeyedQuery,
): Promise<string[][]> {
  if (keys.length === 0) return [[]];
  const columns = keys.map((key) => {
    const found = table.columns.find(({ name }) => name.toLowerCase() === key.toLowerCase());
    return { name: quoteIdentifier(key), type: found?.type ?? 'VARCHAR' };
  });
  const names = columns.map(({ name }) => name);
  const { rows } = await connection.query(
    `SELECT ${names.map((name) => `${name}::VARCHAR`).join(', ')}
     FROM (SELECT DISTINCT ${names.join(', ')} FROM ${printPath(table.schema, table.name)}
           WHERE ${names.map((name) => `${name} IS NOT NULL`).join(' AND ')})
     ORDER BY hash(${names.join(', ')}) LIMIT ${KEYS_ASKED}`,
  );
  return rows.map((row) =>
    columns.map(({ type }, index) => `CAST(${quoteLiteral(String(row[index]))} AS ${type})`),
  );
}

/** A write to the table that is read, alone and with what keeps the results up to date. */
function upkeepOf({ table, keys }: KeyedQuery, source: string, refresh: readonly string[]): Load {
  const isKey = (name: string): boolean =>
    keys.some((key) => key.toLowerCase() === name.toLowerCase());
  const column = table.columns.find(({ name }) => !isKey(name)) ?? table.columns[0];
  const name = printIdentifier(column?.name ?? '');
  const write = `UPDATE ${source} SET ${name} = ${name} WHERE rowid % 50 = 0`;
  return {
    name: `writes to ${table.name}`,
    role: 'upkeep',
    baseline: ['BEGIN TRANSACTION', write, 'ROLLBACK'],
    candidate: ['BEGIN TRANSACTION', write, ...refresh, 'ROLLBACK'],
    // How many rows the further statements touch is no result of the write.
    tolerates: (_, after) => !after.startsWith('error '),
  };
}
