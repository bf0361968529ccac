/** Runs loads on both copies in turns and compares what they return. */
import type { Clock } from '#core';
import { toHeliosError, toText } from '#core';
import type { SqlSession } from '#storage';
import type { Copies, Load } from './experiment.ts';
import type { Interval } from './statistics.ts';
import {
  FACTOR_WORTHWHILE,
  isHarmKnown,
  judge,
  LOOKS,
  medianOf,
  ratioInterval,
} from './statistics.ts';
import type { Measurement } from './verdict.ts';

/** How often a load runs on each copy. */
export interface MeasureLimits {
  readonly pairsMin: number;
  readonly pairsMax: number;
  /** Wall time that one load may take in all, once it has its fewest pairs. */
  readonly loadMsMax: number;
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
  context: MeasureContext & { readonly repeats: number },
): Promise<Run> {
  const { clock, cpuMs, repeats } = context;
  const startedAt = clock.elapsedMs();
  const cpuBefore = cpuMs();
  const results = await runOnce(connection, statements, context);
  for (let repeat = 1; repeat < repeats; repeat += 1) {
    await runOnce(connection, statements, context);
  }
  const elapsedMs = clock.elapsedMs() - startedAt;
  const cpuUsed = cpuMs() - cpuBefore;
  const rows = results.flatMap((result) =>
    result.map((row) =>
      row.map((value) => toText(value as Parameters<typeof toText>[0]) ?? 'NULL'),
    ),
  );
  return { elapsedMs, cpuMs: cpuUsed, rows };
}

async function runOnce(
  connection: SqlSession,
  statements: readonly string[],
  { signal }: MeasureContext,
): Promise<(readonly (readonly unknown[])[])[]> {
  const results: (readonly (readonly unknown[])[])[] = [];
  for (const sql of statements) {
    signal.throwIfAborted();
    try {
      results.push((await connection.query(sql)).rows);
    } catch (error) {
      const { sqlstate, message } = toHeliosError(error);
      results.push([[`error ${sqlstate}: ${message}`]]);
    }
  }
  return results;
}

/** A run that takes less is repeated, so that the clock's own grain does not matter. */
const RUN_CPU_MS_MIN = 10;
const REPEATS_MAX = 20;

/** Pairs of the control that are made however slow they are. */
const CONTROL_PAIRS_MIN = 4;

/** Share of the time of the load that decides which others may take. */
const BYSTANDER_SHARE = 1 / 3;

/** Two equal copies doing the same in turns: what noise looks like here. */
export async function measureControl(load: Load, context: MeasureContext): Promise<Interval> {
  const { clock, limits } = context;
  const startedAt = clock.elapsedMs();
  const turns = new Turns({ ...load, candidate: load.baseline }, context);
  await turns.warmUp();
  for (const look of looksOf(limits)) {
    const deadline = startedAt + limits.loadMsMax * BYSTANDER_SHARE;
    await turns.until(look, deadline, CONTROL_PAIRS_MIN);
    const { low, high } = turns.factor;
    if (high / Math.max(low, 1e-6) < FACTOR_WORTHWHILE ** 2) break;
    if (clock.elapsedMs() - startedAt > limits.loadMsMax * BYSTANDER_SHARE) break;
  }
  return turns.factor;
}

export interface MeasuredLoad extends Measurement {
  /** The first row that differs, as texts; null when there is none. */
  readonly difference: readonly [baseline: string, candidate: string] | null;
}

/**
 * Times a load without and with the change, in turns, until it is decided, and compares the rows of
 * every turn.
 */
export async function measureLoad(
  load: Load,
  control: Interval,
  context: MeasureContext,
): Promise<MeasuredLoad> {
  const { clock, limits } = context;
  const isMain = load.role === 'main';
  const timeMax = limits.loadMsMax * (isMain ? 1 : BYSTANDER_SHARE);
  const deadline = clock.elapsedMs() + timeMax;
  const turns = new Turns(load, context);
  await turns.warmUp();
  for (const look of looksOf(limits)) {
    await turns.until(look, deadline);
    const { factor, difference } = turns;
    const isDecided = isMain ? judge(factor, control) !== 'unclear' : isHarmKnown(factor, control);
    if (isDecided || difference !== null || clock.elapsedMs() > deadline) break;
  }
  return turns.measured(control);
}

function looksOf({ pairsMin, pairsMax }: MeasureLimits): number[] {
  return [pairsMin, ...LOOKS.filter((look) => look > pairsMin && look < pairsMax), pairsMax];
}

/** Pairs of runs of one load, and what they gave. */
class Turns {
  readonly #load: Load;
  readonly #context: MeasureContext;
  readonly #cpu: [number, number][] = [];
  readonly #wall: [number, number][] = [];
  #difference: MeasuredLoad['difference'] = null;
  #rowCount = 0;
  #repeats = 1;

  constructor(load: Load, context: MeasureContext) {
    this.#load = load;
    this.#context = context;
  }

  get difference(): MeasuredLoad['difference'] {
    return this.#difference;
  }

  get factor(): Interval {
    return ratioInterval(this.#load.clock === 'wall' ? this.#wall : this.#cpu);
  }

  /** One pair that is not counted: it fills caches, and says how long a run takes. */
  async warmUp(): Promise<void> {
    const pair = await this.#pair(0);
    const longest = Math.max(...pair.map(({ cpuMs }) => cpuMs));
    const repeats = Math.ceil(RUN_CPU_MS_MIN / Math.max(longest, 1e-3));
    if (this.#load.isRepeatable !== false) this.#repeats = Math.min(REPEATS_MAX, repeats);
  }

  /** Runs until there are so many pairs, or it is late and there are the fewest that count. */
  async until(
    pairCount: number,
    deadline: number,
    pairsMin = this.#context.limits.pairsMin,
  ): Promise<void> {
    const { clock } = this.#context;
    while (this.#cpu.length < pairCount) {
      if (this.#cpu.length >= pairsMin && clock.elapsedMs() > deadline) return;
      const [before, after] = await this.#pair(this.#cpu.length + 1);
      this.#cpu.push([before.cpuMs, after.cpuMs]);
      this.#wall.push([before.elapsedMs, after.elapsedMs]);
      // Work that fails or gives something else needs no clock.
      if (this.#difference !== null) return;
    }
  }

  async #pair(turn: number): Promise<[Run, Run]> {
    const { copies } = this.#context;
    const { baseline, candidate, tolerates = () => false } = this.#load;
    const run = (connection: SqlSession, statements: readonly string[]) => () =>
      runLoad(connection, statements, { ...this.#context, repeats: this.#repeats });
    const pair = await inTurn(turn, [
      run(copies.baseline, baseline),
      run(copies.candidate, candidate),
    ]);
    const [before, after] = pair;
    this.#rowCount = before.rows.length;
    this.#difference ??= firstDifference(before.rows, after.rows, tolerates);
    return pair;
  }

  measured(control: Interval): MeasuredLoad {
    const { name, role, clock = 'processor' } = this.#load;
    const { factor } = this;
    const middle = (pairs: readonly (readonly [number, number])[], side: 0 | 1): number =>
      medianOf(pairs.map((pair) => pair[side])) / this.#repeats;
    return {
      name,
      role,
      clock,
      baselineMs: middle(this.#cpu, 0),
      candidateMs: middle(this.#cpu, 1),
      baselineWallMs: middle(this.#wall, 0),
      candidateWallMs: middle(this.#wall, 1),
      factor,
      judgement: judge(factor, control),
      rowCount: this.#rowCount,
      areResultsEqual: this.#difference === null,
      difference: this.#difference,
    };
  }
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

/** Stands for the row that one of two results does not have. */
export const NO_ROW = '(no row)';

function firstDifference(
  left: LoadRows,
  right: LoadRows,
  tolerates: (baseline: string, candidate: string) => boolean,
): readonly [baseline: string, candidate: string] | null {
  const count = Math.max(left.length, right.length);
  for (let row = 0; row < count; row += 1) {
    const [one, other] = [left[row]?.join(', '), right[row]?.join(', ')];
    if (one === other) continue;
    const pair = [one ?? NO_ROW, other ?? NO_ROW] as const;
    if (!tolerates(...pair)) return pair;
  }
  return null;
}
