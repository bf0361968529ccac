import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { planOffline } from '#agent';
import type { CatalogProcedure, CatalogSnapshot, PlanOutcome } from '#planner';
import { validatePlan } from '#planner';
import { Database, readCatalog } from '#storage';

// A difference means that questions are understood differently: read it, then BLESS=1 accepts it.
const GOLDEN = join(import.meta.dirname, 'shop.golden.txt');
const NOW = '2026-06-15T12:00:00Z';

function procedure(
  name: string,
  parameters: readonly (readonly [string, string])[],
  returns: string,
  comment: string,
): CatalogProcedure {
  return {
    schema: 'main',
    name,
    parameters: parameters.map(([parameter, type]) => ({
      name: parameter,
      type,
      hasDefault: false,
    })),
    returns,
    volatility: 'STABLE',
    comment,
    activeVersion: 1,
  };
}

const PROCEDURES = [
  procedure(
    'calculate_discount',
    [
      ['customer_id', 'BIGINT'],
      ['order_total', 'DECIMAL'],
    ],
    'DECIMAL',
    'The discount in dollars that a customer gets on an order, by loyalty tier',
  ),
  procedure(
    'order_in_stock',
    [['order_id', 'BIGINT']],
    'BOOLEAN',
    'Whether every product of an order is in stock',
  ),
  procedure(
    'transaction_risk',
    [['transaction_id', 'BIGINT']],
    'DOUBLE',
    'How much a transaction looks like fraud',
  ),
];

let database: Database;
let catalog: CatalogSnapshot;

before(async () => {
  database = await Database.open({ path: ':memory:' });
  const script = readFileSync(join(import.meta.dirname, 'shop.sql'), 'utf8');
  catalog = await database.withConnection(async (connection) => {
    for (const statement of script.split(/;\s*\n/)) {
      if (statement.replace(/^--.*$/gm, '').trim() !== '') await connection.run(statement);
    }
    // The procedures themselves are not run here; macros of their names let the plans be bound.
    await connection.run(
      'CREATE MACRO calculate_discount(a, b) AS (a * 0 + b / 10)::DECIMAL(18,3)',
    );
    await connection.run('CREATE MACRO order_in_stock(a) AS a % 2 = 0');
    await connection.run('CREATE MACRO transaction_risk(a) AS (a % 90)::DOUBLE');
    return readCatalog(connection, { procedures: PROCEDURES });
  });
});

after(() => database.close());

const requests = readFileSync(join(import.meta.dirname, 'shop.requests.txt'), 'utf8')
  .split('\n')
  .filter((line) => line !== '');

test('requests over the shop are planned as the golden file says', async () => {
  const printed: string[] = [];
  for (const request of requests) printed.push(print(request, await plan(request)));
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

function print(request: string, outcome: PlanOutcome): string {
  const lines = [`# ${request}`];
  if (outcome.status === 'refused') {
    lines.push(`refused: ${outcome.reason}`);
    if (outcome.suggestions.length > 0) lines.push(`  nearest: ${outcome.suggestions.join(', ')}`);
  } else if (outcome.status === 'clarify') {
    lines.push(`asks: ${outcome.question}`, ...outcome.options.map(({ label }) => `  - ${label}`));
  } else {
    for (const task of outcome.plan.tasks) {
      lines.push(`${task.id} ${task.kind}: ${task.title}`, `  ${task.sql}`);
    }
    for (const assumption of outcome.plan.assumptions) lines.push(`assumes ${assumption}`);
  }
  return `${lines.join('\n')}\n`;
}
