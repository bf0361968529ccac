/** What people call columns and tables counts wherever their own names do. */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { ask } from '#agent';
import type { CatalogSnapshot, SemanticTable } from '#planner';
import { applySemantics } from '#planner';
import { Database, readCatalog } from '#storage';

const now = '2026-06-15T12:00:00Z';

let database: Database;
let plain: CatalogSnapshot;
let named: CatalogSnapshot;

function semantics(
  name: string,
  synonyms: readonly string[],
  columns: Readonly<Record<string, readonly string[]>>,
): SemanticTable {
  return {
    schema: 'main',
    name,
    description: null,
    synonyms,
    isHidden: false,
    label: null,
    metrics: [],
    columns: Object.entries(columns).map(([column, names]) => ({
      name: column,
      description: null,
      synonyms: names,
      isHidden: false,
      unit: null,
    })),
  };
}

before(async () => {
  database = await Database.open({ path: ':memory:' });
  plain = await database.withConnection(async (connection) => {
    await connection.run(`CREATE TABLE sites (sid INTEGER PRIMARY KEY, name VARCHAR);
      CREATE TABLE parts (pid INTEGER PRIMARY KEY, name VARCHAR, v1 DOUBLE, v2 DOUBLE, d1 DATE, d2 DATE);
      CREATE TABLE hauls (hid INTEGER PRIMARY KEY, pid INTEGER REFERENCES parts (pid),
        a_sid INTEGER REFERENCES sites (sid), b_sid INTEGER REFERENCES sites (sid));
      INSERT INTO sites VALUES (1, 'North'), (2, 'South');
      INSERT INTO parts VALUES (1, 'Bolt', 10, 1, '2024-01-01', '2026-01-01'),
        (2, 'Gear', 5, 7, '2025-01-01', '2024-06-01'),
        (3, 'Nut', 20, 0.5, '2026-02-01', '2023-01-01');
      INSERT INTO hauls VALUES (1, 1, 1, 2), (2, 2, 1, 2), (3, 2, 2, 1);`);
    return readCatalog(connection);
  });
  named = applySemantics(plain, {
    joins: [],
    tables: [
      semantics('parts', ['components'], {
        v2: ['price'],
        d2: ['launch date'],
        v1: ['stock level'],
      }),
      semantics('hauls', ['deliveries'], { a_sid: ['origin'], b_sid: ['destination'] }),
    ],
  });
});

after(() => database.close());

async function rows(question: string, catalog: CatalogSnapshot): Promise<unknown> {
  const answer = await ask({ question, database, catalog, now });
  return answer.status === 'ok' ? answer.rows : answer.status;
}

it('an adjective ranks by the column that has a synonym for what it measures', async () => {
  assert.deepEqual(await rows('What is the most expensive component?', named), [['Gear']]);
  assert.notDeepEqual(await rows('What is the most expensive part?', plain), [['Gear']]);
});

it('a comparison and a computation find columns by their synonyms', async () => {
  assert.deepEqual(await rows('components more expensive than Bolt', named), [['Gear']]);
  assert.deepEqual(await rows('components with a price above 3', named), [['Gear']]);
  assert.deepEqual(await rows('price times stock level of each component', named), [
    ['Bolt', 10],
    ['Gear', 35],
    ['Nut', 10],
  ]);
});

it('of two keys between the same tables the one with the synonym joins', async () => {
  const question = 'How many deliveries have the destination North?';
  assert.deepEqual(await rows(question, named), [[1]]);
});
