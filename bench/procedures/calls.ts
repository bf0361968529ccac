/** Single calls: warm, and few but expensive ones. */
import type { CaseResult } from './measure.ts';
import { medianOf, race, summarise } from './measure.ts';
import type { PlainThreads } from './plain-threads.ts';
import type { Scene } from './scene.ts';

/** Calls of one latency measurement. */
const LATENCY_CALLS = 2000;
const ADDITION = 'SELECT $1::BIGINT + 1';
const CALL = 'SELECT multiply_add($1::BIGINT, 1, 1)';

/** Compares a call with an addition: prepared once, and given as text each time. */
export async function warmCalls(scene: Scene): Promise<CaseResult[]> {
  await scene.run('SET threads = 1');
  using addition = await scene.connection.prepare(ADDITION);
  using call = await scene.connection.prepare(CALL);
  const ways: readonly (readonly [name: string, work: (value: bigint) => Promise<unknown>])[] = [
    ['addition, prepared', (value) => addition.query([value])],
    ['call, prepared', (value) => call.query([value])],
    ['addition', (value) => scene.connection.query(ADDITION, [value])],
    ['call', (value) => scene.connection.query(CALL, [value])],
  ];
  const times = new Map<string, number[]>(ways.map(([name]) => [name, []]));
  for (let round = 0; round < LATENCY_CALLS; round++) {
    for (const [name, work] of ways) {
      const started = process.hrtime.bigint();
      await work(BigInt(round));
      times.get(name)?.push(Number(process.hrtime.bigint() - started) / 1e3);
    }
  }
  return [
    warmCall('warm single call from Node, prepared', times, ', prepared'),
    warmCall('warm single call from Node, its text each time', times, ''),
  ];
}

function warmCall(
  name: string,
  times: ReadonlyMap<string, readonly number[]>,
  suffix: string,
): CaseResult {
  const of = (contender: string) => times.get(`${contender}${suffix}`) ?? [];
  const ratioAt = (share: number) =>
    (percentile(of('call'), share) / percentile(of('addition'), share)).toFixed(2);
  return {
    name,
    unit: 'µs a call',
    timings: [summarise(ADDITION, of('addition')), summarise('procedure', of('call'))],
    goal: 'at most 1.3 ×, p99 at most 2 ×',
    reached: `${ratioAt(0.5)} ×, p99 ${ratioAt(0.99)} ×`,
  };
}

function percentile(times: readonly number[], share: number): number {
  const sorted = times.toSorted((left, right) => left - right);
  return sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
}

/** About 20 ms of CPU. */
const ROUNDS = 12_000_000;
const EXPENSIVE_CALLS = 64;

/** Compares few expensive calls on one thread and on two with as much work on plain threads. */
export async function expensiveCalls(
  scene: Scene,
  { plain, rounds }: { plain: PlainThreads; rounds: number },
): Promise<CaseResult> {
  const named = (threads: number) => `${threads} thread${threads === 1 ? '' : 's'}`;
  const plainly = (threads: number) => ({
    name: `no database, ${named(threads)}`,
    async run() {
      await plain.run(threads, { calls: EXPENSIVE_CALLS, rounds: ROUNDS });
      return EXPENSIVE_CALLS;
    },
  });
  const on = (threads: number) => ({
    name: named(threads),
    async run() {
      await scene.run(`SET threads = ${threads}`);
      const source = `range(${EXPENSIVE_CALLS}) r(i)`;
      await scene.connection.query(`SELECT sum(burn(${ROUNDS}, i)::HUGEINT) FROM ${source}`);
      return EXPENSIVE_CALLS;
    },
  });
  const contenders = [on(1), on(2), plainly(1), plainly(2)];
  const timings = await race(contenders, { rounds, scale: 1e-6 });
  const gainOf = (prefix: string): string =>
    (medianOf(timings, `${prefix}1 thread`) / medianOf(timings, `${prefix}2 threads`)).toFixed(2);
  return {
    name: `${EXPENSIVE_CALLS} expensive calls in one statement`,
    unit: 'ms a call',
    timings,
    goal: 'at least 1.9 × on two cores',
    reached: `${gainOf('')} ×; without a database ${gainOf('no database, ')} ×`,
  };
}
