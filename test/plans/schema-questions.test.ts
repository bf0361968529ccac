/** Questions about the database itself are answered from the snapshot, and show no more than it has. */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { ask } from '#agent';
import type { CatalogSnapshot } from '#planner';
import { applySemantics } from '#planner';
import { Database, readCatalog } from '#storage';

const now = '2026-06-15T12:00:00Z';

let database: Database;
let catalog: CatalogSnapshot;

before(async () => {
  database = await Database.open({ path: ':memory:' });
  catalog = await database.withConnection(async (connection) => {
    await connection.run(`CREATE TABLE rooms (room_no INTEGER PRIMARY KEY, floor INTEGER);
      COMMENT ON TABLE rooms IS 'Where it''s at';
      CREATE TABLE guests (id INTEGER PRIMARY KEY, name VARCHAR, pin VARCHAR,
        room_no INTEGER REFERENCES rooms (room_no));
      CREATE TABLE "order" (id INTEGER, total DOUBLE);
      INSERT INTO rooms VALUES (1, 1), (2, 1);
      INSERT INTO guests VALUES (1, 'Ada', '1234', 2);`);
    return readCatalog(connection);
  });
});

after(() => database.close());

const rowsOf = async (question: string, snapshot = catalog) => {
  const answer = await ask({ question, database, now, catalog: snapshot });
  assert.equal(answer.status, 'ok', `${question}: ${answer.answer}`);
  return answer.rows;
};

it('columns of a misspelled table are those of the table that is meant, which is told', async () => {
  const answer = await ask({ question: 'what columns does gests have', database, now, catalog });
  assert.equal(answer.status, 'ok', answer.answer);
  assert.deepEqual(answer.assumptions, ['"gests" read as guests']);
});

it('columns of what is no table are refused by that word, with the nearest tables', async () => {
  const question = 'columns of guestlist';
  const answer = await ask({ question, database, now, catalog });
  assert.equal(answer.status, 'refused', answer.answer);
  assert.deepEqual(answer.refusal?.unknownWords, ['guestlist']);
  assert.deepEqual(answer.refusal?.suggestions, ['guests']);
});

it('nothing is suggested for a word that only shares some letters with a name', async () => {
  const answer = await ask({ question: 'king', database, now, catalog });
  assert.equal(answer.status, 'refused');
  assert.deepEqual(answer.refusal?.suggestions, []);
});

const TABLES = [
  ['guests', 'table', 1, null],
  ['order', 'table', 0, null],
  ['rooms', 'table', 2, "Where it's at"],
];

for (const question of [
  'what tables are there',
  'List all tables.',
  'which tables do you have?',
  'show me the tables in this database',
  'what is in the database?',
]) {
  it(`${question}: the tables`, async () => {
    const rows = await rowsOf(question);
    assert.deepEqual([...rows].sort(), TABLES);
  });
}

for (const question of [
  'describe guests',
  'describe the guests table',
  'what columns does guests have?',
  'which fields are in the table guests',
  'show the columns of guests',
  'what do we know about guests?',
]) {
  it(`${question}: its columns`, async () => {
    assert.deepEqual(await rowsOf(question), [
      ['id', 'INTEGER', 'primary key'],
      ['name', 'VARCHAR', null],
      ['pin', 'VARCHAR', null],
      ['room_no', 'INTEGER', 'refers to rooms'],
    ]);
  });
}

it('a listing goes through the guard like any other plan', async () => {
  const answer = await ask({ question: 'what tables are there', database, now, catalog });
  assert.equal(answer.plan?.tasks[0]?.kind, 'query');
  assert.equal(answer.answer, '3 tables.');
});

it('what a semantic model hides is not listed', async () => {
  const column = { name: 'pin', description: null, synonyms: [], isHidden: true, unit: null };
  const entry = { schema: 'main', description: null, synonyms: [], label: null, metrics: [] };
  const hiding = applySemantics(catalog, {
    joins: [],
    tables: [
      { ...entry, name: 'guests', isHidden: false, columns: [column] },
      { ...entry, name: 'rooms', isHidden: true, columns: [] },
    ],
  });
  const tables = await rowsOf('what tables are there', hiding);
  assert.deepEqual(tables.map(([name]) => name).sort(), ['guests', 'order']);
  const columns = await rowsOf('describe guests', hiding);
  assert.deepEqual(
    columns.map(([name]) => name),
    ['id', 'name', 'room_no'],
  );
  assert(!JSON.stringify(columns).includes('rooms'));
});

it('questions that can be asked can be asked', async () => {
  const examples = await rowsOf('what can I ask?');
  assert(examples.length >= 3);
  for (const [question] of examples) await rowsOf(String(question));
});

it('what does not exist is said', async () => {
  const answer = await ask({ question: 'which procedures are there?', database, now, catalog });
  assert.equal(answer.status, 'refused');
  assert.match(answer.answer, /no procedures/);
});

it('tables and procedures that rows tell of are rows', async () => {
  const own = await Database.open({ path: ':memory:' });
  try {
    const snapshot = await own.withConnection(async (connection) => {
      await connection.run(`CREATE TABLE procedures (id INTEGER PRIMARY KEY, name VARCHAR);
        CREATE TABLE tables (id INTEGER PRIMARY KEY, name VARCHAR);
        INSERT INTO procedures VALUES (1, 'Suture'); INSERT INTO tables VALUES (1, 'Window');`);
      return readCatalog(connection);
    });
    for (const [question, name] of [
      ['list all procedures', 'Suture'],
      ['list all tables', 'Window'],
    ]) {
      const answer = await ask({ question: question ?? '', database: own, now, catalog: snapshot });
      assert.deepEqual(answer.rows, [[name]], answer.answer);
    }
  } finally {
    await own.close();
  }
});
