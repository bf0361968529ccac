import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Advice, AdviceState } from './advice.ts';
import { actionsOf, byOpenness, STATE_NAMES } from './advice.ts';

const advice = (state: AdviceState, apply: readonly string[] = []) =>
  ({ id: state, state, verdict: { apply } }) as unknown as Advice;
const STATES = Object.keys(STATE_NAMES) as AdviceState[];

test('only what a replay verified, and the service can run, is offered to be applied', () => {
  const offered = STATES.filter((state) =>
    actionsOf(advice(state, ['CREATE INDEX …'])).includes('apply'),
  );
  assert.deepEqual(offered, ['verified']);
  assert.ok(!actionsOf(advice('verified')).includes('apply'));
});

test('what was applied can be taken back, and nothing else can', () => {
  const offered = STATES.filter((state) => actionsOf(advice(state)).includes('revert'));
  assert.deepEqual(offered, ['applied', 'watching', 'kept']);
});

test('every finding is either open or decided', () => {
  const { open, decided } = byOpenness(STATES.map((state) => advice(state)));
  assert.equal(open.length + decided.length, STATES.length);
  assert.ok(open.every(({ state }) => state !== 'dismissed'));
});
