/**
 * Random guests against every host function: whatever they do, the statement returns or fails with
 * a documented state, and the process lives. `FUZZ_ROUNDS` says how many (default 150),
 * `FUZZ_SEED` repeats a run.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeliosError } from '#core';
import { randomOf } from '../crash/random.ts';
import { openSession, openWithEngine } from '../ddl/scene.ts';
import { randomGuest } from './random-guest.ts';

const rounds = Number(process.env.FUZZ_ROUNDS ?? 150);
const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 1_000_000);

/** What a guest that is wrong in some way may come to; an internal error is a bug of ours. */
const ALLOWED = /^(38000|39W01|39W02|42501|53400|54000|55000|57014|22...|42804|42846|0A000)$/;

test(`${rounds} random guests, seed ${seed}`, { timeout: 600_000 }, async (context) => {
  context.diagnostic(`FUZZ_SEED=${seed}`);
  await using database = await openWithEngine();
  const session = await openSession(database);
  const counts = new Map<string, number>();
  for (let round = 0; round < rounds; round += 1) {
    const wat = randomGuest(randomOf(seed * 100_003 + round));
    const place = `FUZZ_SEED=${seed}, round ${round}:\n${wat}\n`;
    const module = Buffer.from(wat).toString('base64');
    await session.run(
      `CREATE OR REPLACE PROCEDURE fuzzed(x BIGINT) RETURNS VARCHAR LANGUAGE wasm
       TIMEOUT '300ms' SET (queries_max = 100, query_time_ms_max = 2000) AS '${module}'`,
    );
    const outcome = await session.connection.query('SELECT fuzzed(1)').then(
      () => 'returned',
      (error: unknown) => error,
    );
    if (outcome !== 'returned') {
      assert(HeliosError.isInstance(outcome), place + String(outcome));
      assert.match(outcome.sqlstate, ALLOWED, place + outcome.message);
    }
    const state = HeliosError.isInstance(outcome) ? outcome.sqlstate : 'returned';
    counts.set(state, (counts.get(state) ?? 0) + 1);
    assert.equal(await session.value('SELECT 1'), 1, place);
  }
  context.diagnostic([...counts].map(([state, count]) => `${state}: ${count}`).join(', '));
  assert(counts.size > 2, 'the guests all do the same');
});
