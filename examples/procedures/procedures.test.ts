import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { SqlValue } from '#core';
import { HeliosError } from '#core';
import { compileProcedure, ensureEngine, Gateway } from '#runtime';
import type { Connection } from '#storage';
import { Database } from '#storage';
import { ensureShop } from '../shop/index.ts';
import { installExamples, PROCEDURES_DIRECTORY, SHOP_PROCEDURES } from './index.ts';

let directory: string;
let database: Database;
let connection: Connection;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'heliosdb-examples-'));
  const path = await ensureShop({ directory });
  // Procedures must be callable where nothing may be written.
  database = await Database.open({ path, readOnly: true, extensions: [await ensureEngine()] });
  connection = await database.connect();
});

after(async () => {
  connection?.close();
  await database?.close();
  await rm(directory, { recursive: true });
});

/** Runs work on a copy of the shop that may be changed. */
async function withCopy(work: (session: Connection) => Promise<void>): Promise<void> {
  const path = join(directory, 'shop_copy.duckdb');
  await copyFile(join(directory, 'shop.duckdb'), path);
  const copy = await Database.open({ path, extensions: [await ensureEngine()] });
  try {
    await copy.withConnection(work);
  } finally {
    await copy.close();
  }
}

async function value(sql: string): Promise<SqlValue> {
  return (await connection.query(sql)).rows[0]?.[0] ?? null;
}

test('the shop holds its procedures with their comments', async () => {
  const { rows } = await connection.query(
    'SELECT name FROM heliosdb.procedures WHERE comment IS NOT NULL ORDER BY name',
  );
  assert.deepEqual(rows.flat(), SHOP_PROCEDURES.toSorted());
});

test('customer 12345 saves a fifth, and the log says so', async () => {
  assert.equal(await value('SELECT calculate_discount(12345, 599.99)::VARCHAR'), '119.998');
  assert.equal(
    await value(
      "SELECT message FROM heliosdb_logs() WHERE procedure = 'calculate_discount' ORDER BY ALL DESC LIMIT 1",
    ),
    'Applied platinum discount: $120.00',
  );
});

test('discounts over a column equal the same rule in SQL', async () => {
  // Both round a DOUBLE to three digits; where it lies in the middle, either way is right.
  const differing = await value(`
    SELECT count(*) FROM orders o JOIN customers c ON c.id = o.customer_id
    WHERE status = 'pending' AND NOT coalesce(abs(
      calculate_discount(customer_id, total) - total * CASE loyalty_tier WHEN 'platinum' THEN 0.20
        WHEN 'gold' THEN 0.15 WHEN 'silver' THEN 0.10 ELSE 0.05 END) <= 0.0005, false)`);
  assert.equal(Number(differing), 0);
});

test('stock of an order equals the same question in SQL', async () => {
  const differing = await value(`
    SELECT count(*) FROM (
      SELECT order_id, bool_and(quantity <= available_quantity) AS expected
      FROM order_items JOIN inventory USING (product_id) WHERE order_id % 500 = 0 GROUP BY order_id)
    WHERE order_in_stock(order_id) IS DISTINCT FROM expected`);
  assert.equal(Number(differing), 0);
});

test('risks of suspicious transactions equal the scores of their alerts', async () => {
  const differing = await value(
    'SELECT count(*) FROM fraud_alerts WHERE transaction_risk(transaction_id) <> risk_score',
  );
  assert.equal(Number(differing), 0);
  assert.equal(await value('SELECT transaction_risk(-1)'), null);
});

test('fraud detection in JavaScript agrees with the same rule in SQL', async () => {
  await withCopy(async (session) => {
    await installExamples(session, ['fraud_detection']);
    const { rows } = await session.query(`
        SELECT id, fraud_detection(id)->>'risk_score', fraud_detection(id)->>'is_fraud' = 'true',
               CASE WHEN recent > 10 THEN 30 ELSE 0 END + CASE WHEN amount > coalesce(usual, 0) * 3 THEN 40 ELSE 0 END
                 + CASE WHEN amount > 10000 THEN 20 ELSE 0 END AS expected
        FROM transactions t, LATERAL (
          SELECT count(*) FILTER (o.timestamp > as_of - INTERVAL '1 hour') AS recent, avg(o.amount) AS usual
          FROM transactions o, shop_clock
          WHERE o.customer_id = t.customer_id AND o.timestamp > as_of - INTERVAL '30 days')
        WHERE t.id % 5000 = 0 OR t.id IN (SELECT transaction_id FROM fraud_alerts WHERE id % 10 = 0)`);
    assert.ok(rows.length > 30);
    for (const [id, score, isFraud, expected] of rows) {
      assert.equal(Number(score), expected, `transaction ${id}`);
      assert.equal(isFraud, Number(expected) >= 50);
    }
  });
});

test('sales aggregated in Go agree with SQL', async (context) => {
  const source = join(PROCEDURES_DIRECTORY, 'aggregate_sales', 'main.go');
  try {
    await compileProcedure({ source, output: join(directory, 'aggregate_sales.wasm') });
  } catch (error) {
    if (!HeliosError.isInstance(error) || !error.name.startsWith('toolchain_')) throw error;
    return context.skip(`${error.message}: ${error.hint}`);
  }
  const script = await readFile(join(PROCEDURES_DIRECTORY, 'aggregate_sales.sql'), 'utf8');
  await withCopy(async (session) => {
    const gateway = new Gateway(session, { baseDirectory: directory, allowFiles: true });
    for await (const _ of gateway.execute(script)) {
      // A definition has no rows.
    }
    const { rows } = await session.query(`
      WITH answer AS (SELECT aggregate_sales('2026-05-01', '2026-05-31') AS sales),
      expected AS (
        SELECT count(*) AS orders, sum(total)::DOUBLE AS revenue, count(DISTINCT order_date) AS days
        FROM orders WHERE order_date BETWEEN '2026-05-01' AND '2026-05-31')
      SELECT (sales->>'total_orders')::BIGINT = orders,
             abs((sales->>'total_revenue')::DOUBLE - revenue) < 0.001,
             json_array_length(sales->'daily_breakdown') = days
      FROM answer, expected`);
    assert.deepEqual(rows, [[true, true, true]]);
  });
});

test('orders validated in Python agree with the same question in SQL', async () => {
  await withCopy(async (session) => {
    await installExamples(session, ['validate_order']);
    const { rows } = await session.query(`
      SELECT count(*), count(*) FILTER (expected), count(*) FILTER (validate_order(order_id) IS DISTINCT FROM expected)
      FROM (
        SELECT order_id, bool_and(quantity <= available_quantity) AS expected
        FROM order_items JOIN inventory USING (product_id) WHERE order_id % 1000 = 0 GROUP BY order_id)`);
    const [all, valid, differing] = (rows[0] ?? []).map(Number);
    assert.ok((all ?? 0) > (valid ?? 0) && (valid ?? 0) > 0);
    assert.equal(differing, 0);
  });
});

test('order_summary says of every order what SQL says', async () => {
  await withCopy(async (session) => {
    await installExamples(session, ['order_summary']);
    const { rows } = await session.query(`
      SELECT count(*), count(*) FILTER (order_summary(order_id) = expected) FROM (
        SELECT order_id, sum(quantity) || if(sum(quantity) = 1, ' piece, ', ' pieces, ')
          || sum(quantity * unit_price) || ', placed on '
          || any_value(strftime(order_date, '%A %d.%m.%Y')) AS expected
        FROM order_items JOIN orders USING (order_id) WHERE order_id % 1000 = 0 GROUP BY order_id)`);
    const [all, equal] = (rows[0] ?? []).map(Number);
    assert.ok((all ?? 0) > 10);
    assert.equal(equal, all);
    assert.equal((await session.query('SELECT order_summary(-1)')).rows[0]?.[0], null);
  });
});
