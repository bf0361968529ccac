/** The loads that experiments are made of. */
import { quoteIdentifier, quoteLiteral } from '#core';
import type { SqlSession } from '#storage';
import type { ProcedureFact, ShapeFact } from '../facts/facts.ts';
import { activeFigures, tableOf } from '../facts/facts.ts';
import { comesOneByOne } from '../rules/batching.ts';
import { printPath } from '../rules/rule.ts';
import type { CallTable, KeySource } from './calls.ts';
import { callAll, callName, createCallTable, parameterFor, singleCalls } from './calls.ts';
import type { BuildOptions, Load } from './experiment.ts';

/** Other procedures that are replayed with a change. */
const RELATED_MAX = 8;

/** The calls in the way in which they come: many to a statement, or one by one. */
export async function callsAsMade(options: BuildOptions): Promise<readonly string[]> {
  const { procedure } = options;
  if (isCalledSingly(procedure)) return singleCalls(procedure);
  const calls = await onBoth(options, null);
  return [callAll(calls, callName(procedure))];
}

/** Whether a statement calls it for one row or a few, as programs call what they ask one by one. */
export function isCalledSingly(procedure: ProcedureFact): boolean {
  const figures = activeFigures(procedure);
  return figures === null || comesOneByOne(figures);
}

/**
 * Many calls in one statement, so that what a row costs is seen and not what a statement does. Calls
 * that write keep their order, and so come one by one where they did.
 */
export async function callsTogether(options: BuildOptions): Promise<readonly string[]> {
  const { procedure } = options;
  if (isWriting(procedure)) return await callsAsMade(options);
  const keys = keySourceOf(options, procedure.shapes[0] ?? null);
  // A STABLE procedure's results are remembered, so that equal calls would not be made again.
  const isRepeated = keys === null && procedure.volatility !== 'STABLE';
  const calls = await onBoth(options, keys, isRepeated);
  return [callAll(calls, callName(procedure))];
}

/** Whether calls commit, and so wait for the disk: then processor time is not what they cost. */
export function isWriting({ module, capabilities }: ProcedureFact): boolean {
  return (
    module.hostFunctions.some((name) => name.endsWith('_tx')) ||
    (capabilities ?? []).some((right) => /^(write|ddl):/.test(right))
  );
}

/** Sizes of a statement that are tried until one takes long enough to be timed well. */
const CALL_COUNTS = [64, 500, 2000, Number.POSITIVE_INFINITY] as const;

/** The same table of calls in both copies, as large as a run has time for. */
export async function onBoth(
  { copies, procedure, callsMax, runMsMax, cpuMs }: BuildOptions,
  keys: KeySource | null,
  isRepeated = false,
): Promise<CallTable> {
  let calls: CallTable | null = null;
  let callMs = 0;
  for (const count of [procedure.samples.length, ...CALL_COUNTS]) {
    const size = Math.max(procedure.samples.length, Math.min(count, callsMax));
    // A first run is slower than later ones, so twice the time is allowed for.
    if (calls !== null && (size <= calls.callCount || callMs * size > 2 * runMsMax)) break;
    calls = await createCallTable(copies.baseline, { procedure, keys, isRepeated, callsMax: size });
    const startedAt = cpuMs();
    await copies.baseline.query(callAll(calls, callName(procedure))).catch(() => undefined);
    callMs = (cpuMs() - startedAt) / calls.callCount;
    if (keys === null && !isRepeated) break;
  }
  const size = calls?.callCount ?? 0;
  return await createCallTable(copies.candidate, { procedure, keys, isRepeated, callsMax: size });
}

/** Where keys for further calls come from: the table that the query looks up in. */
export function keySourceOf(
  { facts, procedure }: BuildOptions,
  shape: ShapeFact | null,
): KeySource | null {
  const reads = shape?.reads ?? null;
  for (const column of reads?.equalityColumns ?? []) {
    for (const name of reads?.tables ?? []) {
      const table = tableOf(facts, name);
      const found = table?.columns.find(
        (known) => known.name.toLowerCase() === column.toLowerCase(),
      );
      if (table === null || found === undefined) continue;
      const parameterIndex = parameterFor(procedure.parameters, { table: name, column });
      const type = procedure.parameters[parameterIndex ?? -1]?.type;
      const values = reads?.lookup?.valueColumns ?? [];
      // Keys of another type would need a cast that may fail.
      if (parameterIndex === null || type !== found.type) continue;
      return {
        parameterIndex,
        table: printPath(table.schema, table.name),
        column: found.name,
        stratum: values.length === 1 ? (values[0] ?? null) : null,
      };
    }
  }
  return null;
}

/** Statements of other procedures that read the same tables, which the change must not harm. */
export async function relatedLoads({ copies, facts, procedure }: BuildOptions): Promise<Load[]> {
  const tables = new Set(procedure.shapes.flatMap(({ reads }) => reads?.tables ?? []));
  const related = facts.procedures.filter(
    (other) =>
      other.id !== procedure.id &&
      other.samples.length > 0 &&
      other.shapes.some(({ reads }) => reads?.tables.some((table) => tables.has(table))),
  );
  const loads: Load[] = [];
  for (const other of related.slice(0, RELATED_MAX)) {
    const options = { procedure: other, keys: null, callsMax: 0 };
    await createCallTable(copies.candidate, options);
    const calls = await createCallTable(copies.baseline, options);
    const statements = [callAll(calls, callName(other))];
    loads.push({
      name: `calls of ${other.name}`,
      role: 'related',
      baseline: statements,
      candidate: statements,
    });
  }
  return loads;
}

/** Searches for some of a column's values, as a reader who has an index in mind would write them. */
export async function probes(
  { copies }: BuildOptions,
  { table, column }: { readonly table: string; readonly column: string },
): Promise<string[]> {
  const name = quoteIdentifier(column);
  const { rows } = await copies.baseline.query(
    `SELECT DISTINCT ${name}::VARCHAR AS value FROM ${table} WHERE ${name} IS NOT NULL
     ORDER BY hash(value), value LIMIT 8`,
  );
  const type = await typeOf(copies.baseline, { table, name });
  return rows.map(
    ([value]) =>
      `SELECT count(*), bit_xor(hash(t)) FROM ${table} t WHERE ${name} = CAST(${quoteLiteral(String(value))} AS ${type})`,
  );
}

async function typeOf(
  connection: SqlSession,
  { table, name }: { readonly table: string; readonly name: string },
): Promise<string> {
  const { columns } = await connection.query(`SELECT ${name} FROM ${table} LIMIT 0`);
  return columns[0]?.type ?? 'VARCHAR';
}
