import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CatalogTable } from '../api/contract.ts';
import { matchTables, nameOf } from './match-tables.ts';

const table = (schema: string, name: string, columns: string[]) =>
  ({
    schema,
    name,
    columns: columns.map((column) => ({ name: column })),
  }) as unknown as CatalogTable;
const TABLES = [
  table('main', 'orders', ['id', 'Customer_Id']),
  table('archive', 'orders', ['id', 'closed']),
];
const found = (words: string) => matchTables(TABLES, words).map(nameOf);

test('a table outside the usual schema is called by both names', () => {
  assert.deepEqual(TABLES.map(nameOf), ['orders', 'archive.orders']);
});

test('every word must be in the name or a column, whatever its case', () => {
  assert.deepEqual(found(''), ['orders', 'archive.orders']);
  assert.deepEqual(found('CUSTOMER order'), ['orders']);
  assert.deepEqual(found('archive closed'), ['archive.orders']);
  assert.deepEqual(found('archive customer'), []);
});
