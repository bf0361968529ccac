/** Runs loads on both copies in turns and compares what they return. */
import type { Clock } from '#core';
import { toHeliosError, toText } from '#core';
import type { SqlSession } from '#storage';
import type { Load } from './experiment.ts';
import type { Interval } from './statistics.ts';
import { judge, medianOf, ratioInterval } from './statistics.ts';
import type { Measurement } from './verdict.ts';

/** How often a load runs on each copy. */
export interface MeasureLimits {
  readonly pairsMin: number;
  readonly pairsMax: number;
  /** Wall time that one load may take in all, once it has its fewest pairs. */
  readonly loadMsMax: number;
}

export interface Copies {
  readonly baseline: SqlSession;
  readonly candidate: SqlSession;
}

export interface MeasureContext {
  readonly copies: Copies;
  readonly clock: Clock;
  readonly limits: MeasureLimits;
  readonly signal: AbortSignal;
  /** Processor time of this process so far: unlike the wall's, no other program disturbs it. */
  readonly cpuMs: () => number;
}

/** The rows of a load as texts; a statement that fails is a row with its error. */
export type LoadRows = readonly (readonly string[])[];

interface Run {
  readonly elapsedMs: number;
  readonly cpuMs: number;
  readonly rows: LoadRows;
}

async function runLoad(
  connection: SqlSession,
  statements: readonly string[],
  { clock, signal, cpuMs }: MeasureContext,
): Promise<Run> {
  const results: { rows: readonly (readonly unknown[])[] }[] = [];
  const startedAt = clock.elapsedMs();
  const cpuBefore = cpuMs();
  for (const sql of statements) {
    signal.throwIfAborted();
    try {
      results.push(await connection.query(sql));
    } catch (error) {
      const { sqlstate, message } = toHeliosError(error);
      results.push({ rows: [[`error ${sqlstate}: ${message}`]] });
    }
  }
  const elapsedMs = clock.elapsedMs() - startedAt;
  const cpuUsed = cpuMs() - cpuBefore;
  const rows = results.flatMap((result) =>
    result.rows.map((row) =>
      row.map((value) => toText(value as Parameters<typeof toText>[0]) ?? 'NULL'),
    ),
  );
  return { elapsedMs, cpuMs: cpuUsed, rows };
}

/** Turns of the control that are made however slow they are. */
const CONTROL_PAIRS_MIN = 3;

/** Two equal copies doing the same in turns: what noise looks like here. */
export async function measureControl(load: Load, context: MeasureContext): Promise<Interval> {
  const { baseline, candidate } = context.copies;
  const pairs: [number, number][] = [];
  // The first turn warms both copies and is not counted.
  const startedAt = context.clock.elapsedMs();
  for (let turn = 0; turn <= context.limits.pairsMin; turn += 1) {
    const elapsedMs = context.clock.elapsedMs() - startedAt;
    if (turn > CONTROL_PAIRS_MIN && elapsedMs > context.limits.loadMsMax) break;
    const pair = await inTurn(turn, [
      () => runLoad(baseline, load.baseline, context),
      () => runLoad(candidate, load.baseline, context),
    ]);
    if (turn > 0) pairs.push([pair[0].cpuMs, pair[1].cpuMs]);
  }
  return ratioInterval(pairs);
}

export interface MeasuredLoad extends Measurement {
  /** The first row that differs, as texts; null when there is none. */
  readonly difference: readonly [baseline: string, candidate: string] | null;
}

/** Times a load without and with the change, in turns, and compares the rows of every turn. */
export async function measureLoad(
  load: Load,
  control: Interval,
  context: MeasureContext,
): Promise<MeasuredLoad> {
  const { copies, clock, limits } = context;
  const pairs: [number, number][] = [];
  const walls: [number, number][] = [];
  let difference: MeasuredLoad['difference'] = null;
  let rowCount = 0;
  const startedAt = clock.elapsedMs();
  for (let turn = 0; turn <= limits.pairsMax; turn += 1) {
    const isLate = clock.elapsedMs() - startedAt > limits.loadMsMax;
    if (turn > limits.pairsMin && isLate) break;
    const [before, after] = await inTurn(turn, [
      () => runLoad(copies.baseline, load.baseline, context),
      () => runLoad(copies.candidate, load.candidate, context),
    ]);
    rowCount = before.rows.length;
    difference ??= firstDifference(before.rows, after.rows);
    if (turn > 0) {
      pairs.push([before.cpuMs, after.cpuMs]);
      walls.push([before.elapsedMs, after.elapsedMs]);
    }
    // Work that fails or gives something else needs no clock.
    if (difference !== null && turn > 0) break;
  }
  const factor = ratioInterval(pairs);
  return {
    name: load.name,
    role: load.role,
    baselineMs: medianOf(pairs.map(([first]) => first)),
    candidateMs: medianOf(pairs.map(([, second]) => second)),
    baselineWallMs: medianOf(walls.map(([first]) => first)),
    candidateWallMs: medianOf(walls.map(([, second]) => second)),
    factor,
    judgement: judge(factor, control),
    rowCount,
    areResultsEqual: difference === null,
    difference,
  };
}

/** Runs two things one after the other, the other way round every second turn. */
async function inTurn<T>(
  turn: number,
  [first, second]: readonly [() => Promise<T>, () => Promise<T>],
): Promise<[T, T]> {
  if (turn % 2 === 0) return [await first(), await second()];
  const later = await second();
  return [await first(), later];
}

function firstDifference(
  left: LoadRows,
  right: LoadRows,
): readonly [baseline: string, candidate: string] | null {
  const count = Math.max(left.length, right.length);
  for (let row = 0; row < count; row += 1) {
    const [one, other] = [left[row]?.join(', '), right[row]?.join(', ')];
    if (one !== other) return [one ?? '(no row)', other ?? '(no row)'];
  }
  return null;
}
