/** Single calls: warm, and few but expensive ones. */
import type { CaseResult } from './measure.ts';
import { medianOf, race, summarise } from './measure.ts';
import type { Scene } from './scene.ts';

/** Calls of one latency measurement. */
const LATENCY_CALLS = 2000;

/** Compares a prepared call with a prepared addition. */
export async function warmCall(scene: Scene): Promise<CaseResult> {
  await scene.run('SET threads = 1');
  const statements = {
    'SELECT $1::BIGINT + 1': 'SELECT $1::BIGINT + 1',
    procedure: 'SELECT multiply_add($1::BIGINT, 1, 1)',
  };
  const times = new Map<string, number[]>();
  for (let call = 0; call < LATENCY_CALLS; call++) {
    for (const [name, sql] of Object.entries(statements)) {
      const started = process.hrtime.bigint();
      await scene.connection.query(sql, [BigInt(call)]);
      const elapsed = Number(process.hrtime.bigint() - started) / 1e3;
      const known = times.get(name) ?? [];
      known.push(elapsed);
      times.set(name, known);
    }
  }
  const timings = [...times].map(([name, found]) => summarise(name, found));
  const percentile = (name: string, share: number): number => {
    const sorted = [...(times.get(name) ?? [])].sort((left, right) => left - right);
    return sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
  };
  const p99 = percentile('procedure', 0.99) / percentile('SELECT $1::BIGINT + 1', 0.99);
  const ratio = medianOf(timings, 'procedure') / medianOf(timings, 'SELECT $1::BIGINT + 1');
  return {
    name: 'warm single call from Node',
    unit: 'µs a call',
    timings,
    goal: 'at most 1.3 ×, p99 at most 2 ×',
    reached: `${ratio.toFixed(2)} ×, p99 ${p99.toFixed(2)} ×`,
  };
}

/** About 20 ms of CPU. */
const ROUNDS = 12_000_000;
const EXPENSIVE_CALLS = 64;

/** Compares few expensive calls on one thread and on two. */
export async function expensiveCalls(scene: Scene, rounds: number): Promise<CaseResult> {
  const on = (threads: number) => ({
    name: `${threads} thread${threads === 1 ? '' : 's'}`,
    async run() {
      await scene.run(`SET threads = ${threads}`);
      const source = `range(${EXPENSIVE_CALLS}) r(i)`;
      await scene.connection.query(`SELECT sum(burn(${ROUNDS}, i)::HUGEINT) FROM ${source}`);
      return EXPENSIVE_CALLS;
    },
  });
  const timings = await race([on(1), on(2)], { rounds, scale: 1e-6 });
  const ratio = medianOf(timings, '1 thread') / medianOf(timings, '2 threads');
  return {
    name: `${EXPENSIVE_CALLS} expensive calls in one statement`,
    unit: 'ms a call',
    timings,
    goal: 'at least 1.9 × on two cores',
    reached: `${ratio.toFixed(2)} ×`,
  };
}
