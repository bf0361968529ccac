import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { CatalogSnapshot } from '#planner';
import { planRequest } from '#planner';
import type { Database } from '#storage';
import { openShop } from './shop.ts';

let database: Database;
let catalog: CatalogSnapshot;

before(async () => {
  ({ database, catalog } = await openShop());
});

after(() => database.close());

const outcome = (request: string) => planRequest({ request, catalog, now: '2026-06-15T12:00:00Z' });

for (const request of [
  'Should we offer more products?',
  'How can we increase the total of orders?',
  'What caused the pending orders?',
  'Which customer is the best looking?',
  'What do customers think about products?',
  'How much does each merchant cost?',
]) {
  test(`"${request}" asks for what no rows say`, () => {
    assert.notEqual(outcome(request).status, 'planned');
  });
}

for (const request of ['Which customers have no orders?', 'What is the most expensive product?']) {
  test(`"${request}" is answered`, () => assert.equal(outcome(request).status, 'planned'));
}
