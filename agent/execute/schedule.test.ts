import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HeliosError, seededRandom } from '#core';
import type { Schedulable } from './schedule.ts';
import { assertAcyclic, runInOrder } from './schedule.ts';

interface Trace {
  readonly order: string[];
  maximum: number;
}

async function trace(
  tasks: readonly Schedulable[],
  concurrencyMax: number,
  failAt: string | null = null,
): Promise<Trace> {
  const result: Trace = { order: [], maximum: 0 };
  let running = 0;
  const ended = new Set<string>();
  await runInOrder({
    tasks,
    concurrencyMax,
    abort: new AbortController(),
    run: async (task) => {
      assert.ok(
        task.dependsOn.every((id) => ended.has(id)),
        `${task.id} started too early`,
      );
      result.order.push(task.id);
      running += 1;
      result.maximum = Math.max(result.maximum, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      if (task.id === failAt) throw new HeliosError('division_by_zero');
      ended.add(task.id);
    },
  });
  return result;
}

describe('runInOrder', () => {
  it('runs a chain in order', async () => {
    const tasks = [
      { id: 'task3', dependsOn: ['task2'] },
      { id: 'task2', dependsOn: ['task1'] },
      { id: 'task1', dependsOn: [] },
    ];
    assert.deepEqual((await trace(tasks, 4)).order, ['task1', 'task2', 'task3']);
  });

  it('runs independent tasks together up to the bound', async () => {
    const tasks = ['a', 'b', 'c', 'd', 'e'].map((id) => ({ id, dependsOn: [] }));
    assert.equal((await trace(tasks, 2)).maximum, 2);
    assert.equal((await trace(tasks, 5)).maximum, 5);
  });

  it('respects dependencies and the bound in random graphs', async () => {
    const random = seededRandom(7);
    for (let round = 0; round < 50; round++) {
      const tasks = Array.from({ length: 12 }, (_, index) => ({
        id: `task${index + 1}`,
        dependsOn: Array.from({ length: index }, (_unused, other) => `task${other + 1}`).filter(
          () => random.next() < 0.25,
        ),
      }));
      const result = await trace(tasks, 3);
      assert.equal(result.order.length, 12);
      assert.ok(result.maximum <= 3);
    }
  });

  it('throws the first failure only after what was running has settled, and starts no more', async () => {
    const settled: string[] = [];
    const abort = new AbortController();
    const running = runInOrder({
      tasks: [
        { id: 'slow', dependsOn: [] },
        { id: 'bad', dependsOn: [] },
        { id: 'never', dependsOn: ['slow'] },
      ],
      concurrencyMax: 4,
      abort,
      run: async (task) => {
        if (task.id === 'bad') throw new HeliosError('division_by_zero');
        await new Promise((resolve) => setTimeout(resolve, 5));
        settled.push(task.id);
      },
    });
    await assert.rejects(running, (error) => HeliosError.isInstance(error, 'division_by_zero'));
    assert.deepEqual(settled, ['slow']);
    assert.ok(abort.signal.aborted);
  });

  it('starts nothing when it is aborted before it begins', async () => {
    const abort = new AbortController();
    abort.abort(new Error('stop'));
    await assert.rejects(
      runInOrder({
        tasks: [{ id: 'a', dependsOn: [] }],
        concurrencyMax: 1,
        abort,
        run: async () => assert.fail('it ran'),
      }),
      /stop/,
    );
  });
});

describe('assertAcyclic', () => {
  it('names the cycle', () => {
    const tasks = [
      { id: 'a', dependsOn: ['c'] },
      { id: 'b', dependsOn: ['a'] },
      { id: 'c', dependsOn: ['b'] },
    ];
    assert.throws(
      () => assertAcyclic(tasks),
      (error) => HeliosError.isInstance(error, 'cyclic_plan') && error.detail === 'a → c → b → a',
    );
  });

  it('refuses a missing dependency and a repeated id', () => {
    assert.throws(() => assertAcyclic([{ id: 'a', dependsOn: ['x'] }]), { name: 'invalid_plan' });
    assert.throws(
      () =>
        assertAcyclic([
          { id: 'a', dependsOn: [] },
          { id: 'a', dependsOn: [] },
        ]),
      { name: 'invalid_plan' },
    );
  });
});
