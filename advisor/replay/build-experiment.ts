/** Makes a finding's change concrete on a copy of the database. */
import { quoteIdentifier } from '#core';
import type { Change } from '../findings/finding.ts';
import type { CallTable } from './calls.ts';
import { callAll, callName, singleCalls } from './calls.ts';
import type { BuildOptions, BuildOutcome, Experiment, Load } from './experiment.ts';
import {
  callsAsMade,
  callsTogether,
  isCalledSingly,
  keySourceOf,
  onBoth,
  probes,
  relatedLoads,
} from './loads.ts';
import { buildRates } from './lookup-rates.ts';
import { materialiseExperiment } from './materialise.ts';
import { redeclare } from './redeclare.ts';
import type { StatementOutcome } from './single-statement.ts';
import { replaceLoop, replaceQuery } from './single-statement.ts';
import { NEEDS_CANDIDATE, sourceExperiment } from './source-change.ts';
import { differInLastDigits } from './synthesize.ts';

export async function buildExperiment(options: BuildOptions): Promise<BuildOutcome> {
  const { change } = options.finding;
  if (options.candidate !== null) return await sourceExperiment(options, options.candidate);
  if (change === null) return 'nothing of it can be tried on a copy';
  switch (change.kind) {
    case 'script':
      return await scriptExperiment(options, change);
    case 'one-statement':
      return await oneStatementExperiment(options);
    case 'redeclare':
      return await redeclareExperiment(options, change);
    case 'call-instead':
      return await insteadExperiment(options, change);
    case 'materialise':
      return await materialiseExperiment(options, change.shape);
    case 'source':
      return NEEDS_CANDIDATE;
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
  const main = change.isTogether ? await callsTogether(options) : await callsAsMade(options);
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
  const { apply, revert, goal, metric } = change;
  return { apply, revert, goal, metric, loads, warnings: [], callers: null };
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
    metric: null,
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
    metric: null,
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

async function insteadExperiment(
  options: BuildOptions,
  { name, goal }: Extract<Change, { kind: 'call-instead' }>,
): Promise<BuildOutcome> {
  const { procedure } = options;
  const calls = await onBoth(options, null);
  const called = callName(procedure);
  const parameters = procedure.parameters.map((parameter) => parameter.name).join(', ');
  return {
    apply: [],
    revert: [],
    goal,
    metric: null,
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

/** A procedure against the macro that gives the same, called as the procedure is called. */
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
  const isInexact = /^(DOUBLE|FLOAT)$/.test(procedure.returns);
  const name = built.name.replace(/^main\./, '');
  const isSingle = isCalledSingly(procedure);
  const statementsOf = (callee: string): readonly string[] =>
    isSingle ? singleCalls(procedure, callee) : [callAll(calls, callee)];
  return {
    apply: built.statements,
    revert: built.revert,
    goal: 'faster',
    metric: null,
    loads: [
      {
        name: isSingle
          ? `single calls of ${procedure.name}`
          : `one statement over ${calls.callCount.toLocaleString('en-US')} calls`,
        role: 'main',
        baseline: statementsOf(called),
        candidate: statementsOf(name),
        ...(isInexact ? { tolerates: differInLastDigits } : {}),
      },
    ],
    warnings: [
      ...(isInexact
        ? ['doubles may differ in their last digits: the order of sums is another']
        : []),
      ...(loggedLines > 0
        ? [
            `the SQL writes no log lines; ${procedure.name} wrote ${loggedLines.toLocaleString('en-US')}`,
          ]
        : []),
      ...(built.failedCount > 0 ? [`${built.failedCount} calls fail and were left out`] : []),
      isSingle
        ? 'it was tried in single calls, as they are made; of many rows in a statement the engine answers the queries together'
        : 'it pays in statements over many rows; for a single one it may be slower',
      `where ${procedure.name} fails because a row is missing, the SQL gives NULL`,
    ],
    callers: {
      before: `${called}(${parameters})`,
      after: `${name}(${parameters})`,
    },
  };
}
