import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { planOffline } from '#agent';
import type { CatalogSnapshot, PlanOutcome } from '#planner';
import { validatePlan } from '#planner';
import type { Database } from '#storage';
import { openShop, printOutcome } from './shop.ts';

// A difference means that questions are understood differently: read it, then BLESS=1 accepts it.
const GOLDEN = join(import.meta.dirname, 'shop.golden.txt');
const NOW = '2026-06-15T12:00:00Z';

let database: Database;
let catalog: CatalogSnapshot;

before(async () => {
  ({ database, catalog } = await openShop());
});

after(() => database.close());

const requests = readFileSync(join(import.meta.dirname, 'shop.requests.txt'), 'utf8')
  .split('\n')
  .filter((line) => line !== '');

test('requests over the shop are planned as the golden file says', async () => {
  const printed: string[] = [];
  for (const request of requests) printed.push(printOutcome(request, await plan(request)));
  const text = printed.join('\n');
  if (process.env.BLESS) writeFileSync(GOLDEN, text);
  assert.equal(text, readFileSync(GOLDEN, 'utf8'));
});

test('every plan is valid and every statement binds', async () => {
  for (const request of requests) {
    const outcome = await plan(request);
    if (outcome.status !== 'planned') continue;
    assert.deepEqual(validatePlan(outcome.plan), [], request);
    const earlier = outcome.plan.tasks.slice(0, -1).map(({ id, sql }) => `${id} AS (${sql})`);
    const last = outcome.plan.tasks.at(-1)?.sql ?? '';
    const whole = earlier.length === 0 ? last : `WITH ${earlier.join(', ')} ${last}`;
    await database.withConnection((connection) => connection.query(whole));
  }
});

test('the same request gives the same plan', async () => {
  for (const request of requests) {
    assert.deepEqual(await plan(request), await plan(request));
  }
});

async function plan(request: string): Promise<PlanOutcome> {
  return await planOffline({ question: request, catalog, database, now: NOW });
}
