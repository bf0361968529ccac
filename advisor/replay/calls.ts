/** The calls that a replay repeats: real arguments, and where a statement takes many rows, more. */
import { printIdentifier, quoteIdentifier, quoteLiteral } from '#core';
import type { SqlSession } from '#storage';
import type { ProcedureFact } from '../facts/facts.ts';
import { printPath } from '../rules/rule.ts';

/** The table of calls in a copy; no database of a user's has this schema. */
const SCHEMA = 'heliosdb_replay';

/** `main.calculate_discount`. */
export function callName(procedure: Pick<ProcedureFact, 'schema' | 'name'>): string {
  const { schema, name } = procedure;
  return schema === 'main' ? printIdentifier(name) : printPath(schema, name);
}

/** One statement for each sampled call, of the procedure or of what takes its place. */
export function singleCalls(procedure: ProcedureFact, called = callName(procedure)): string[] {
  return procedure.samples.map((sample) => {
    const values = procedure.parameters.map(({ type }, index) => literal(sample[index], type));
    return `SELECT ${called}(${values.join(', ')})`;
  });
}

function literal(text: string | null | undefined, type: string): string {
  return `CAST(${text == null ? 'NULL' : quoteLiteral(text)} AS ${type})`;
}

/** Names a set of calls that is the same in every copy. */
export interface CallTable {
  /** Qualified and quoted. */
  readonly name: string;
  /** Columns of the arguments, in order. */
  readonly columns: readonly string[];
  readonly callCount: number;
}

/** Where more arguments come from: keys that a parameter takes, from the table they are in. */
export interface KeySource {
  readonly parameterIndex: number;
  /** Qualified and quoted. */
  readonly table: string;
  readonly column: string;
  /** A column of the table of which every value is to be met early; null for none. */
  readonly stratum: string | null;
}

/**
 * Writes the sampled calls, widened to `callsMax` with keys of a table, into a table of the copy.
 * The keys are spread evenly and are the same in equal copies; the other arguments of a widened
 * call are those of a sampled one. Without keys the calls are made again and again, if they may be.
 */
export async function createCallTable(
  connection: SqlSession,
  options: {
    readonly procedure: ProcedureFact;
    readonly keys: KeySource | null;
    readonly callsMax: number;
    readonly isRepeated?: boolean;
  },
): Promise<CallTable> {
  const { procedure, keys, callsMax, isRepeated = false } = options;
  const { parameters, samples } = procedure;
  const name = `${SCHEMA}.${quoteIdentifier(`calls of ${procedure.id}${keys === null && !isRepeated ? '' : ' wide'}`)}`;
  const columns = parameters.map((_, index) => `a${index + 1}`);
  const rows = samples.map((sample, row) => {
    const values = parameters.map(({ type }, index) => literal(sample[index], type));
    return `(${[row, ...values].join(', ')})`;
  });
  const definitions = parameters.map(({ type }, index) => `${columns[index]} ${type}`);
  await connection.run(`
    CREATE SCHEMA IF NOT EXISTS ${SCHEMA};
    CREATE OR REPLACE TABLE ${name} (${['ordinal INTEGER', ...definitions].join(', ')});
    INSERT INTO ${name} VALUES ${rows.join(', ')}`);
  if (keys === null && isRepeated && callsMax > samples.length) {
    const times = Math.floor(callsMax / samples.length);
    await connection.run(`
      INSERT INTO ${name}
      SELECT s.ordinal + n * ${samples.length}, ${columns.map((column) => `s.${column}`).join(', ')}
      FROM ${name} s, range(1, ${times}) turns(n)`);
    return { name, columns, callCount: times * samples.length };
  }
  if (keys === null || callsMax <= samples.length) {
    return { name, columns, callCount: samples.length };
  }
  const key = quoteIdentifier(keys.column);
  const stratum = keys.stratum === null ? '0' : quoteIdentifier(keys.stratum);
  const values = columns.map((column, index) =>
    index === keys.parameterIndex ? `k.key` : `s.${column}`,
  );
  await connection.run(`
    INSERT INTO ${name}
    SELECT ${samples.length} + k.position, ${values.join(', ')}
    FROM (SELECT key, row_number() OVER (ORDER BY turn, hash(key), key) - 1 AS position
          FROM (SELECT key, row_number() OVER (PARTITION BY stratum ORDER BY hash(key), key) AS turn
                FROM (SELECT ${key} AS key, any_value(${stratum}) AS stratum FROM ${keys.table}
                      WHERE ${key} IS NOT NULL GROUP BY ${key}))
          ORDER BY position LIMIT ${callsMax - samples.length}) k
    JOIN ${name} s ON s.ordinal = k.position % ${samples.length}`);
  const { rows: counted } = await connection.query(`SELECT count(*) FROM ${name}`);
  return { name, columns, callCount: Number(counted[0]?.[0]) };
}

/** One statement over a table of calls, in their order. */
export function callAll({ name, columns }: CallTable, called: string): string {
  return `SELECT ${called}(${columns.join(', ')}) FROM ${name} ORDER BY ordinal`;
}

/** The parameter that takes values of a column: of its name, of its table's, or the only whole number. */
export function parameterFor(
  parameters: ProcedureFact['parameters'],
  { table, column }: { readonly table: string; readonly column: string },
): number | null {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  const names = parameters.map(({ name }) => plain(name));
  const bare = table.split('.').at(-1) ?? table;
  const singular = bare.replace(/ies$/i, 'y').replace(/s$/i, '');
  for (const wanted of [column, singular + column, bare + column]) {
    const index = names.indexOf(plain(wanted));
    if (index >= 0) return index;
  }
  const whole = parameters.flatMap(({ type }, index) => (/INT$/.test(type) ? [index] : []));
  return whole.length === 1 ? (whole[0] ?? null) : null;
}
