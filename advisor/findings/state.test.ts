import assert from 'node:assert/strict';
import { test } from 'node:test';
import { caseFacts } from '../rules/case-facts.ts';
import { findingState, isOpen, mayBecome, watch } from './state.ts';

test('what was decided stays decided, unless it is taken back', () => {
  assert.ok(mayBecome('verified', 'applied'));
  assert.ok(mayBecome('applied', 'reverted') && mayBecome('kept', 'reverted'));
  assert.ok(!mayBecome('refuted', 'applied'), 'what was refuted is not applied');
  assert.ok(!mayBecome('dismissed', 'applied') && !mayBecome('proposed', 'kept'));
  for (const state of findingState.options)
    assert.ok(!mayBecome(state, state) || state === 'replaying');
});

test('only findings that nobody decided about are open', () => {
  assert.deepEqual(findingState.options.filter(isOpen), [
    'proposed',
    'replaying',
    'verified',
    'inconclusive',
    'not_replayable',
  ]);
});

test('an applied change is watched until enough calls tell, and kept when they got faster', () => {
  const after = (callCount: number, wallMs: number) => {
    const [procedure] = caseFacts({ procedure: { versions: [{ callCount, wallMs }] } }).procedures;
    assert.ok(procedure);
    return watch({ callCount: 1000, wallMs: 100 }, procedure);
  };
  assert.equal(after(1010, 101).state, 'watching');
  assert.match(after(1010, 101).reason, /^10 calls/);
  assert.equal(after(2000, 150).state, 'kept');
  const slower = after(2000, 300);
  assert.equal(slower.state, 'watching');
  assert.match(slower.reason, /no faster/);
});
