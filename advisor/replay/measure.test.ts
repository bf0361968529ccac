import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock, RandomSource } from '#core';
import { seededRandom } from '#core';
import type { SqlSession } from '#storage';
import type { Load } from './experiment.ts';
import type { MeasureContext } from './measure.ts';
import { measureControl, measureLoad } from './measure.ts';

const LOAD: Load = { name: 'calls', role: 'main', baseline: ['before'], candidate: ['after'] };

const clockOf = (elapsedMs: () => number): Clock => ({ now: () => new Date(0), elapsedMs });

/** A machine on which other programs run: work takes its time, and often much longer. */
function loadedMachine(
  random: RandomSource,
  factor: number,
): MeasureContext & { runCount(): number } {
  let now = 0;
  let runCount = 0;
  const session = {
    query: async (sql: string) => {
      runCount += 1;
      now += (sql === 'after' ? 50 / factor : 50) * (1 + 3 * random.next() ** 3);
      return { columns: [], rows: [[1]] };
    },
  } as unknown as SqlSession;
  return {
    copies: { baseline: session, candidate: session },
    clock: clockOf(() => now),
    cpuMs: () => now,
    signal: new AbortController().signal,
    limits: { pairsMin: 7, pairsMax: 36, loadMsMax: 15_000 },
    runCount: () => runCount,
  };
}

async function judgements(factor: number): Promise<Map<string, number>> {
  const random = seededRandom(11);
  const counts = new Map<string, number>();
  for (let round = 0; round < 200; round += 1) {
    const machine = loadedMachine(random, factor);
    const control = await measureControl(LOAD, machine);
    const { judgement } = await measureLoad(LOAD, control, machine);
    counts.set(judgement, (counts.get(judgement) ?? 0) + 1);
  }
  return counts;
}

test('a clear gain is decided on a loaded machine too', async () => {
  const counts = await judgements(4);
  assert.ok((counts.get('faster') ?? 0) >= 196, JSON.stringify([...counts]));
});

test('looking several times does not make a gain of nothing', async () => {
  const counts = await judgements(1);
  const wrong = (counts.get('faster') ?? 0) + (counts.get('slower') ?? 0);
  assert.ok(wrong <= 10, JSON.stringify([...counts]));
});

test('what is clear at the first look takes no more turns, and what never is ends', async () => {
  const clear = loadedMachine(seededRandom(3), 1000);
  await measureLoad(LOAD, { median: 1, low: 1, high: 1 }, clear);
  assert.equal(clear.runCount(), 2 + 2 * 7, 'one turn to warm up');
  const never = loadedMachine(seededRandom(3), 1.1);
  const { judgement } = await measureLoad(LOAD, { median: 1, low: 1, high: 1 }, never);
  assert.equal(judgement, 'unclear');
  assert.equal(never.runCount(), 2 + 2 * 36);
});

test('work of microseconds is repeated within a run, and its time is that of one', async () => {
  let now = 0;
  const session = {
    query: async () => {
      now += 1;
      return { columns: [], rows: [[1]] };
    },
  } as unknown as SqlSession;
  const machine = loadedMachine(seededRandom(1), 1);
  const measured = await measureLoad(
    LOAD,
    { median: 1, low: 1, high: 1 },
    {
      ...machine,
      copies: { baseline: session, candidate: session },
      clock: clockOf(() => now),
      cpuMs: () => now,
    },
  );
  assert.equal(measured.baselineMs, 1);
  assert.deepEqual([measured.judgement, measured.rowCount], ['same', 1]);
});
