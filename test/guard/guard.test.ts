/**
 * The corpus of attacks on what a question may run: none succeeds, every legitimate twin works, and
 * without the guard nearly all succeed: a corpus that cannot fail proves nothing.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ask } from '#agent';
import { toHeliosError } from '#core';
import type { CatalogSnapshot, Plan } from '#planner';
import { applySemantics } from '#planner';
import { Database, readCatalog } from '#storage';

const UNGUARDED_PERCENT_MIN = 95;
/** Tables that the catalog does not know; one is spelled like another that it knows. */
const SECRETS = ['vault', 'main.orders'];
const REFUSALS = ['PN001', '42601'];

const folder = mkdtempSync(join(tmpdir(), 'helios-guard-'));
const lines = readFileSync(join(import.meta.dirname, 'attacks.txt'), 'utf8')
  .replaceAll('{dir}', folder)
  .split('\n');
const marked = (mark: string) =>
  lines.filter((line) => line.startsWith(`${mark} `)).map((line) => line.slice(2));
const [attacks, twins] = [marked('-'), marked('+')];

let database: Database;
let catalog: CatalogSnapshot;

before(async () => {
  writeFileSync(join(folder, 'secret.csv'), 'a,b\n1,2\n');
  writeFileSync(join(folder, 'secret.json'), '{"a": 1}\n');
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  database = await open();
  const whole = await database.withConnection((connection) => readCatalog(connection));
  catalog = { ...whole, tables: whole.tables.filter(({ name }) => !SECRETS.includes(name)) };
});

after(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

async function open(): Promise<Database> {
  const opened = await Database.open({ path: ':memory:' });
  await opened.withConnection((connection) =>
    connection.run(`
      CREATE TABLE orders (id INTEGER, total INTEGER);
      INSERT INTO orders VALUES (1, 10), (2, 20);
      CREATE TABLE customers (id INTEGER, name VARCHAR);
      CREATE TABLE vault (password VARCHAR);
      INSERT INTO vault VALUES ('hush');
      CREATE TABLE copy (id INTEGER);
      CREATE TABLE "order items" (id INTEGER);
      CREATE SCHEMA "my shop";
      CREATE TABLE "my shop"."a.""b" (id INTEGER);
      CREATE TABLE "main.orders" (password VARCHAR);
      INSERT INTO "main.orders" VALUES ('hush');
      CREATE MACRO disguised() AS TABLE FROM "main.orders";
      CREATE VIEW recent AS SELECT id, (SELECT count(*) FROM vault) AS n FROM orders;
      CREATE SEQUENCE counter;
      CREATE MACRO doubled(x) AS x * 2;
      CREATE MACRO spy(x) AS (SELECT max(password) FROM vault);
      CREATE MACRO outer_spy(x) AS spy(x);
      CREATE MACRO peek() AS TABLE FROM vault;
      CREATE MACRO slurp(f) AS (SELECT max(content) FROM read_text('${folder}/secret.txt'));
      CREATE MACRO counted() AS nextval('counter');
      CREATE MACRO threads_of() AS current_setting('threads');
      CREATE MACRO home() AS current_setting('home_directory');
      CREATE MACRO nested_home() AS coalesce(home(), 'x');`),
  );
  return opened;
}

function planOf(sql: string): Plan {
  return {
    request: 'test',
    tasks: [{ kind: 'sql', id: 'task1', title: 'Step', dependsOn: [], sql, columns: [] }],
    answer: { kind: 'answer', from: 'task1', shape: 'table', template: null },
    assumptions: [],
    grounding: [],
  };
}

const run = (sql: string) =>
  ask({ question: 'test', database, catalog, now: '2026-06-30T18:00:00Z', plan: planOf(sql) });

async function state(): Promise<string> {
  const { rows } = await database.withConnection((connection) =>
    connection.query(`SELECT (SELECT string_agg(orders::VARCHAR, ';') FROM orders),
      (SELECT count(*) FROM duckdb_tables()), (SELECT count(*) FROM duckdb_views()),
      (SELECT count(*) FROM duckdb_functions()), (SELECT last_value FROM duckdb_sequences())`),
  );
  return JSON.stringify(rows, (_, value) => (typeof value === 'bigint' ? String(value) : value));
}

test('the corpus is large', () => {
  assert(attacks.length >= 100, `${attacks.length} attacks`);
  assert(twins.length >= 5);
});

test('every legitimate twin works', async () => {
  for (const sql of twins) {
    const answer = await run(sql);
    assert.equal(answer.status, 'ok', `${sql}: ${answer.error?.detail ?? answer.answer}`);
  }
});

test('no attack succeeds, and none leaves a trace', async () => {
  const untouched = await state();
  const holes: string[] = [];
  for (const sql of attacks) {
    const { status, error } = await run(sql);
    if (status !== 'failed' || !REFUSALS.includes(error?.sqlstate ?? '')) {
      holes.push(`${sql}: ${status} ${error?.sqlstate} ${error?.message}`);
    } else if (JSON.stringify(error).includes('hush')) holes.push(`${sql}: it tells the secret`);
  }
  assert.deepEqual(holes, []);
  assert.equal(await state(), untouched);
});

test('without the guard nearly every attack succeeds', async () => {
  const harmless: string[] = [];
  for (const sql of attacks) {
    await using fresh = await open();
    try {
      await fresh.withConnection((connection) => connection.query(sql));
    } catch (error) {
      harmless.push(`${sql}: ${toHeliosError(error).message}`);
    }
  }
  const succeeded = attacks.length - harmless.length;
  assert(succeeded * 100 >= attacks.length * UNGUARDED_PERCENT_MIN, harmless.join('\n'));
});

describe('columns that the semantic model hides', () => {
  const name = { name: 'total', description: null, synonyms: [], isHidden: true, unit: null };
  const hiding = () =>
    applySemantics(catalog, {
      tables: [
        {
          schema: 'main',
          name: 'orders',
          description: null,
          synonyms: [],
          isHidden: false,
          label: null,
          columns: [name],
          metrics: [],
        },
      ],
      joins: [],
    });
  const runHiding = (sql: string) =>
    ask({
      question: 'test',
      database,
      catalog: hiding(),
      now: '2026-06-30T18:00:00Z',
      plan: planOf(sql),
    });

  for (const sql of [
    'SELECT total FROM orders',
    'SELECT o.TOTAL FROM main.orders AS o',
    'SELECT id FROM orders WHERE total = 10',
    'SELECT id FROM orders ORDER BY total',
    "SELECT COLUMNS('tot.*') FROM orders",
    'SELECT b FROM orders AS o(a, b)',
    'FROM orders SELECT #2',
    'SELECT customers.id FROM customers WHERE id IN (SELECT total FROM orders)',
    'WITH x AS (SELECT id, total FROM orders) SELECT id FROM x',
    'WITH orders AS (SELECT total FROM main.orders) SELECT total FROM orders',
    'SELECT (WITH orders AS (SELECT 1) SELECT 1), total FROM orders',
    'SELECT id FROM orders JOIN (SELECT 10 AS total) USING (total)',
    'SELECT (SELECT max(total) FROM orders) FROM customers',
    'SELECT 1 UNION ALL SELECT total FROM orders',
  ]) {
    test(`cannot be read: ${sql}`, async () => {
      assert.equal((await run(sql)).status, 'ok', 'the statement reads the column when it may');
      assert.equal((await runHiding(sql)).status, 'failed');
    });
  }

  for (const [sql, rows] of [
    ['SELECT * FROM orders ORDER BY id', [[1], [2]]],
    ['SELECT count(*) FROM main.orders', [[2]]],
    ['SELECT x.id FROM orders AS x JOIN orders USING (id) ORDER BY 1', [[1], [2]]],
    ['SELECT id + 9007199254740993 FROM orders WHERE id = 2', [[9007199254740995n]]],
    ['SELECT o.a FROM orders AS o(a) WHERE a = 1', [[1]]],
    ["SELECT 'total' FROM orders LIMIT 1", [['total']]],
  ] as const) {
    test(`leave the rest readable: ${sql}`, async () => {
      const answer = await runHiding(sql);
      assert.equal(answer.status, 'ok', answer.answer);
      assert.deepEqual(
        answer.rows.map((row) => row.map(String)),
        rows.map((row) => row.map(String)),
      );
    });
  }

  test('are no part of a whole row', async () => {
    const { rows } = await runHiding('SELECT orders::VARCHAR FROM orders WHERE id = 1');
    assert.doesNotMatch(String(rows[0]), /total|10/);
  });
});
