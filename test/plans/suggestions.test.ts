import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planRequest, suggestQuestions } from '#planner';
import { openShop } from './shop.ts';

const NOW = '2026-06-15T12:00:00Z';

test('suggestions can be answered, and say no word twice in a row', async () => {
  const { database, catalog } = await openShop();
  try {
    const all = suggestQuestions({ catalog, now: NOW, typed: '', countMax: 200 });
    assert.ok(all.length > 20, String(all.length));
    for (const question of all) {
      assert.doesNotMatch(question, /\b(\w+) \1\b/i, question);
      const outcome = planRequest({ request: question, catalog, now: NOW });
      assert.equal(outcome.status, 'planned', question);
    }
    const [total] = suggestQuestions({ catalog, now: NOW, typed: 'sum of orders', countMax: 1 });
    assert.equal(total, 'What is the sum of the total of orders?');
    const outcome = planRequest({ request: total, catalog, now: NOW });
    assert.equal(
      outcome.status === 'planned' && outcome.plan.tasks[0]?.sql,
      'SELECT sum(total) FROM orders',
    );
  } finally {
    await database.close();
  }
});
