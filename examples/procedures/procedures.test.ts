import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { SqlValue } from '#core';
import { ensureEngine } from '#runtime';
import type { Connection } from '#storage';
import { Database } from '#storage';
import { ensureShop } from '../shop/index.ts';
import { EXAMPLE_PROCEDURES } from './index.ts';

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

async function value(sql: string): Promise<SqlValue> {
  return (await connection.query(sql)).rows[0]?.[0] ?? null;
}

test('the shop holds every example procedure with its comment', async () => {
  const { rows } = await connection.query(
    'SELECT name FROM heliosdb.procedures WHERE comment IS NOT NULL ORDER BY name',
  );
  assert.deepEqual(rows.flat(), EXAMPLE_PROCEDURES.toSorted());
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
  const differing = await value(`
    SELECT count(*) FROM orders o JOIN customers c ON c.id = o.customer_id
    WHERE status = 'pending' AND calculate_discount(customer_id, total) IS DISTINCT FROM
      (total::DOUBLE * CASE loyalty_tier WHEN 'platinum' THEN 0.20 WHEN 'gold' THEN 0.15
                                WHEN 'silver' THEN 0.10 ELSE 0.05 END)::DECIMAL(18,3)`);
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
