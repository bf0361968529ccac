import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeliosError } from '#core';
import { Allowances, retryAfter } from './allowance.ts';
import type { Identity } from './identity.ts';
import { LOCAL } from './identity.ts';

const base: Identity = { ...LOCAL, id: 'token-1', name: 'ci', role: 'reader' };

/** Allowances, and a clock that goes on when it is told to. */
function scene(limits: Partial<Identity>) {
  let elapsedMs = 0;
  const clock = { now: () => new Date(0), elapsedMs: () => elapsedMs };
  return {
    allowances: new Allowances(clock),
    identity: { ...base, ...limits },
    pass: (milliseconds: number) => {
      elapsedMs += milliseconds;
    },
  };
}

function refusalOf(work: () => void): number | null {
  try {
    work();
    return null;
  } catch (error) {
    assert.ok(HeliosError.isInstance(error, 'too_many_requests'));
    return retryAfter(error);
  }
}

test('requests come back one by one', () => {
  const { allowances, identity, pass } = scene({ requestsPerMinute: 60 });
  for (let count = 0; count < 60; count += 1) allowances.takeRequest(identity);
  assert.equal(
    refusalOf(() => allowances.takeRequest(identity)),
    1,
  );
  pass(1_000);
  allowances.takeRequest(identity);
  assert.equal(
    refusalOf(() => allowances.takeRequest(identity)),
    1,
  );
  pass(3_600_000);
  for (let count = 0; count < 60; count += 1) allowances.takeRequest(identity);
  assert.notEqual(
    refusalOf(() => allowances.takeRequest(identity)),
    null,
    'a pause saves up no more than a minute',
  );
});

test('time that was spent is owed, whatever became of the work', async () => {
  const { allowances, identity, pass } = scene({ runSecondsPerHour: 60 });
  await allowances.meter(identity, async () => pass(59_000));
  const failing = allowances.meter(identity, async () => {
    pass(30_000);
    throw new Error('it failed');
  });
  await assert.rejects(failing, /it failed/);
  // It ran 28.5 s over, for some came back meanwhile; a second's worth takes a minute.
  const wait = refusalOf(() => allowances.assertRunTime(identity)) ?? 0;
  assert.ok(wait > 60 * 20 && wait < 60 * 30, String(wait));
  pass(wait * 1_000);
  allowances.assertRunTime(identity);
});

test('who has no bounds is never refused, and identities do not share theirs', () => {
  const { allowances, identity, pass } = scene({ requestsPerMinute: 1, runSecondsPerHour: 1 });
  allowances.takeRequest(identity);
  allowances.spendRunTime(identity, 5_000);
  const other = { ...identity, id: 'token-2' };
  allowances.takeRequest(other);
  allowances.assertRunTime(other);
  for (let count = 0; count < 1_000; count += 1) allowances.takeRequest(LOCAL);
  allowances.spendRunTime(LOCAL, 1e9);
  allowances.assertRunTime(LOCAL);
  pass(1);
});
