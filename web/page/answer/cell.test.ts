import assert from 'node:assert/strict';
import { test } from 'node:test';
import { escapeControls, isNumeric, toCell } from './cell.ts';

const column = (type: string, name = 'x') => ({ name, type });

test('NULL, the text NULL and the empty text are told apart', () => {
  assert.deepEqual(toCell(null, column('VARCHAR')), { text: 'NULL', kind: 'null' });
  assert.deepEqual(toCell('NULL', column('VARCHAR')), { text: 'NULL', kind: 'text' });
  assert.deepEqual(toCell('', column('VARCHAR')), { text: 'empty', kind: 'empty' });
});

test('numbers are grouped and keep the scale of their type', () => {
  assert.equal(toCell(1234567, column('BIGINT')).text, '1,234,567');
  assert.equal(toCell(-1234.5, column('DECIMAL(18,2)')).text, '-1,234.50');
  assert.equal(
    toCell('12345678901234567890.10', column('DECIMAL(38,2)')).text,
    '12,345,678,901,234,567,890.10',
  );
  assert.equal(toCell(0.1, column('DOUBLE')).text, '0.1');
  assert.equal(toCell(1e300, column('DOUBLE')).text, '1e+300');
  assert.equal(toCell('NaN', column('DOUBLE')).text, 'NaN');
});

test('numbers that name something are not grouped', () => {
  assert.equal(toCell(12345, column('BIGINT', 'customer_id')).text, '12345');
  assert.equal(toCell(2026, column('BIGINT', 'year')).text, '2026');
  assert.equal(toCell(12345, column('BIGINT', 'paid')).text, '12,345');
});

test('texts of digits stay texts', () => {
  assert.deepEqual(toCell('1234', column('VARCHAR')), { text: '1234', kind: 'text' });
});

test('structs and lists are JSON', () => {
  assert.deepEqual(toCell({ a: [1, null] }, column('STRUCT(a INTEGER[])')), {
    text: '{"a":[1,null]}',
    kind: 'nested',
  });
});

test('characters that move or hide text are shown', () => {
  assert.equal(escapeControls('a\nb\tc\u0000\u202ed\ufeff'), 'a⏎b⇥c\\u0000\\u202ed\\ufeff');
  assert.equal(escapeControls('é 日本 👩\u200d🚀'), 'é 日本 👩\u200d🚀');
});

test('types that hold numbers are told from those that do not', () => {
  for (const type of [
    'BIGINT',
    'UTINYINT',
    'INTEGER',
    'HUGEINT',
    'DECIMAL(18,3)',
    'DOUBLE',
    'FLOAT',
  ]) {
    assert.ok(isNumeric(column(type)), type);
  }
  for (const type of ['INTERVAL', 'VARCHAR', 'DATE', 'INTEGER_THING']) {
    assert.ok(!isNumeric(column(type)), type);
  }
  assert.ok(!isNumeric(column('STRUCT(a INTEGER)')));
});
