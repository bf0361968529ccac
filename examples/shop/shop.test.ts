import assert from 'node:assert/strict';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { DuckDBConnection } from '@duckdb/node-api';
import { DuckDBInstance } from '@duckdb/node-api';
import { ensureShop, generateShop, SHOP_CLOCK, SHOP_TABLES, WELL_KNOWN_CUSTOMER } from './index.ts';

let directory: string;
let instance: DuckDBInstance;
let connection: DuckDBConnection;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'heliosdb-shop-'));
  const path = await ensureShop({ directory, withProcedures: false });
  instance = await DuckDBInstance.create(path, { access_mode: 'READ_ONLY' });
  connection = await instance.connect();
});

after(async () => {
  connection.closeSync();
  instance.closeSync();
  await rm(directory, { recursive: true });
});

async function rows(sql: string): Promise<readonly (readonly unknown[])[]> {
  return (await connection.runAndReadAll(sql)).getRowsJson();
}

async function count(from: string): Promise<number> {
  return Number((await rows(`SELECT count(*) FROM ${from}`))[0]?.[0]);
}

test('the shop has its tables at a realistic size', async () => {
  assert.ok((await count('customers')) >= 20_000);
  assert.ok((await count('orders')) >= 200_000);
  assert.ok((await count('order_items')) > (await count('orders')));
  assert.ok((await count('transactions')) >= 100_000);
  assert.ok((await count('fraud_alerts')) >= 100);
  assert.equal(await count('inventory'), await count('products'));
});

test('every table and column has a comment', async () => {
  assert.equal(await count('duckdb_tables() WHERE comment IS NULL'), 0);
  assert.equal(await count('duckdb_columns() WHERE comment IS NULL AND NOT internal'), 0);
  assert.equal(await count('duckdb_tables()'), SHOP_TABLES.length);
});

test('every table has a primary key and every reference is declared', async () => {
  const keys = await rows(
    "SELECT DISTINCT table_name FROM duckdb_constraints() WHERE constraint_type = 'PRIMARY KEY' ORDER BY 1",
  );
  assert.deepEqual(
    keys.map(([name]) => name),
    SHOP_TABLES.filter((name) => name !== 'shop_clock').toSorted(),
  );
  assert.equal(await count("duckdb_constraints() WHERE constraint_type = 'FOREIGN KEY'"), 7);
});

test('no row points at a missing parent', async () => {
  assert.equal(await count('orders ANTI JOIN customers ON id = customer_id'), 0);
  assert.equal(await count('order_items ANTI JOIN orders USING (order_id)'), 0);
  assert.equal(await count('order_items ANTI JOIN products ON id = product_id'), 0);
  assert.equal(await count('transactions t ANTI JOIN customers c ON c.id = t.customer_id'), 0);
  assert.equal(await count('transactions t ANTI JOIN merchants m ON m.id = t.merchant_id'), 0);
  assert.equal(
    await count('fraud_alerts f ANTI JOIN transactions t ON t.id = f.transaction_id'),
    0,
  );
});

test('order totals are the sum of their items', async () => {
  const wrong = await count(`(
    SELECT o.order_id FROM orders o LEFT JOIN order_items i USING (order_id)
    GROUP BY o.order_id, o.total HAVING o.total IS DISTINCT FROM sum(i.quantity * i.unit_price))`);
  assert.equal(wrong, 0);
});

test('nothing lies after the clock or before what it depends on', async () => {
  assert.equal(await count('orders, shop_clock WHERE order_date > as_of::DATE'), 0);
  assert.equal(await count('transactions, shop_clock WHERE timestamp > as_of'), 0);
  assert.equal(
    await count('orders o JOIN customers c ON c.id = o.customer_id WHERE order_date < signup_date'),
    0,
  );
  assert.equal(
    await count(
      'order_items JOIN orders USING (order_id) JOIN products p ON p.id = product_id WHERE order_date < added_on',
    ),
    0,
  );
  assert.deepEqual(await rows('SELECT as_of FROM shop_clock'), [[SHOP_CLOCK]]);
});

test('tiers, activity and order states are skewed the way a shop is', async () => {
  const [share] = await rows(
    "SELECT 100.0 * count(*) FILTER (loyalty_tier = 'platinum') / count(*) FROM customers",
  );
  assert.ok(Number(share?.[0]) >= 4 && Number(share?.[0]) <= 5, `platinum share is ${share} %`);
  const known = `customers WHERE id = ${WELL_KNOWN_CUSTOMER} AND loyalty_tier = 'platinum'`;
  assert.equal(await count(known), 1);
  assert.ok((await count("orders WHERE status = 'pending'")) > 1000);
  const [orders] = await rows(
    'SELECT median(n), max(n) FROM (SELECT count(*) AS n FROM orders GROUP BY customer_id)',
  );
  assert.ok(Number(orders?.[1]) > 20 * Number(orders?.[0]));
  assert.ok((await count('inventory WHERE available_quantity = 0')) > 0);
});

test('the rows depend neither on the run nor on the number of threads', async () => {
  const checksum = async (open: DuckDBConnection): Promise<unknown[]> => {
    const sums: unknown[] = [];
    for (const table of SHOP_TABLES) {
      const result = await open.runAndReadAll(
        `SELECT count(*), sum(hash(t)::HUGEINT), bit_xor(hash(t)) FROM ${table} t`,
      );
      sums.push([table, ...(result.getRowsJson()[0] ?? [])]);
    }
    return sums;
  };
  const expected = await checksum(connection);
  for (const threads of [1, 2]) {
    const path = join(directory, `threads-${threads}.duckdb`);
    await generateShop({ path, threads });
    const other = await DuckDBInstance.create(path, { access_mode: 'READ_ONLY' });
    const reader = await other.connect();
    assert.deepEqual(await checksum(reader), expected, `with ${threads} threads`);
    reader.closeSync();
    other.closeSync();
  }
});

test('a finished shop is kept, and no draft is left behind', async () => {
  const messages: string[] = [];
  const path = await ensureShop({
    directory,
    withProcedures: false,
    onProgress: (message) => messages.push(message),
  });
  assert.deepEqual(messages, []);
  assert.ok((await stat(path)).size > 1_000_000);
  await assert.rejects(stat(`${path}.wal`), { code: 'ENOENT' });
});
