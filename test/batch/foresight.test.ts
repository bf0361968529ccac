/**
 * Procedures written with a lookup a row give what they give one by one: results, log lines in
 * their order, the first error. Their queries are foreseen from the rows that ran before, rightly
 * or wrongly. A failing run prints its seed (HELIOSDB_SEED repeats it).
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Session } from '../ddl/scene.ts';
import { openSession, openWithEngine } from '../ddl/scene.ts';

const SEED = Number(process.env.HELIOSDB_SEED ?? Math.floor(Math.random() * 2 ** 31));
const ROWS = 400;

const DATA = `
  CREATE TABLE item (id BIGINT, name VARCHAR, price_cents INTEGER, code VARCHAR);
  INSERT INTO item SELECT i, CASE i % 11 WHEN 0 THEN NULL WHEN 1 THEN 'O''Brien' WHEN 2 THEN '' WHEN 3 THEN 'ü 7'
      ELSE 'item ' || i % 40 END, i * 37 % 500, CASE WHEN i % 200 = 150 THEN 'x' ELSE (i % 30)::VARCHAR END
    FROM range(1200) r(i);
  INSERT INTO item SELECT i + 3000000000, 'large ' || i, 1, '1' FROM range(300) r(i);
  CREATE TABLE sale (buyer BIGINT, item BIGINT, qty INTEGER);
  INSERT INTO sale SELECT hash(i, ${SEED}) % 1000, hash(i + 1, ${SEED}) % 1203, i % 9 FROM range(4000) r(i);
  -- Ids in no order, with gaps, NULLs and repetitions, small ones and ones beyond INTEGER.
  CREATE TABLE call AS SELECT n, CASE WHEN hash(n, ${SEED + 1}) % 23 = 0 THEN NULL
      WHEN hash(n, ${SEED + 2}) % 10 = 0 THEN 3000000000 + hash(n, ${SEED}) % 400
      ELSE hash(n, ${SEED + 3}) % 1300 END::BIGINT AS id FROM range(${ROWS}) r(n);`;

interface Lookup {
  readonly entry: string;
  readonly parameters?: string;
  readonly returns: string;
  readonly argument?: string;
  readonly clauses?: string;
}

const LOOKUPS: readonly Lookup[] = [
  { entry: 'by_number', returns: 'VARCHAR' },
  ...['by_text', 'by_unquoted_text'].map((entry) => ({
    entry,
    parameters: 'name VARCHAR',
    returns: 'BIGINT',
    argument: '(SELECT any_value(name) FROM item WHERE item.id = call.id)',
  })),
  { entry: 'chain', returns: 'BIGINT' },
  { entry: 'ordered', returns: 'VARCHAR' },
  { entry: 'loosely_ordered', returns: 'VARCHAR' },
  { entry: 'sometimes', returns: 'BIGINT' },
  { entry: 'misleading', returns: 'BIGINT' },
  { entry: 'failing', returns: 'BIGINT' },
  { entry: 'by_range', returns: 'BIGINT' },
  { entry: 'either', returns: 'BIGINT' },
  { entry: 'chatty', returns: 'BIGINT' },
  { entry: 'with_default', returns: 'VARCHAR', clauses: 'CALLED ON NULL INPUT' },
];

async function prepare(session: Session): Promise<void> {
  await session.run(DATA);
  await session.run('SET threads = 1');
}

/** Defines an entry as `together` and as `alone`. */
async function define(session: Session, lookup: Lookup, onError: string): Promise<void> {
  const module = (await readFile(join(import.meta.dirname, 'guest.wasm'))).toString('base64');
  for (const name of ['together', 'alone']) {
    await session.run(`DROP PROCEDURE IF EXISTS ${name}`);
    await session.run(
      `CREATE PROCEDURE ${name}(${lookup.parameters ?? 'id BIGINT'}) RETURNS ${lookup.returns} LANGUAGE wasm
       CAPABILITIES ('read:item', 'read:sale') ${lookup.clauses ?? ''} ENTRY '${lookup.entry}' ON ERROR ${onError} AS '${module}'`,
    );
  }
  await session.run('ALTER PROCEDURE alone SET (batch_queries = false)');
}

/** The messages of one procedure's log since a line, without the procedure's own name. */
async function logs(session: Session, procedure: string, after: number): Promise<unknown[]> {
  const { rows } = await session.connection.query(
    'SELECT level, message FROM heliosdb_logs() WHERE procedure = ? AND sequence > ? ORDER BY sequence',
    [procedure, after],
  );
  return rows.map(([level, message]) => [level, String(message).replaceAll(procedure, 'p')]);
}

async function outcome(session: Session, procedure: string, argument: string): Promise<unknown> {
  const newest = await session.value(
    'SELECT coalesce(max(sequence), 0)::INTEGER FROM heliosdb_logs()',
  );
  const sql = `SELECT list(v ORDER BY n) FROM (SELECT n, ${procedure}(${argument}) AS v FROM call)`;
  const result = await session
    .rows(sql)
    .catch((error: Error) => error.message.replaceAll(procedure, 'p'));
  return { result, logs: await logs(session, procedure, newest as number) };
}

test('calls that take long share the cores, in the order of their rows', async () => {
  await using database = await openWithEngine();
  const session = await openSession(database);
  await prepare(session);
  await session.run('SET threads = 4');
  // The guests are counted where no row ends the statement.
  for (const onError of ['FAIL', 'NULL']) {
    await define(session, { entry: 'slow', returns: 'BIGINT' }, onError);
    // A guest kept warm would not be counted below.
    await session.run('ALTER PROCEDURE together SET (instances_idle_max = 0)');
    const limited = 'CASE WHEN n < 100 THEN id END';
    const together = await outcome(session, 'together', limited);
    await session.run('SET threads = 1');
    assert.deepEqual(together, await outcome(session, 'alone', limited));
    await session.run('SET threads = 4');
  }
  const { cold } = await counts(session);
  // Those that ran on fibers first, and one more for each thread.
  if (availableParallelism() > 1) assert(cold > 17, `${cold} guests`);
});

for (const lookup of LOOKUPS) {
  test(`${lookup.entry} (seed ${SEED})`, async (t) => {
    await using database = await openWithEngine();
    const session = await openSession(database);
    await prepare(session);
    for (const onError of ['NULL', 'FAIL']) {
      await t.test(`ON ERROR ${onError}`, async () => {
        await define(session, lookup, onError);
        const argument = lookup.argument ?? 'id';
        assert.deepEqual(
          await outcome(session, 'together', argument),
          await outcome(session, 'alone', argument),
        );
      });
    }
  });
}

for (const lookup of LOOKUPS.filter(({ argument }) => argument === undefined)) {
  test(`${lookup.entry}, a full chunk (seed ${SEED})`, async () => {
    await using database = await openWithEngine();
    const session = await openSession(database);
    await prepare(session);
    // So many different calls behind the first ones that answers may be read for every key at once.
    await session.run(`INSERT INTO call SELECT ${ROWS} + i, 2 * i - 30 FROM range(1200) r(i)`);
    await define(session, lookup, 'NULL');
    const [together, alone] = [
      await outcome(session, 'together', 'id'),
      await outcome(session, 'alone', 'id'),
    ];
    assert.deepEqual(together, alone);
    const counted = ['calls', 'memo_hits', 'queries', 'errors'].join(', ');
    const [asked, expected] = await session.rows(
      `SELECT ${counted} FROM heliosdb_metrics() WHERE procedure IN ('together', 'alone') ORDER BY procedure DESC`,
    );
    assert.deepEqual(asked, expected);
  });
}

interface Counts {
  readonly queries: number;
  readonly batches: number;
  readonly cold: number;
  /** Calls that were made many at once. */
  readonly columnar: number;
}

async function counts(session: Session): Promise<Counts> {
  const [row] = await session.rows(`
    SELECT queries::INTEGER, batches::INTEGER, cold_starts::INTEGER, columnar_rows::INTEGER
    FROM heliosdb_metrics() m JOIN heliosdb_procedures() p ON p.id = m.procedure_id
    WHERE m.procedure = 'together'`);
  const [queries = 0, batches = 0, cold = 0, columnar = 0] = (row ?? []) as number[];
  return { queries, batches, cold, columnar };
}

for (const { entry, perRow } of [
  { entry: 'by_number', perRow: 1 },
  { entry: 'ordered', perRow: 1 },
]) {
  test(`${entry}: a few rows show what the others will ask`, async () => {
    await using database = await openWithEngine();
    const session = await openSession(database);
    await prepare(session);
    await define(session, { entry, returns: 'VARCHAR' }, 'FAIL');
    await session.run(`SELECT count(together(i)) FROM range(1000) r(i)`);
    const { queries, batches, cold, columnar } = await counts(session);
    assert.equal(queries, 1000 * perRow);
    // All but those that showed it, and parts of blocks with an answer whose order is open.
    assert(columnar >= 600, `${columnar} calls many at once`);
    assert(batches <= 4, `${batches} statements`);
    assert(cold <= 40, `${cold} guests`);
  });
}

test('the lookups of an answer are foreseen too', async () => {
  await using database = await openWithEngine();
  const session = await openSession(database);
  await prepare(session);
  await define(session, { entry: 'chain', returns: 'BIGINT' }, 'FAIL');
  await session.run('SELECT count(together(i)) FROM range(1000) r(i)');
  const { batches, cold } = await counts(session);
  assert(batches <= 16, `${batches} statements`);
  assert(cold <= 40, `${cold} guests`);
});

// With a statement a chunk they take 12, 20, 34 and 20; the data decides how often rows are learned from.
for (const { entry, returns, most } of [
  { entry: 'by_number', returns: 'VARCHAR', most: 9 },
  { entry: 'chain', returns: 'BIGINT', most: 15 },
  { entry: 'ordered', returns: 'VARCHAR', most: 20 },
  { entry: 'sometimes', returns: 'BIGINT', most: 14 },
]) {
  test(`${entry}: the answers for every key are read once for many rows`, async () => {
    await using database = await openWithEngine();
    const session = await openSession(database);
    await prepare(session);
    await define(session, { entry, returns }, 'FAIL');
    // Keys that are there, keys that are not, keys that no column holds, and the same ones again.
    const rows = `(SELECT n, CASE WHEN n % 7 = 0 THEN -n WHEN n % 11 = 0 THEN n * 3000000000 ELSE n % 1500 END AS id
                   FROM range(20000) r(n))`;
    const newest = await session.value(
      'SELECT coalesce(max(sequence), 0)::INTEGER FROM heliosdb_logs()',
    );
    const differing = await session.rows(
      `SELECT n, together(id), alone(id) FROM ${rows} WHERE n < 300 AND together(id) IS DISTINCT FROM alone(id)`,
    );
    assert.deepEqual(differing, []);
    const after = newest as number;
    assert.deepEqual(await logs(session, 'together', after), await logs(session, 'alone', after));
    const before = await counts(session);
    await session.run(`SELECT count(together(id)) FROM ${rows}`);
    const { queries, batches } = await counts(session);
    const statements = batches - before.batches;
    assert(statements <= most, `${statements} statements`);
    assert(queries > before.queries);
  });
}
