/** What it costs that calls are always counted: two processes in turn, one of which does not count. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { CaseResult } from './measure.ts';
import { summarise } from './measure.ts';

/** Pairs of processes for each round: where a process's memory happens to lie decides a few per cent. */
const PAIRS_PER_ROUND = 4;
/**
 * Runs of each process of a pair, in turn with the other's. What was counted is written every five
 * seconds, which falls into some of the runs: together they are long enough to have their share.
 */
const RUNS = 6;

interface Process {
  run(): Promise<number>;
  end(): void;
}

/** Compares `a * b + c` with the counters on and off; the interval is of the median of the pairs. */
export async function metricsCase({
  rows,
  rounds,
}: {
  rows: number;
  rounds: number;
}): Promise<CaseResult> {
  const [withCounters, without]: [number[], number[]] = [[], []];
  for (let pair = 0; pair < rounds * PAIRS_PER_ROUND; pair++) {
    const [counted, silent] = await timePair(rows);
    withCounters.push(counted);
    without.push(silent);
  }
  const ratios = withCounters.map((time, pair) => time / (without[pair] ?? Number.NaN));
  const [low, middle, high] = medianInterval(ratios).map((ratio) => `${percent(ratio)} %`);
  return {
    name: 'a * b + c, BIGINT, with counters and without',
    unit: 'ns of processor time a row',
    timings: [summarise('not counted', without), summarise('counted', withCounters)],
    goal: 'at most 3 %',
    reached: `${middle}, with 95 % confidence between ${low} and ${high} (${ratios.length} pairs of processes)`,
  };
}

/** What a row took in a process that counts and in one that does not: the mean of their runs. */
async function timePair(rows: number): Promise<readonly [number, number]> {
  const counting = await start(rows, 'on');
  const silent = await start(rows, 'off');
  const [counted, uncounted]: [number[], number[]] = [[], []];
  // The first run of each only warms up.
  for (let run = -1; run < RUNS; run++) {
    const times = [await counting.run(), await silent.run()] as const;
    if (run < 0) continue;
    counted.push(times[0]);
    uncounted.push(times[1]);
  }
  counting.end();
  silent.end();
  return [mean(counted) / rows, mean(uncounted) / rows];
}

function mean(times: readonly number[]): number {
  return times.reduce((sum, time) => sum + time, 0) / times.length;
}

function percent(ratio: number): string {
  return ((ratio - 1) * 100).toFixed(1);
}

/** The median and its 95 % confidence interval, from order statistics of the binomial distribution. */
function medianInterval(values: readonly number[]): readonly [number, number, number] {
  const sorted = [...values].sort((left, right) => left - right);
  const reach = 0.98 * Math.sqrt(sorted.length);
  const middle = (sorted.length - 1) / 2;
  const at = (index: number): number =>
    sorted[Math.min(sorted.length - 1, Math.max(0, index))] ?? Number.NaN;
  return [at(Math.floor(middle - reach)), at(Math.round(middle)), at(Math.ceil(middle + reach))];
}

async function start(rows: number, metrics: 'on' | 'off'): Promise<Process> {
  const script = join(import.meta.dirname, 'counted.ts');
  const child = spawn(process.execPath, [script, String(rows)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, HELIOSDB_METRICS: metrics },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error('a process that was measured ended early');
    return value;
  };
  await next();
  return {
    async run() {
      child.stdin.write('\n');
      return Number(await next());
    },
    end: () => child.stdin.end(),
  };
}
