import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countedIds, fixedClock, randomIds, seededRandom } from './index.ts';

test('a fixed clock moves only when it is moved', () => {
  const clock = fixedClock('2025-10-27T12:00:00Z');
  assert.equal(clock.now().toISOString(), '2025-10-27T12:00:00.000Z');
  clock.advance(1500);
  assert.equal(clock.now().toISOString(), '2025-10-27T12:00:01.500Z');
  assert.equal(clock.elapsedMs(), 1500);
});

test('counted identifiers count, random ones differ', () => {
  const ids = countedIds();
  assert.deepEqual([ids.next('run'), ids.next('task')], ['run-1', 'task-2']);
  assert.notEqual(randomIds.next('run'), randomIds.next('run'));
});

test('equal seeds give equal sequences in [0, 1), other seeds others', () => {
  const draw = (seed: number): number[] => {
    const random = seededRandom(seed);
    return Array.from({ length: 1000 }, () => random.next());
  };
  assert.deepEqual(draw(7), draw(7));
  assert.notDeepEqual(draw(7), draw(8));
  assert.ok(draw(7).every((value) => value >= 0 && value < 1));
  const mean = draw(7).reduce((sum, value) => sum + value, 0) / 1000;
  assert.ok(Math.abs(mean - 0.5) < 0.05);
});
