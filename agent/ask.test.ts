import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Plan } from '#planner';
import { Database } from '#storage';
import { answer as answerSchema } from './answer/answer.ts';
import { ask } from './ask.ts';
import type { RunEvent } from './events.ts';

const NOW = '2026-06-30T18:00:00Z';

let database: Database;

before(async () => {
  database = await Database.open({ path: ':memory:' });
  await database.withConnection((connection) =>
    connection.run(`
      CREATE TABLE orders AS SELECT range + 1 AS order_id, (range % 10)::DECIMAL(10,2) AS total
        FROM range(100);
      CREATE VIEW endless AS SELECT count(*) AS n FROM range(100000000) AS a(x),
        range(100000) AS b(y) WHERE hash(x + y) = 1;`),
  );
});

after(() => database.close());

function planOf(sql: string): Plan {
  return {
    request: 'test',
    tasks: [{ kind: 'query', id: 'task1', title: 'Step', dependsOn: [], sql, columns: [] }],
    answer: { kind: 'answer', from: 'task1', shape: 'scalar', template: null },
    assumptions: ['all orders count'],
    grounding: [{ text: 'orders', meaning: 'table orders' }],
  };
}

// The view would be sampled for ever; these tests are about what comes after the catalog.
const catalog = {
  version: '1',
  tables: [
    { schema: 'main', name: 'orders' },
    { schema: 'main', name: 'endless' },
  ].map((name) => ({
    ...name,
    kind: 'table' as const,
    comment: null,
    rowCount: 100,
    primaryKey: null,
    uniqueKeys: [],
    columns: [],
  })),
  keys: [],
  procedures: [],
};

function run(sql: string, more: Partial<Parameters<typeof ask>[0]> = {}) {
  return ask({ question: 'test', database, now: NOW, plan: planOf(sql), catalog, ...more });
}

describe('ask', () => {
  it('gives an answer that fits its schema, with plan, SQL, assumptions and timings', async () => {
    const events: RunEvent[] = [];
    const result = await run('SELECT count(*) AS order_count FROM orders', {
      onEvent: (event) => events.push(event),
    });
    answerSchema.parse(JSON.parse(JSON.stringify(result)));
    assert.equal(result.status, 'ok');
    assert.equal(result.answer, 'The order count is 100.');
    assert.deepEqual(result.rows, [[100]]);
    assert.deepEqual(result.columns, [{ name: 'order_count', type: 'BIGINT' }]);
    assert.equal(result.sql, 'SELECT count(*) AS order_count FROM orders');
    assert.deepEqual(result.assumptions, ['all orders count']);
    assert.equal(result.timings.tasks.length, 1);
    assert.deepEqual(
      events.map(({ type }) => type),
      ['plan-ready', 'task-start', 'task-end', 'answer'],
    );
  });

  it('keeps exact numbers exact in JSON', async () => {
    const result = await run(
      'SELECT 12345678901234567890123::HUGEINT AS big, 0.1::DECIMAL(4,2) AS d',
    );
    assert.deepEqual(result.rows, [['12345678901234567890123', 0.1]]);
  });

  it('makes an error its status, with the code, the task and no rows', async () => {
    const result = await run("SELECT error('no such luck') AS n");
    answerSchema.parse(result);
    assert.equal(result.status, 'failed');
    assert.equal(result.error?.task, 'task1');
    assert.match(result.error?.message ?? '', /no such luck/);
    assert.deepEqual(result.rows, []);
    assert.notEqual(result.plan, null);
  });

  it('fails with 57014 and the limit when it takes too long', async () => {
    const result = await run('SELECT n FROM endless', { limits: { timeoutMs: 50 } });
    assert.equal(result.error?.sqlstate, '57014');
    assert.match(result.error?.detail ?? '', /50 ms/);
  });

  it('fails with 57014 when it is cancelled, even before it begins', async () => {
    const result = await run('SELECT n FROM endless', { signal: AbortSignal.abort() });
    assert.equal(result.error?.sqlstate, '57014');
  });

  it('refuses, without looking at the database, what is no question', async () => {
    for (const question of ['', '  ', '?!', 'x'.repeat(5000)]) {
      const result = await ask({ question, database, now: NOW, catalog });
      answerSchema.parse(result);
      assert.equal(result.status, 'refused');
    }
  });

  it('stops after planning when only the plan is wanted', async () => {
    const result = await run('SELECT n FROM endless', { isPlanOnly: true });
    assert.equal(result.status, 'ok');
    assert.equal(result.rowCount, null);
    assert.equal(result.sql, 'SELECT n FROM endless');
  });
});
