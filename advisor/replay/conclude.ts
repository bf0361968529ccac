/** From measurements to a verdict. Pure. */
import type { WorkMetric } from '../findings/finding.ts';
import type { Experiment } from './experiment.ts';
import type { MeasuredLoad } from './measure.ts';
import type { Interval } from './statistics.ts';
import type { Outcome, Verdict, Work } from './verdict.ts';

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
  rest: Pick<Verdict, 'control' | 'sizeBytes' | 'callCount' | 'work' | 'writes'>,
): Verdict {
  const [outcome, reason] = weigh(experiment, loads, rest);
  return {
    outcome,
    reason,
    measurements: loads.map(({ difference: _, ...measurement }) => measurement),
    ...rest,
    warnings: [...experiment.warnings, ...costs(loads)],
    apply: [...experiment.apply],
    revert: [...experiment.revert],
    callers: experiment.callers,
  };
}

/** Where nothing is to get faster, at most this slow is as fast: what noise would hide matters less. */
const SLOWDOWN_ACCEPTED = 0.8;

function weigh(
  { goal, metric }: Experiment,
  loads: readonly MeasuredLoad[],
  { work, writes }: Pick<Verdict, 'work' | 'writes'>,
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
  const written = writes.find(({ areEqual }) => !areEqual);
  if (written !== undefined) {
    const { table, baselineRows, candidateRows } = written;
    const rows =
      baselineRows === candidateRows ? '' : `: ${baselineRows} rows, and ${candidateRows}`;
    return ['refuted', `the calls leave something else in ${table}${rows}`];
  }
  const gain = loads.find(
    ({ role, judgement }) => judgement === 'faster' && (role === 'main' || goal === 'same'),
  );
  const effect = printInterval(main.factor);
  if (main.judgement === 'slower')
    return ['refuted', `slower: ${printInterval(inverse(main.factor))} the time`];
  if (goal === 'less' && metric !== null) return weighWork(metric, work, main);
  if (gain !== undefined) {
    const where = gain.role === 'main' ? '' : `${gain.name} `;
    return ['verified', `${where}${printInterval(gain.factor)} as fast, with equal results`];
  }
  const costly = loads.find(({ role, judgement }) => role === 'upkeep' && judgement === 'slower');
  if (goal === 'same') {
    return main.judgement === 'same' || main.factor.low > SLOWDOWN_ACCEPTED
      ? ['verified', `equal results at equal speed: ${effect}`]
      : ['inconclusive', `equal results; the speed is not clear: ${effect}`];
  }
  const cost =
    costly === undefined
      ? ''
      : `; and ${costly.name} take ${printInterval(inverse(costly.factor))} as long`;
  return main.judgement === 'same'
    ? ['refuted', `no gain: ${effect}${cost}`]
    : ['inconclusive', `${effect} is within what equal copies differ by${cost}`];
}

const NAMES: Readonly<Record<WorkMetric, string>> = {
  guestCalls: 'calls of the guest',
  queries: 'nested queries',
  queryStatements: 'statements for nested queries',
  queryRows: 'rows fetched',
  queryErrors: 'failed queries',
  bytesIn: 'bytes into the guest',
  errors: 'failed calls',
  logLines: 'log lines',
  peakMemoryBytes: 'bytes of memory at most',
};

/** `186 nested queries became 4`. */
export function printWork({ metric, baseline, candidate }: Work): string {
  return `${baseline.toLocaleString('en-US')} ${NAMES[metric]} became ${candidate.toLocaleString('en-US')}`;
}

/** Below this share of what it was, work counts as less. */
const WORK_SHARE_MAX = 0.9;

function weighWork(
  metric: WorkMetric,
  work: Verdict['work'],
  main: MeasuredLoad,
): readonly [outcome: Outcome, reason: string] {
  const counted = work.find((entry) => entry.metric === metric);
  const name = NAMES[metric];
  if (counted === undefined) return ['refuted', `as many ${name} as before`];
  const { baseline, candidate } = counted;
  const text = printWork(counted);
  if (candidate > baseline * WORK_SHARE_MAX) return ['refuted', text];
  return ['verified', `${text}, with equal results; ${printInterval(main.factor)} as fast`];
}

/** What writers pay for a gain, as the number of calls that make up for a write. */
function costs(loads: readonly MeasuredLoad[]): string[] {
  const main = loads.find(({ role }) => role === 'main');
  const saved = main === undefined ? 0 : (main.baselineMs - main.candidateMs) / main.rowCount;
  if (saved <= 0) return [];
  return loads
    .filter(({ role, judgement }) => role === 'upkeep' && judgement === 'slower')
    .map(({ name, baselineMs, candidateMs }) => {
      const extraMs = candidateMs - baselineMs;
      return `${name} take ${extraMs.toPrecision(2)} ms more, which ${Math.ceil(extraMs / saved)} calls make up for`;
    });
}

function inverse({ median, low, high }: Interval): Interval {
  return { median: 1 / median, low: 1 / high, high: 1 / Math.max(low, 1e-9) };
}

/** DuckDB explains some errors at length. */
function firstSentence(text: string): string {
  return text.split(/\. (?=[A-Z])/)[0] ?? text;
}
