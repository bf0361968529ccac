import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { PROCEDURES_DIRECTORY } from '#examples';
import { readModule } from './module-fact.ts';

test('a module tells what it imports, exports and weighs', async () => {
  const bytes = await readFile(`${PROCEDURES_DIRECTORY}calculate_discount.wasm`);
  const module = readModule(bytes);
  assert.ok(module.hostFunctions.includes('heliosdb_query'));
  assert.ok(module.exports.includes('calculate_discount'));
  assert.ok(module.codeBytes > 0 && module.codeBytes < module.byteCount);
  assert.equal(module.hasDebugInfo, false);
  assert.match(module.hash, /^[0-9a-f]{64}$/);
});

test('bytes that are no module, or half of one, are no error', async () => {
  const bytes = await readFile(`${PROCEDURES_DIRECTORY}calculate_discount.wasm`);
  for (const length of [0, 4, 8, 9, 50, 200, 1000]) {
    assert.equal(readModule(bytes.subarray(0, length)).byteCount, length);
  }
  assert.deepEqual(readModule(Buffer.from('not a module at all')).hostFunctions, []);
});

test('a module in the text format tells what it imports and exports', () => {
  const text = '(module (import "heliosdb" "heliosdb_query" (func)) (func (export "run")))';
  const { hostFunctions, exports } = readModule(Buffer.from(text));
  assert.deepEqual([hostFunctions, exports], [['heliosdb_query'], ['run']]);
});
