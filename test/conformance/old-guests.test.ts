/** Modules that earlier versions of the SDKs made go on running. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withSession } from '../ddl/scene.ts';

test('a JavaScript module that holds its interpreter runs beside one that names it', () =>
  withSession(async (session) => {
    await session.run(`CREATE TABLE transactions (id BIGINT, customer_id BIGINT, merchant_id BIGINT,
        amount DECIMAL(12,2), "timestamp" TIMESTAMP);
      INSERT INTO transactions VALUES (1, 7, 1, 20000.00, '2026-06-30 12:00:00'),
        (2, 7, 1, 10.00, '2026-06-30 11:30:00'), (3, 7, 1, 20.00, '2026-06-30 11:40:00');
      CREATE TABLE shop_clock AS SELECT TIMESTAMP '2026-06-30 12:00:00' AS as_of`);
    const modules = {
      old: 'javascript-with-engine.wasm',
      named: '../../examples/procedures/fraud_detection.wasm',
    };
    for (const [name, file] of Object.entries(modules)) {
      await session.run(`CREATE PROCEDURE ${name}(transaction_id BIGINT) RETURNS JSON LANGUAGE wasm
        CAPABILITIES ('read:transactions', 'read:shop_clock') AS 'file://${file}'`);
    }
    assert.deepEqual(
      await session.rows('SELECT id, old(id) = named(id) FROM transactions ORDER BY 1'),
      [
        [1n, true],
        [2n, true],
        [3n, true],
      ],
    );
    assert.match(String(await session.value('SELECT old(1)')), /"risk_score":\s*\d/);
  }));
