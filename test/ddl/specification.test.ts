import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { toText } from '#core';
import { Gateway } from '#runtime';
import { openWithEngine } from './scene.ts';

const PROCEDURES = join(import.meta.dirname, '..', '..', 'examples', 'procedures');

// The statements of the specification, word for word.
const CREATE = `-- Register a WASM procedure
CREATE PROCEDURE calculate_discount (
    customer_id BIGINT,
    order_total DECIMAL
)
RETURNS DECIMAL
LANGUAGE wasm
AS $wasm$
-- Base64 encoded WASM module or file path
file://procedures/calculate_discount.wasm
$wasm$;`;
const CALL = `-- Simple call
SELECT calculate_discount(12345, 599.99);

-- In a query
SELECT
    order_id,
    total,
    calculate_discount(customer_id, total) as discount,
    total - calculate_discount(customer_id, total) as final_total
FROM orders
WHERE status = 'pending';`;
const UPDATE = `-- Update procedure (creates new version)
ALTER PROCEDURE calculate_discount
VERSION 2
AS $wasm$
file://procedures/calculate_discount_v2.wasm
$wasm$;

-- Rollback to previous version
ALTER PROCEDURE calculate_discount
USE VERSION 1;`;
const CAPABILITIES = `CREATE PROCEDURE fraud_detection (transaction_id BIGINT)
RETURNS JSON
LANGUAGE wasm
CAPABILITIES (
    'read:transactions',
    'read:customers',
    'write:fraud_alerts',
    'network:fraud_api.example.com'
)
AS $wasm$
file://procedures/fraud_detection.wasm
$wasm$;`;

const TABLES = `
CREATE TABLE customers (id BIGINT PRIMARY KEY, loyalty_tier VARCHAR);
INSERT INTO customers VALUES (12345, 'platinum'), (1, 'gold'), (2, 'silver'), (3, 'none');
CREATE TABLE orders (order_id BIGINT, customer_id BIGINT, status VARCHAR, total DECIMAL(18,3));
INSERT INTO orders VALUES (1, 12345, 'pending', 100), (2, 1, 'pending', 10), (3, 2, 'shipped', 5);`;

test('the SQL of the specification runs as it is written', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'heliosdb-specification-'));
  try {
    await mkdir(join(folder, 'procedures'));
    const modules = [
      ['calculate_discount.wasm', 'calculate_discount.wasm'],
      ['calculate_discount.wasm', 'calculate_discount_v2.wasm'],
      ['transaction_risk.wasm', 'fraud_detection.wasm'],
    ] as const;
    for (const [from, to] of modules) {
      await cp(join(PROCEDURES, from), join(folder, 'procedures', to));
    }
    await using database = await openWithEngine();
    await using connection = await database.connect();
    const gateway = new Gateway(connection, { baseDirectory: folder, allowFiles: true });
    const printed: string[] = [];
    const script = [
      TABLES,
      CREATE,
      CALL,
      UPDATE,
      CALL,
      CAPABILITIES,
      'DROP PROCEDURE calculate_discount;',
    ];
    for await (const { kind, rows } of gateway.execute(script.join('\n'))) {
      if (kind === 'ddl') printed.push('ddl');
      for (const row of rows) printed.push(row.map((value) => toText(value)).join(' '));
    }
    const answers = ['119.998', '1 100.000 20.000 80.000', '2 10.000 1.500 8.500'];
    assert.deepEqual(printed, ['ddl', ...answers, 'ddl', 'ddl', ...answers, 'ddl', 'ddl']);
    const { rows } = await connection.query(
      'SELECT message FROM heliosdb_logs() ORDER BY sequence LIMIT 1',
    );
    assert.deepEqual(rows, [['Applied platinum discount: $120.00']]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
