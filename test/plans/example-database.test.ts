/**
 * Golden plans over the example database. `npm run bless` rewrites the golden file; the difference is
 * reviewed. What the plans answer is compared with SQL that was written by hand, so that a plan
 * that is blessed but wrong fails.
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ask, openDatabase, planOffline } from '#agent';
import { toJson } from '#core';
import { ensureShop, SHOP_CLOCK } from '#examples';
import type { CatalogSnapshot, PlanOutcome } from '#planner';
import type { Database } from '#storage';
import { readCatalog } from '#storage';
import { REFUSED_QUESTIONS, SHOP_QUESTIONS } from './example-database.questions.ts';

const GOLDEN = join(import.meta.dirname, 'example-database.golden.txt');
const HEADLINE = 'Calculate discounts for all platinum customers and show their savings';
const now = `${SHOP_CLOCK.replace(' ', 'T')}Z`;

let database: Database;
let catalog: CatalogSnapshot;

before(async () => {
  const path = await ensureShop({ directory: join(import.meta.dirname, '../../.heliosdb') });
  database = await openDatabase({ path, isReadOnly: true, engine: 'always' });
  catalog = await database.withConnection((connection) => readCatalog(connection));
});

after(() => database.close());

/** One line a task: what it does, on what it waits, and its SQL. */
function print(question: string, outcome: PlanOutcome): string {
  if (outcome.status !== 'planned') return `${question}\n  ${outcome.status}\n`;
  const tasks = outcome.plan.tasks.map(
    ({ id, kind, title, dependsOn, sql }) =>
      `  ${[id, kind, ...dependsOn.map((name) => `after ${name}`)].join(' ')}: ${title}\n    ${sql}\n`,
  );
  return `${question}\n${tasks.join('')}`;
}

/** Rows as texts, sorted, with the last digits of floating-point sums left out. */
function comparable(rows: readonly (readonly unknown[])[]): string[] {
  return rows
    .map((row) => row.map((cell) => (typeof cell === 'number' ? cell.toPrecision(12) : `${cell}`)))
    .map((row) => row.join(' | '))
    .sort();
}

describe('questions over the shop', () => {
  it('have the plans that were reviewed', async () => {
    const questions = [HEADLINE, ...SHOP_QUESTIONS.map(({ question }) => question)];
    const plans: string[] = [];
    for (const question of questions) {
      plans.push(print(question, await planOffline({ question, catalog, database, now })));
    }
    const text = plans.join('\n');
    if (process.env.BLESS) writeFileSync(GOLDEN, text);
    assert.equal(text, readFileSync(GOLDEN, 'utf8'));
  });

  for (const { question, byHand } of SHOP_QUESTIONS) {
    it(`${question} is answered as by hand`, async () => {
      const limits = { rowsMax: 1_000_000 };
      const answer = await ask({ question, database, now, limits, catalog: async () => catalog });
      assert.equal(answer.status, 'ok', answer.answer);
      const expected = await database.withConnection((connection) => connection.query(byHand));
      const rows = expected.rows.map((row) => row.map((cell) => toJson(cell)));
      assert.ok(rows.length > 0);
      assert.deepEqual(comparable(answer.rows), comparable(rows));
    });
  }

  for (const { question, unknownWords } of REFUSED_QUESTIONS) {
    it(`${question} is refused, naming the words`, async () => {
      const outcome = await planOffline({ question, catalog, database, now });
      assert.equal(outcome.status, 'refused');
      assert.deepEqual(outcome.status === 'refused' && outcome.unknownWords, unknownWords);
    });
  }
});
