/** Requests for a change: what they are taken for, and what is never taken for one. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { CatalogProcedure, CatalogSnapshot, Plan, PlanOutcome } from '#planner';
import { planRequest, printWrite, validatePlan } from '#planner';
import type { Database } from '#storage';
import { openShop, printOutcome } from './shop.ts';

// A difference means that requests are understood differently: read it, then BLESS=1 accepts it.
const GOLDEN = join(import.meta.dirname, 'writes.golden.txt');
const NOW = '2026-06-15T12:00:00Z';
const RESTOCK: CatalogProcedure = {
  schema: 'main',
  name: 'restock',
  parameters: [
    { name: 'product_id', type: 'BIGINT', hasDefault: false },
    { name: 'amount', type: 'INTEGER', hasDefault: false },
  ],
  returns: 'BIGINT',
  volatility: 'VOLATILE',
  comment: 'Adds pieces to the stock of a product',
  activeVersion: 1,
  writes: ['inventory'],
};

let database: Database;
let catalog: CatalogSnapshot;

before(async () => {
  ({ database, catalog } = await openShop([RESTOCK]));
});
after(() => database.close());

const lines = (name: string) =>
  readFileSync(join(import.meta.dirname, name), 'utf8')
    .split('\n')
    .filter((line) => line !== '');
const requests = lines('writes.requests.txt');

function plan(request: string): PlanOutcome {
  return planRequest({ request, catalog, now: NOW });
}

function plansOf(outcome: PlanOutcome): readonly Plan[] {
  if (outcome.status === 'planned') return [outcome.plan, ...outcome.alternatives];
  return outcome.status === 'clarify' ? outcome.options.map((option) => option.plan) : [];
}

test('requests for a change are planned as the golden file says', () => {
  const text = requests.map((request) => printOutcome(request, plan(request))).join('\n');
  if (process.env.BLESS) writeFileSync(GOLDEN, text);
  assert.equal(text, readFileSync(GOLDEN, 'utf8'));
});

test('every planned change is one marked task whose statement DuckDB accepts', async () => {
  let count = 0;
  for (const request of requests) {
    for (const made of plansOf(plan(request))) {
      assert.deepEqual(validatePlan(made), [], request);
      const [task] = made.tasks;
      if (task?.kind !== 'write') continue;
      count += 1;
      assert.equal(task.sql, printWrite(task.write));
      if (task.write.operation === 'call') continue;
      await database.withConnection((connection) => connection.query(`EXPLAIN ${task.sql}`));
    }
  }
  assert.ok(count > 20, `${count} changes`);
});

test('no question is taken for a change', () => {
  for (const request of lines('shop.requests.txt')) {
    for (const made of plansOf(plan(request))) {
      assert.ok(!made.tasks.some(({ kind }) => kind === 'write'), request);
    }
  }
});

test('a value is data, whatever is in it', () => {
  for (const value of [`'; DELETE FROM orders; --`, `shipped' WHERE true --`, 'x\\', `O'Brien`]) {
    const outcome = plan(`set the city of customer 5 to "${value}"`);
    const [task] = plansOf(outcome)[0]?.tasks ?? [];
    assert.equal(
      task?.sql,
      `UPDATE customers SET city = '${value.replaceAll("'", "''")}' WHERE id = 5`,
    );
  }
});

test('a plan whose statement is not its write is no plan', () => {
  const [made] = plansOf(plan('delete order 17'));
  assert.ok(made !== undefined);
  const [task] = made.tasks;
  assert.ok(task?.kind === 'write');
  const forged = { ...made, tasks: [{ ...task, sql: 'DELETE FROM orders' }] };
  assert.deepEqual(validatePlan(forged), ['tasks.0.sql: it is not the statement of the write']);
  const joined = { ...made, tasks: [task, { ...task, id: 'task2' }] };
  assert.ok(validatePlan(joined).some((problem) => problem.includes('a write stands alone')));
});
