/** What interleaved timings say, with their uncertainty. Pure. */

/** A ratio with the interval that holds it with about 95 % confidence. */
export interface Interval {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Numbers of pairs after which a measurement is looked at, and ends when it is decided. Looking
 * several times is several chances to be wrong: at each look the interval is wide enough that all
 * of them together miss the true ratio in fewer than 5 of 100 measurements (1.6, 0.6, 1.2, 1.1).
 */
export const LOOKS: readonly number[] = [7, 12, 20, 36];

/** Half-width in ranks over the root of the number of pairs: the sign test at about 1.2 %. */
const RANKS_PER_ROOT = 1.25;

/**
 * The ratio of paired timings, first over second: above 1 the second is faster. The interval comes
 * from the order statistics of the pairs (the sign test turned round), so it assumes nothing about
 * how the noise is distributed. Few pairs give their extremes.
 */
export function ratioInterval(pairs: readonly (readonly [number, number])[]): Interval {
  const ratios = pairs.map(([first, second]) => first / Math.max(second, 1e-6)).sort(ascending);
  const count = ratios.length;
  if (count === 0) return { median: 1, low: 0, high: Number.POSITIVE_INFINITY };
  const rank = Math.max(0, Math.floor(count / 2 - RANKS_PER_ROOT * Math.sqrt(count)));
  return {
    median: medianOf(ratios),
    low: ratios[rank] ?? 0,
    high: ratios[count - 1 - rank] ?? Number.POSITIVE_INFINITY,
  };
}

/** The middle of the numbers. */
export function medianOf(numbers: readonly number[]): number {
  const sorted = [...numbers].sort(ascending);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/** Below this factor nobody would change anything for it. */
export const FACTOR_WORTHWHILE = 1.1;

export type Judgement = 'faster' | 'slower' | 'same' | 'unclear';

/**
 * What a measured factor is worth, given the control's: a factor counts only beyond what two equal
 * copies typically differ by. How much single pairs scatter is in the factor's own interval.
 */
export function judge(effect: Interval, control: Interval): Judgement {
  const threshold = thresholdOf(control);
  if (effect.low > threshold) return 'faster';
  if (effect.high < 1 / threshold) return 'slower';
  // That there is no gain is only known where the noise would not hide one.
  const isNarrow = effect.high < FACTOR_WORTHWHILE && effect.low > 1 / FACTOR_WORTHWHILE;
  if (isNarrow) return 'same';
  return 'unclear';
}

/** Whether it is known that nothing got slower, or that something did: all that bystanders need. */
export function isHarmKnown(effect: Interval, control: Interval): boolean {
  const threshold = thresholdOf(control);
  return effect.high < 1 / threshold || effect.low > 1 / threshold;
}

function thresholdOf({ median, low, high }: Interval): number {
  // Equal copies of which one is faster beyond doubt have a bias, such as where their pages lie.
  const bias = low > 1 ? high : high < 1 ? 1 / Math.max(low, 1e-6) : 1;
  return Math.max(FACTOR_WORTHWHILE, bias, median, 1 / Math.max(median, 1e-6));
}

function ascending(left: number, right: number): number {
  return left - right;
}
