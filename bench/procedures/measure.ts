/** Timing: contenders take turns, so that what else the machine does meets all of them. */
import { cpus, totalmem } from 'node:os';

/** How long one contender took, in the case's unit. */
export interface Timing {
  readonly contender: string;
  readonly median: number;
  /** The fastest and the slowest run. */
  readonly low: number;
  readonly high: number;
}

/** What was measured: one line of a table per contender, the first one is the base. */
export interface CaseResult {
  readonly name: string;
  readonly unit: string;
  readonly timings: readonly Timing[];
  /** The goal, in words, and what was reached. */
  readonly goal: string | null;
  readonly reached: string | null;
}

/** One way to compute the same. Returns how many units of work it did. */
export interface Contender {
  readonly name: string;
  /** Sets up what the run needs; not timed. */
  prepare?(): Promise<unknown>;
  run(): Promise<number>;
}

/** Runs the contenders in turn and returns the time of a unit of work, in nanoseconds × `scale`. */
export async function race(
  contenders: readonly Contender[],
  { rounds, scale = 1 }: { rounds: number; scale?: number },
): Promise<Timing[]> {
  const times = contenders.map((): number[] => []);
  for (let round = -1; round < rounds; round++) {
    for (const [index, contender] of contenders.entries()) {
      await contender.prepare?.();
      const started = process.hrtime.bigint();
      const units = await contender.run();
      const elapsed = Number(process.hrtime.bigint() - started);
      // The first round only warms up.
      if (round >= 0) times[index]?.push((elapsed / units) * scale);
    }
  }
  return contenders.map(({ name }, index) => summarise(name, times[index] ?? []));
}

/** Median and extremes of several runs. */
export function summarise(contender: string, times: readonly number[]): Timing {
  const sorted = [...times].sort((left, right) => left - right);
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
  return { contender, median: at(0.5), low: at(0), high: at(1) };
}

/** The median of one contender. */
export function medianOf(timings: readonly Timing[], contender: string): number {
  const found = timings.find((timing) => timing.contender === contender);
  if (found === undefined) throw new Error(`no contender ${contender}`);
  return found.median;
}

/** What figures of this machine can be compared with. */
export function hardwareClass(): string {
  const [first] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} × ${first?.model.trim() ?? 'unknown'}, ${memory} GB, ${process.platform} ${process.arch}`;
}
