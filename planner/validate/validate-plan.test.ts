import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Plan } from '../plan.ts';
import { validatePlan } from './validate-plan.ts';

const SOUND: Plan = {
  request: 'r',
  tasks: [
    {
      kind: 'query',
      id: 'task1',
      title: 'Rows',
      dependsOn: [],
      sql: 'SELECT id FROM t',
      columns: [{ name: 'id', type: null }],
    },
    {
      kind: 'call',
      id: 'task2',
      title: 'Call',
      dependsOn: ['task1'],
      sql: 'SELECT id, f(id) AS r FROM task1',
      columns: [
        { name: 'id', type: null },
        { name: 'r', type: null },
      ],
      call: {
        procedure: 'f',
        arguments: [{ parameter: 'id', expression: 'id' }],
        resultColumn: 'r',
      },
    },
  ],
  answer: { kind: 'answer', from: 'task2', shape: 'table', template: null },
  assumptions: [],
  grounding: [],
};

test('a sound plan has no problems', () => {
  assert.deepEqual(validatePlan(SOUND), []);
});

test('a dependency that is not read, missing or undeclared is a problem', () => {
  const [first, second] = SOUND.tasks;
  assert.ok(first && second);
  assert.match(
    validatePlan({ ...SOUND, tasks: [first, { ...second, sql: 'SELECT f(1) AS r' }] }).join(),
    /not read/,
  );
  assert.match(
    validatePlan({ ...SOUND, tasks: [first, { ...second, dependsOn: [] }] }).join(),
    /not declared/,
  );
  assert.match(validatePlan({ ...SOUND, tasks: [second, first] }).join(), /not an earlier task/);
});

test('a call in a condition is a problem, in a text it is not', () => {
  const [first, second] = SOUND.tasks;
  assert.ok(first && second);
  const withWhere = (where: string): Plan => ({
    ...SOUND,
    tasks: [first, { ...second, sql: `SELECT id, f(id) AS r FROM task1 WHERE ${where}` }],
  });
  assert.match(validatePlan(withWhere('f(id) > 1')).join(), /called in a condition/);
  assert.deepEqual(validatePlan(withWhere("name = 'f(id)'")), []);
});
