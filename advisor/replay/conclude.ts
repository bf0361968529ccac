/** From measurements to a verdict. Pure. */
import type { Experiment } from './experiment.ts';
import type { MeasuredLoad } from './measure.ts';
import type { Interval } from './statistics.ts';
import type { Outcome, Verdict } from './verdict.ts';

/** `12.3×`, `1.04×`. */
export function printFactor(factor: number): string {
  return `${factor >= 10 ? factor.toFixed(0) : factor.toFixed(factor >= 2 ? 1 : 2)}×`;
}

/** `12.3× (11.0 to 13.9)`. */
export function printInterval({ median, low, high }: Interval): string {
  const digits = (value: number): string => printFactor(value).slice(0, -1);
  return `${printFactor(median)} (${digits(low)} to ${digits(high)})`;
}

/** Weighs what was measured. */
export function conclude(
  experiment: Experiment,
  loads: readonly MeasuredLoad[],
  rest: Pick<Verdict, 'control' | 'sizeBytes' | 'callCount'>,
): Verdict {
  const [outcome, reason] = weigh(experiment, loads);
  return {
    outcome,
    reason,
    measurements: loads.map(({ difference: _, ...measurement }) => measurement),
    ...rest,
    warnings: [...experiment.warnings],
    apply: [...experiment.apply],
    revert: [...experiment.revert],
    callers: experiment.callers,
  };
}

function weigh(
  { goal }: Experiment,
  loads: readonly MeasuredLoad[],
): readonly [outcome: Outcome, reason: string] {
  const main = loads.find(({ role }) => role === 'main');
  if (main === undefined) return ['inconclusive', 'nothing was measured'];
  const harmed = loads.find(
    ({ role, judgement }) => (role === 'related' || role === 'probe') && judgement === 'slower',
  );
  const harm =
    harmed === undefined
      ? null
      : `${harmed.name} take ${printInterval(inverse(harmed.factor))} the time`;
  const differing = loads.find(({ areResultsEqual }) => !areResultsEqual);
  if (differing !== undefined) {
    const [before, after] = differing.difference ?? ['', ''];
    const isFailure = after.startsWith('error ') && !before.startsWith('error ');
    const text = isFailure
      ? `with the change, ${differing.name} fail: ${firstSentence(after.replace(/^error /, ''))}`
      : `${differing.name} give other results: ${before} became ${after}`;
    return ['refuted', harm === null ? text : `${harm}; and ${text}`];
  }
  if (harm !== null) return ['refuted', harm];
  const gain = loads.find(
    ({ role, judgement }) => judgement === 'faster' && (role === 'main' || goal === 'same'),
  );
  const effect = printInterval(main.factor);
  if (main.judgement === 'slower')
    return ['refuted', `slower: ${printInterval(inverse(main.factor))} the time`];
  if (gain !== undefined) {
    const where = gain.role === 'main' ? '' : `${gain.name} `;
    return ['verified', `${where}${printInterval(gain.factor)} as fast, with equal results`];
  }
  const costly = loads.find(({ role, judgement }) => role === 'upkeep' && judgement === 'slower');
  if (goal === 'same') {
    return main.judgement === 'same'
      ? ['verified', `equal results at equal speed: ${effect}`]
      : ['inconclusive', `equal results; the speed is not clear: ${effect}`];
  }
  if (costly !== undefined) {
    return [
      'refuted',
      `no gain: ${effect}; and ${costly.name} take ${printInterval(inverse(costly.factor))} as long`,
    ];
  }
  return main.judgement === 'same'
    ? ['refuted', `no gain: ${effect}`]
    : ['inconclusive', `${effect} is within what equal copies differ by`];
}

function inverse({ median, low, high }: Interval): Interval {
  return { median: 1 / median, low: 1 / high, high: 1 / Math.max(low, 1e-9) };
}

/** DuckDB explains some errors at length. */
function firstSentence(text: string): string {
  return text.split(/\. (?=[A-Z])/)[0] ?? text;
}
