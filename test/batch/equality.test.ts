/**
 * Queries answered set-at-a-time must give what one-by-one execution gives: the same results,
 * the same log lines in the same order, the same first error. Random data and queries; a failing
 * run prints its seed (HELIOSDB_SEED repeats it).
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Session } from '../ddl/scene.ts';
import { createGuest, openSession, openWithEngine } from '../ddl/scene.ts';

const SEED = Number(process.env.HELIOSDB_SEED ?? Math.floor(Math.random() * 2 ** 31));
const ROWS_PER_TEMPLATE = 60;

/** Mulberry32: small, seeded, good enough to choose test cases. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Queries with `{…}` in the place of literals: `i` a small number, `b` a large one, `s` a text. */
const TEMPLATES = [
  'SELECT name FROM item WHERE id = {i}',
  'SELECT * FROM item WHERE id = {i}',
  'SELECT id, name, price FROM item WHERE grp = {i}',
  'SELECT id FROM item WHERE name = {s}',
  'SELECT id, price FROM item WHERE name = {s} AND grp = {i}',
  'SELECT count(*) FROM item WHERE grp = {i}',
  'SELECT count(*) AS n, sum(qty), min(price), max(name) FROM item WHERE grp = {i}',
  'SELECT avg(price) FROM item WHERE grp > {i} AND grp < {i}',
  'SELECT count(note) FROM item WHERE name = {s}',
  'SELECT id FROM item WHERE tiny = {i}',
  'SELECT id FROM item WHERE tiny = {b}',
  'SELECT id FROM item WHERE id = {b}',
  'SELECT id FROM item WHERE code = {s}',
  'SELECT id FROM item WHERE code = {i}',
  'SELECT id FROM item WHERE day = {s}',
  'SELECT id FROM item WHERE price > {i} AND id < {i}',
  'SELECT price FROM item WHERE price = {i}.50',
  'SELECT id FROM item WHERE grp = {i} ORDER BY price DESC, id LIMIT 3',
  'SELECT grp, count(*) FROM item WHERE id < {i} GROUP BY grp ORDER BY grp',
  'SELECT DISTINCT grp FROM item WHERE id <= {i} ORDER BY 1',
  'SELECT i.name, o.qty FROM item i JOIN sale o ON o.item = i.id WHERE i.id = {i} ORDER BY o.qty, i.name',
  'SELECT sum(o.qty) FROM item i JOIN sale o ON o.item = i.id WHERE i.grp = {i}',
  'SELECT (SELECT max(qty) FROM sale WHERE item = {i})',
  'SELECT name FROM item WHERE id IN (SELECT item FROM sale WHERE qty = {i}) ORDER BY id',
  'SELECT name FROM item_view WHERE id = {i}',
  'SELECT id FROM item WHERE note IS NULL AND grp = {i}',
  'SELECT upper(name) || {s} FROM item WHERE id = {i}',
  'SELECT id + {i} FROM item WHERE id = {i}',
  'SELECT max(id) FROM item WHERE name >= {s}',
  'SELECT rowid, id FROM item WHERE grp = {i}',
  'SELECT id FROM item WHERE id = {i} -- {s}',
  'SELECT missing FROM item WHERE id = {i}',
  'SELECT 100 / id FROM item WHERE id >= {i} AND id < {i}',
  'SELECT code::INTEGER FROM item WHERE id = {i}',
  'WITH x AS (SELECT * FROM item WHERE grp = {i}) SELECT count(*) FROM x',
  'SELECT tags FROM item WHERE id = {i}',
  'SELECT {i} = {i}',
];

const TEXTS = [
  "'a'",
  "'item 3'",
  "'O''Brien'",
  "'7'",
  "'007'",
  "''",
  "'ü'",
  "'2024-02-30'",
  "'2024-01-05'",
];

function fill(template: string, random: (below: number) => number): string {
  return template.replace(/\{([ibs])\}/g, (_, kind: string) => {
    if (kind === 'i') return String(random(120) - (random(10) === 0 ? 0 : 0));
    if (kind === 'b') return String(3_000_000_000 + random(3));
    return TEXTS[random(TEXTS.length)] ?? "''";
  });
}

const DATA = `
  CREATE TABLE item (id INTEGER, grp BIGINT, name VARCHAR, price DECIMAL(9, 2), qty INTEGER, tiny TINYINT,
                     code VARCHAR, day DATE, note VARCHAR, tags VARCHAR[]);
  INSERT INTO item
    SELECT i, i % 13, CASE i % 17 WHEN 0 THEN NULL WHEN 1 THEN 'O''Brien' ELSE 'item ' || (i % 9) END,
           (i * 37 % 500) / 4.0, i * 7 % 11, i % 100, CASE i % 5 WHEN 0 THEN 'x' ELSE lpad((i % 30)::VARCHAR, 3, '0') END,
           DATE '2024-01-01' + (i % 40)::INTEGER, CASE WHEN i % 3 = 0 THEN 'n' END, ['t' || i % 2, NULL]
    FROM range(3000) r(i);
  INSERT INTO item SELECT * FROM item WHERE id % 50 = 0;
  CREATE TABLE sale (item INTEGER, qty INTEGER);
  INSERT INTO sale SELECT i % 400, i % 7 FROM range(2000) r(i);
  CREATE VIEW item_view AS SELECT id, name FROM item;
  CREATE TABLE question (n INTEGER, sql VARCHAR);`;

async function prepareScene(session: Session): Promise<void> {
  await session.run(DATA);
  const common = { parameters: 'sql VARCHAR', returns: 'VARCHAR' };
  for (const onError of ['NULL', 'FAIL']) {
    const suffix = onError.toLowerCase();
    const clauses = `ENTRY 'run_query' ON ERROR ${onError}`;
    await session.run(createGuest('run-query', { ...common, name: `together_${suffix}`, clauses }));
    await session.run(createGuest('run-query', { ...common, name: `alone_${suffix}`, clauses }));
    await session.run(`ALTER PROCEDURE alone_${suffix} SET (batch_queries = false)`);
  }
}

async function ask(session: Session, questions: readonly string[]): Promise<void> {
  await session.run('DELETE FROM question');
  const rows = questions.map((sql, n) => `(${n}, '${sql.replaceAll("'", "''")}')`);
  await session.run(`INSERT INTO question VALUES ${rows.join(', ')}`);
}

async function logs(session: Session, procedure: string): Promise<readonly unknown[]> {
  const { rows } = await session.connection.query(
    'SELECT level, message FROM heliosdb_logs() WHERE procedure = ? ORDER BY sequence',
    [procedure],
  );
  return rows.map(([level, message]) => [
    level,
    String(message).replaceAll(/(together|alone)_/g, ''),
  ]);
}

test(`set-at-a-time equals one by one (seed ${SEED})`, async (t) => {
  const random = randomNumbers(SEED);
  await using database = await openWithEngine();
  const session = await openSession(database);
  await prepareScene(session);
  for (const template of TEMPLATES) {
    await t.test(template, async () => {
      const questions = Array.from({ length: ROWS_PER_TEMPLATE }, () => fill(template, random));
      await ask(session, questions);
      const differing = await session.rows(`
        SELECT sql, together_null(sql), alone_null(sql) FROM question
        WHERE together_null(sql) IS DISTINCT FROM alone_null(sql) ORDER BY n LIMIT 3`);
      assert.deepEqual(differing, []);
    });
  }
  assert.deepEqual(
    (await logs(session, 'together_null')).length,
    (await logs(session, 'alone_null')).length,
  );
});

test(`mixed templates, duplicates and errors end alike (seed ${SEED})`, async () => {
  const random = randomNumbers(SEED + 1);
  await using database = await openWithEngine();
  const session = await openSession(database);
  await prepareScene(session);
  const questions = Array.from({ length: 700 }, () =>
    fill(TEMPLATES[random(TEMPLATES.length)] ?? 'SELECT 1', random),
  );
  await ask(session, questions);
  await session.run('SET threads = 1');
  for (const mode of ['null', 'fail']) {
    const outcomes = [];
    for (const procedure of [`together_${mode}`, `alone_${mode}`]) {
      const sql = `SELECT list(${procedure}(sql) ORDER BY n) FROM question`;
      const outcome = await session.rows(sql).catch((error: Error) => error.message);
      outcomes.push({
        outcome: JSON.stringify(outcome, (_, value) =>
          typeof value === 'bigint' ? `${value}n` : value,
        ).replaceAll(/(together|alone)_/g, ''),
        logs: await logs(session, procedure),
      });
    }
    assert.deepEqual(outcomes[0], outcomes[1]);
  }
});

test('queries of one template run as one statement', async () => {
  await using database = await openWithEngine();
  const session = await openSession(database);
  await prepareScene(session);
  await session.run('SET threads = 1');
  await session.run(
    `SELECT count(together_null('SELECT name FROM item WHERE id = ' || i)) FROM range(200) r(i)`,
  );
  const [row] = await session.rows(
    "SELECT queries::INTEGER, batches::INTEGER FROM heliosdb_metrics() WHERE procedure = 'together_null'",
  );
  assert.equal(row?.[0], 200);
  assert((row?.[1] as number) <= 6, `${row?.[1]} statements`);
});
