import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Answer } from '#agent';
import { answerSchema, ask, openDatabase } from '#agent';
import { toJson, toText } from '#core';
import { ensureShop, SHOP_CLOCK } from '#examples';
import type { Database } from '#storage';
import { runCli } from '../cli/run-cli.ts';

const QUESTION = 'Calculate discounts for all platinum customers and show their savings';

// What a person would write by hand, without a procedure: platinum customers save a fifth.
const BY_HAND = `
  SELECT c.id, c.name, sum(o.total * 0.20)::DECIMAL(38,3) AS savings
  FROM customers AS c JOIN orders AS o ON o.customer_id = c.id
  WHERE c.loyalty_tier = 'platinum'
  GROUP BY c.id, c.name`;

let path: string;
let database: Database;
let answer: Answer;

before(async () => {
  path = await ensureShop({ directory: join(import.meta.dirname, '../../.heliosdb') });
  database = await openDatabase({ path, isReadOnly: true, engine: 'if-used' });
  answer = await ask({
    question: QUESTION,
    database,
    now: `${SHOP_CLOCK.replace(' ', 'T')}Z`,
    limits: { rowsMax: 1_000_000 },
  });
});

after(() => database.close());

/** Rows as texts by customer, so that ties in the ranking may stand in any order. */
function byCustomer(rows: readonly (readonly unknown[])[]): Map<string, string> {
  return new Map(rows.map((row) => [String(row[0]), row.slice(1).map(String).join(' ')]));
}

describe(QUESTION, () => {
  it('is planned as: identify, call for each, aggregate and rank', () => {
    assert.equal(answer.status, 'ok', answer.answer);
    const tasks = answer.plan?.tasks ?? [];
    assert.deepEqual(
      tasks.map(({ kind, dependsOn }) => [kind, dependsOn]),
      [
        ['query', []],
        ['call', ['task1']],
        ['aggregate', ['task2']],
      ],
    );
    assert.match(tasks[0]?.title ?? '', /platinum customers/i);
    const call = tasks.find((task) => task.kind === 'call');
    assert.equal(call?.call.procedure, 'calculate_discount');
    assert.match(tasks[2]?.title ?? '', /rank/i);
  });

  it('gives what SQL written by hand gives, ranked', async () => {
    const expected = await database.withConnection((connection) => connection.query(BY_HAND));
    const byHand = expected.rows.map((row) => row.map((value) => toJson(value)));
    assert.ok(byHand.length > 100);
    assert.deepEqual(byCustomer(answer.rows), byCustomer(byHand));
    const savings = answer.rows.map((row) => Number(row.at(-1)));
    assert.deepEqual(
      savings,
      savings.toSorted((left, right) => right - left),
    );
  });

  it('gives the same rows as its SQL run as one statement', async () => {
    const direct = await database.withConnection((connection) =>
      connection.query(answer.sql ?? ''),
    );
    const rows = direct.rows.map((row) => row.map((value) => toJson(value)));
    assert.deepEqual(byCustomer(rows), byCustomer(answer.rows));
  });

  it('says how the procedure was understood', () => {
    assert.ok(answer.assumptions.some((text) => text.includes('calculate_discount')));
  });

  it('prints the plan with its tasks, progress and a ranked table', async () => {
    const { code, out, err } = await runCli(['ask', QUESTION, '--limit', '3']);
    assert.equal(code, 0, err);
    for (const task of answer.plan?.tasks ?? []) {
      assert.ok(err.includes(`[${task.id}] ${task.title}`), err);
      assert.match(err, new RegExp(`✓ ${task.id} +[\\d,]+ rows? +[\\d.]+ m?s`));
    }
    assert.ok(out.includes(String(answer.rows[0]?.[1])));
    assert.match(err, /more rows/);
  });

  it('leaves the database file as it is', async () => {
    const checksum = async () =>
      createHash('sha256')
        .update(await readFile(path))
        .digest('hex');
    const before = await checksum();
    const { code, out } = await runCli(['ask', QUESTION, '--json']);
    assert.equal(code, 0);
    assert.equal(answerSchema.parse(JSON.parse(out)).status, 'ok');
    assert.equal(await checksum(), before);
  });
});

it('calculate_discount gives and logs what its source says', async () => {
  const { rows } = await database.withConnection((connection) =>
    connection.query('SELECT calculate_discount(12345, 599.99)'),
  );
  assert.equal(toText(rows[0]?.[0] ?? null), '119.998');
  const logs = await database.withConnection((connection) =>
    connection.query("SELECT message FROM heliosdb_logs() WHERE message LIKE '%$120.00%'"),
  );
  assert.deepEqual(logs.rows.at(-1), ['Applied platinum discount: $120.00']);
});
