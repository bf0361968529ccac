import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Run, RunEvent } from '../api/contract.ts';
import { applyEvent } from './apply-event.ts';

const task = (id: string, dependsOn: string[]) =>
  ({ kind: 'query', id, title: id, dependsOn, sql: 'SELECT 1', columns: [] }) as const;
const PLAN_READY = {
  type: 'plan-ready',
  plan: { tasks: [task('task1', []), task('task2', ['task1'])] },
} as unknown as RunEvent;
const error = (sqlstate: string) => ({
  sqlstate,
  name: '',
  message: '',
  detail: null,
  hint: null,
  task: 'task1',
});
const RUN = { tasks: [], plan: null, status: 'running' } as unknown as Run;

const after = (...events: RunEvent[]) =>
  events.reduce(applyEvent, RUN).tasks.map(({ id, state, rows, fraction }) => ({
    id,
    state,
    rows,
    fraction,
  }));

test('a plan makes waiting tasks, and a second one replaces them', () => {
  const waiting = { state: 'waiting', rows: null, fraction: null };
  const expected = [
    { id: 'task1', ...waiting },
    { id: 'task2', ...waiting },
  ];
  assert.deepEqual(after(PLAN_READY), expected);
  assert.deepEqual(after(PLAN_READY, { type: 'task-start', task: 'task1' }, PLAN_READY), expected);
});

test('a task runs, makes progress and ends with its rows', () => {
  const start = { type: 'task-start', task: 'task1' } as const;
  const progress = { type: 'task-progress', task: 'task1', fraction: 0.5 } as const;
  assert.equal(after(PLAN_READY, start, progress)[0]?.fraction, 0.5);
  const end = { type: 'task-end', task: 'task1', rowCount: 310, durationMs: 4 } as const;
  assert.deepEqual(after(PLAN_READY, start, progress, end)[0], {
    id: 'task1',
    state: 'done',
    rows: 310,
    fraction: null,
  });
});

test('a task that was cancelled is told from one that failed', () => {
  for (const [sqlstate, state] of [
    ['57014', 'canceled'],
    ['38000', 'failed'],
  ] as const) {
    const [first] = after(PLAN_READY, {
      type: 'task-error',
      task: 'task1',
      error: error(sqlstate),
    });
    assert.equal(first?.state, state);
  }
});

test('an event this page does not know changes nothing', () => {
  assert.equal(applyEvent(RUN, { type: 'task-dreamt' } as unknown as RunEvent), RUN);
});
