import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { CatalogSnapshot } from '#planner';
import { applySemantics, planRequest } from '#planner';
import { Database, readCatalog } from '#storage';
import { readSemantics } from './read-semantics.ts';
import { writeSemantics } from './write-semantics.ts';

let database: Database;
let catalog: CatalogSnapshot;

before(async () => {
  database = await Database.open({ path: ':memory:' });
  await database.withConnection((connection) =>
    connection.run(`
      CREATE TABLE customers (id INTEGER PRIMARY KEY, name VARCHAR, ctry VARCHAR, pin VARCHAR);
      INSERT INTO customers SELECT range, 'N' || range, ['France', 'Spain'][1 + range % 2], 'x'
        FROM range(20);
      CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers (id),
        quantity INTEGER, unit_price DECIMAL(8, 2));
      INSERT INTO orders SELECT range, range % 20, 1 + range % 3, 10 FROM range(60);`),
  );
  catalog = await database.withConnection((connection) => readCatalog(connection));
});

after(() => database.close());

async function sqlFor(yaml: string, request: string): Promise<string> {
  const { model, problems } = await readSemantics(yaml, catalog);
  assert(model !== null, JSON.stringify(problems));
  const outcome = planRequest({
    request,
    catalog: applySemantics(catalog, model),
    now: '2026-01-01T00:00:00Z',
  });
  return outcome.status === 'planned'
    ? outcome.plan.tasks.map(({ sql }) => sql).join('; ')
    : outcome.status;
}

const YAML = `
tables:
  customers:
    synonyms: [wug]
    columns:
      ctry: {synonyms: [blicket]}
      pin: {hidden: true}
  orders:
    metrics:
      gorp: {expression: quantity * "unit_price"}
`;

describe('a semantic model', () => {
  it('names tables, columns and quantities that were not understood before', async () => {
    const question = 'How many wugs are there per blicket?';
    assert.equal(await sqlFor('', question), 'refused');
    assert.equal(
      await sqlFor(YAML, question),
      'SELECT ctry, count(*) FROM customers GROUP BY ctry',
    );
    assert.equal(await sqlFor('', 'total gorp'), 'refused');
    const sql = await sqlFor(YAML, 'total gorp per blicket');
    assert.match(sql, /sum\(\(orders\.quantity \* orders\.unit_price\)\)/);
    const { rows } = await database.withConnection((connection) => connection.query(sql));
    assert.equal(rows.length, 2);
  });

  it('hides tables and columns, from the prompt of a model too', async () => {
    const { model } = await readSemantics(`${YAML}    hidden: true\n`, catalog);
    assert(model !== null);
    const applied = applySemantics(catalog, model);
    assert.deepEqual(
      applied.tables.map(({ name }) => name),
      ['customers'],
    );
    assert(!applied.tables[0]?.columns.some(({ name }) => name === 'pin'));
    assert.notEqual(applied.version, catalog.version);
  });

  it('is written so that it reads as it is', async () => {
    const { model, problems } = await readSemantics(await writeSemantics(catalog), catalog);
    assert.deepEqual(problems, []);
    assert.deepEqual(
      model?.tables.map(({ name, label }) => [name, label]),
      [
        ['customers', ['name']],
        ['orders', ['id']],
      ],
    );
    assert.equal(model?.joins.length, 1);
  });

  it('says every mistake with its line', async () => {
    const { model, problems } = await readSemantics(
      'version: 2\ntables:\n  custmers:\n    synonyms: [x]\n  customers:\n    colour: red\n    columns:\n      nme: {}\n      ctry: {hidden: maybe}\njoins:\n  - from: orders.customer_id\n',
      catalog,
    );
    assert.equal(model, null);
    assert.deepEqual(
      problems.map(({ line }) => line),
      [1, 3, 6, 8, 9, 11],
    );
  });

  for (const [what, text] of [
    ['broken YAML', 'a: [b'],
    ['a key twice', 'tables: {}\ntables: {}'],
    ['an alias', 'tables: &a {}\njoins: *a'],
    ['a list where names belong', 'tables: [1, 2]'],
    ['a text at the top', 'hello'],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const { problems } = await readSemantics(text, catalog);
      assert(problems.length > 0);
    });
  }
});
