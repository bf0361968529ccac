/** What interleaved timings say, with their uncertainty. Pure. */

/** A ratio with the interval that holds it with about 95 % confidence. */
export interface Interval {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/**
 * The ratio of paired timings, first over second: above 1 the second is faster. The interval comes
 * from the order statistics of the pairs (the sign test turned round), so it assumes nothing about
 * how the noise is distributed. Fewer than six pairs give their extremes.
 */
export function ratioInterval(pairs: readonly (readonly [number, number])[]): Interval {
  const ratios = pairs.map(([first, second]) => first / Math.max(second, 1e-6)).sort(ascending);
  const count = ratios.length;
  if (count === 0) return { median: 1, low: 0, high: Number.POSITIVE_INFINITY };
  const rank = Math.max(0, Math.floor(count / 2 - 0.98 * Math.sqrt(count)));
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
 * copies differ by.
 */
export function judge(effect: Interval, control: Interval): Judgement {
  const noise = Math.max(control.high, 1 / Math.max(control.low, 1e-6), 1);
  // Half of the control's own spread: its extremes are rarer than a pair's.
  const threshold = Math.max(FACTOR_WORTHWHILE, Math.sqrt(noise));
  if (effect.low > threshold) return 'faster';
  if (effect.high < 1 / threshold) return 'slower';
  if (effect.high < threshold && effect.low > 1 / threshold) return 'same';
  return 'unclear';
}

function ascending(left: number, right: number): number {
  return left - right;
}
