/** Makes a finding's change concrete on a copy of the database. */
import { quoteIdentifier, quoteLiteral } from '#core';
import type { SqlSession } from '#storage';
import type { Facts, ProcedureFact, ShapeFact } from '../facts/facts.ts';
import { activeFigures, tableOf } from '../facts/facts.ts';
import type { Change, Finding } from '../findings/finding.ts';
import { printPath } from '../rules/rule.ts';
import type { CallTable, KeySource } from './calls.ts';
import { callAll, callName, createCallTable, parameterFor, singleCalls } from './calls.ts';
import type { Experiment, Load } from './experiment.ts';
import { buildRates } from './lookup-rates.ts';
import type { Copies } from './measure.ts';
import { redeclare } from './redeclare.ts';
import type { StatementOutcome } from './single-statement.ts';
import { replaceLoop, replaceQuery } from './single-statement.ts';

export interface BuildOptions {
  readonly copies: Copies;
  readonly facts: Facts;
  readonly procedure: ProcedureFact;
  readonly finding: Finding;
  /** Calls of a statement that takes many. */
  readonly callsMax: number;
  /** Processor time that such a statement should take at most. */
  readonly runMsMax: number;
  readonly cpuMs: () => number;
}

/** The experiment, or why there is none. */
export type BuildOutcome = Experiment | string;

/** Other procedures that are replayed with a change. */
const RELATED_MAX = 3;

export async function buildExperiment(options: BuildOptions): Promise<BuildOutcome> {
  const { change } = options.finding;
  if (change === null)
    return 'the change is in the source of the procedure, which is not in the database';
  switch (change.kind) {
    case 'script':
      return await scriptExperiment(options, change);
    case 'one-statement':
      return await oneStatementExperiment(options);
    case 'redeclare':
      return await redeclareExperiment(options, change);
    case 'built-in':
      return await builtInExperiment(options, change.name);
    case 'lookup-rates':
      return await ratesExperiment(options, change.shape);
    case 'single-query':
    case 'loop-join':
      return await statementExperiment(options, change);
    default:
      return change satisfies never;
  }
}

async function scriptExperiment(
  options: BuildOptions,
  change: Extract<Change, { kind: 'script' }>,
): Promise<Experiment> {
  const same = (load: Omit<Load, 'candidate'>): Load => ({ ...load, candidate: load.baseline });
  const { procedure } = options;
  const main = await callsAsMade(options);
  const loads = [
    same({
      name: `${main.length === 1 ? 'one statement over' : 'single'} calls of ${procedure.name}`,
      role: 'main',
      baseline: main,
    }),
    ...(await relatedLoads(options)),
  ];
  if (change.probe !== null) {
    loads.push(
      same({
        name: `searches by ${change.probe.column}`,
        role: 'probe',
        baseline: await probes(options, change.probe),
      }),
    );
  }
  if (change.upkeepTable !== null && change.probe !== null) {
    const column = quoteIdentifier(change.probe.column);
    loads.push(
      same({
        name: `updates of ${change.probe.column}`,
        role: 'upkeep',
        baseline: [
          'BEGIN TRANSACTION',
          `UPDATE ${change.upkeepTable} SET ${column} = ${column} WHERE rowid % 50 = 0`,
          'ROLLBACK',
        ],
      }),
    );
  }
  const { apply, revert, goal } = change;
  return { apply, revert, goal, loads, warnings: [], callers: null };
}

async function oneStatementExperiment(options: BuildOptions): Promise<Experiment> {
  const { procedure } = options;
  const calls = await onBoth(options, null);
  const called = callName(procedure);
  const parameters = procedure.parameters.map(({ name }) =>
    quoteIdentifier(name).replaceAll('"', ''),
  );
  return {
    apply: [],
    revert: [],
    goal: 'faster',
    loads: [
      {
        name: `${calls.callCount} calls, one statement instead of ${calls.callCount}`,
        role: 'main',
        baseline: singleCalls(procedure),
        candidate: [callAll(calls, called)],
      },
    ],
    warnings: [],
    callers: {
      before: `SELECT ${called}(${parameters.map(() => '?').join(', ')})  -- once for each row`,
      after: `SELECT ${called}(${parameters.join(', ')}) FROM …  -- once for all rows`,
    },
  };
}

async function redeclareExperiment(
  options: BuildOptions,
  { volatility, capabilities }: Extract<Change, { kind: 'redeclare' }>,
): Promise<BuildOutcome> {
  const { procedure, copies } = options;
  const own = { volatility: procedure.volatility, capabilities: procedure.capabilities };
  const changed = {
    volatility: volatility ?? own.volatility,
    capabilities: capabilities ?? own.capabilities,
  };
  const apply = await redeclare(copies.baseline, procedure, changed);
  const revert = await redeclare(copies.baseline, procedure, own);
  const calls = await onBoth(options, keySourceOf(options, procedure.shapes[0] ?? null));
  const statement = [callAll(calls, callName(procedure))];
  return {
    apply: [apply],
    revert: [revert],
    goal: volatility === null ? 'same' : 'faster',
    loads: [
      {
        name: `one statement over ${calls.callCount.toLocaleString('en-US')} calls`,
        role: 'main',
        baseline: statement,
        candidate: statement,
      },
      ...(await relatedLoads(options)),
    ],
    warnings: [],
    callers: null,
  };
}

async function builtInExperiment(options: BuildOptions, name: string): Promise<BuildOutcome> {
  const { procedure } = options;
  const calls = await onBoth(options, null);
  const called = callName(procedure);
  const parameters = procedure.parameters.map((parameter) => parameter.name).join(', ');
  return {
    apply: [],
    revert: [],
    goal: 'faster',
    loads: [
      {
        name: `one statement over ${calls.callCount} calls`,
        role: 'main',
        baseline: [callAll(calls, called)],
        candidate: [callAll(calls, name)],
      },
    ],
    warnings: [],
    callers: { before: `${called}(${parameters})`, after: `${name}(${parameters})` },
  };
}

async function ratesExperiment(options: BuildOptions, shapeText: string): Promise<BuildOutcome> {
  const { copies, procedure } = options;
  const shape = procedure.shapes.find((candidate) => candidate.shape === shapeText);
  const lookup = shape?.reads?.lookup ?? null;
  if (shape === undefined || lookup === null) return 'the query is no longer among those observed';
  const calls = await onBoth(options, keySourceOf(options, shape));
  const called = callName(procedure);
  const built = await buildRates({ connection: copies.baseline, procedure, lookup, calls, called });
  if (built.kind === 'none') return built.reason;
  return replacement(options, { calls, built });
}

async function statementExperiment(
  options: BuildOptions,
  change: Extract<Change, { kind: 'single-query' | 'loop-join' }>,
): Promise<BuildOutcome> {
  const { copies, procedure, facts } = options;
  const text = change.kind === 'single-query' ? change.shape : change.outer;
  const find = (wanted: string) => procedure.shapes.find(({ shape }) => shape === wanted);
  const shape = find(text);
  if (shape === undefined) return 'the query is no longer among those observed';
  const calls = await onBoth(options, keySourceOf(options, shape));
  const common = { connection: copies.baseline, procedure, calls, called: callName(procedure) };
  let built: StatementOutcome;
  if (change.kind === 'single-query') built = await replaceQuery(common, shape);
  else {
    const [outer, inner] = [shape.reads?.lookup ?? null, find(change.inner)?.reads?.lookup ?? null];
    if (outer === null || inner === null) return 'the queries are no longer among those observed';
    built = await replaceLoop(common, { outer, inner, tables: facts.tables });
  }
  return built.kind === 'none' ? built.reason : replacement(options, { calls, built });
}

/** A procedure against the macro that gives the same. */
function replacement(
  { procedure }: BuildOptions,
  {
    calls,
    built,
  }: {
    readonly calls: CallTable;
    readonly built: {
      readonly name: string;
      readonly statements: readonly string[];
      readonly revert: readonly string[];
      readonly failedCount: number;
    };
  },
): Experiment {
  const called = callName(procedure);
  const loggedLines = procedure.logs.reduce((sum, { lineCount }) => sum + lineCount, 0);
  const parameters = procedure.parameters.map(({ name }) => name).join(', ');
  const name = built.name.replace(/^main\./, '');
  return {
    apply: built.statements,
    revert: built.revert,
    goal: 'faster',
    loads: [
      {
        name: `one statement over ${calls.callCount.toLocaleString('en-US')} calls`,
        role: 'main',
        baseline: [callAll(calls, called)],
        candidate: [callAll(calls, name)],
      },
    ],
    warnings: [
      ...(loggedLines > 0
        ? [
            `the SQL writes no log lines; ${procedure.name} wrote ${loggedLines.toLocaleString('en-US')}`,
          ]
        : []),
      ...(built.failedCount > 0 ? [`${built.failedCount} calls fail and were left out`] : []),
      'it pays in statements over many rows; for a single one it may be slower',
      `where ${procedure.name} fails because a row is missing, the SQL gives NULL`,
    ],
    callers: {
      before: `${called}(${parameters})`,
      after: `${name}(${parameters})`,
    },
  };
}

/** The calls in the way in which they come: many to a statement, or one by one. */
async function callsAsMade(options: BuildOptions): Promise<readonly string[]> {
  const { procedure } = options;
  const figures = activeFigures(procedure);
  if ((figures?.batchCount ?? 0) === 0) return singleCalls(procedure);
  const calls = await onBoth(options, null);
  return [callAll(calls, callName(procedure))];
}

/** Sizes of a statement that are tried until one takes long enough to be timed well. */
const CALL_COUNTS = [64, 500, 2000, Number.POSITIVE_INFINITY] as const;

/** The same table of calls in both copies, as large as a run has time for. */
async function onBoth(
  { copies, procedure, callsMax, runMsMax, cpuMs }: BuildOptions,
  keys: KeySource | null,
): Promise<CallTable> {
  let calls: CallTable | null = null;
  let callMs = 0;
  for (const count of CALL_COUNTS) {
    const size = Math.min(count, callsMax);
    // A first run is slower than later ones, so twice the time is allowed for.
    if (calls !== null && (size <= calls.callCount || callMs * size > 2 * runMsMax)) break;
    calls = await createCallTable(copies.baseline, { procedure, keys, callsMax: size });
    const startedAt = cpuMs();
    await copies.baseline.query(callAll(calls, callName(procedure))).catch(() => undefined);
    callMs = (cpuMs() - startedAt) / calls.callCount;
    if (keys === null) break;
  }
  const size = calls?.callCount ?? 0;
  return await createCallTable(copies.candidate, { procedure, keys, callsMax: size });
}

/** Where keys for further calls come from: the table that the query looks up in. */
function keySourceOf(
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
async function relatedLoads({ copies, facts, procedure }: BuildOptions): Promise<Load[]> {
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
async function probes(
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
