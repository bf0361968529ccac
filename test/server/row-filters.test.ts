/**
 * Roles that see only some rows. The oracle is a database that has no other rows: whatever a
 * filtered role gets must be what anybody gets there, or a refusal that tells nothing.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openDatabase } from '#agent';
import { Gateway } from '#runtime';
import { createRunner } from '../rights/runner.ts';
import type { Json, Reply, Scene } from './scene.ts';
import { startScene } from './scene.ts';

const guest = readFileSync(join(import.meta.dirname, '../guests/run-sql.wat'), 'utf8');
const lookup = readFileSync(join(import.meta.dirname, '../guests/lookup.wat'), 'utf8');
const runner = (name: string): string =>
  createRunner(name, ['read:*', 'write:*']).replace("'file://run-sql.wat'", `$wasm$${guest}$wasm$`);

const SETUP = `
  DROP TABLE orders;
  CREATE TABLE regions AS SELECT unnest(['EU', 'US', 'AP']) AS id;
  CREATE TABLE orders AS SELECT range + 1 AS id,
    CASE WHEN range < 6 THEN 'EU' WHEN range < 9 THEN 'US' END AS region,
    CASE WHEN range < 6 THEN (range + 1)::VARCHAR ELSE 'HIDDEN ' || range END AS note,
    CASE WHEN range < 6 THEN range + 1 ELSE 100 END AS amount FROM range(12);
  CREATE TABLE allowed AS SELECT 'EU' AS region;
  CREATE TABLE invoices AS FROM orders;
  CREATE TABLE notes (note VARCHAR);
  CREATE VIEW orders_all AS FROM orders;
  CREATE VIEW granted_view AS SELECT note FROM orders;
  CREATE VIEW totals_view AS SELECT sum(amount) AS total FROM orders;
  CREATE VIEW filtered_view AS SELECT region AS area, note AS filtered FROM orders;
  CREATE SCHEMA far; CREATE TABLE twice AS SELECT id FROM orders; CREATE TABLE far.twice AS FROM twice;
  CREATE VIEW far.renamed(a, b) AS SELECT amount, note FROM main.orders;
  CREATE VIEW "odd (AS) ""name" AS FROM orders;
  CREATE VIEW stacked AS SELECT upper(b) AS c FROM far.renamed WHERE a > 1;
  CREATE VIEW with_own_table AS WITH mine AS (SELECT note FROM orders) SELECT max(note) AS n FROM mine;
  CREATE VIEW invoices_joined AS SELECT i.id, o.note FROM invoices i JOIN orders o USING (id);
  CREATE VIEW far.ambiguous AS SELECT o.note FROM main.orders o LEFT JOIN twice USING (id);
  CREATE MACRO all_notes() AS (SELECT max(note) FROM orders);
  CREATE MACRO order_rows(least) AS TABLE SELECT * FROM orders WHERE id >= least;
  CREATE VIEW behind_macro AS SELECT all_notes() AS note;
  ${runner('spy')}; ${runner('outer_spy')};
  CREATE TABLE lookup AS SELECT id, amount AS v, region FROM orders;
  CREATE PROCEDURE asks(id BIGINT) RETURNS BIGINT LANGUAGE wasm ENTRY 'lookup'
    CAPABILITIES ('read:lookup') AS $wasm$${lookup}$wasm$;
  CREATE ROLE emea;
  GRANT SELECT ON ALL TABLES TO emea; GRANT SELECT ON granted_view TO emea;
  GRANT WRITE ON orders TO emea; GRANT WRITE ON notes TO emea;
  GRANT EXECUTE ON ALL PROCEDURES TO emea; GRANT CREATE PROCEDURE TO emea;
  CREATE ROW FILTER ON orders TO emea WHERE region = 'EU';
  CREATE ROW FILTER ON invoices TO emea WHERE region IN (SELECT region FROM allowed);
  CREATE ROW FILTER ON lookup TO emea WHERE region = 'EU';
  CREATE ROW FILTER ON filtered_view TO emea WHERE area = 'EU';`;

let scene: Scene;
/** The same without the rows that role emea may not see. */
let twin: Scene;
let emea: Record<string, string>;
let everybody: Record<string, string>;
before(async () => {
  [scene, twin] = [await startScene(), await startScene()];
  for (const one of [scene, twin]) {
    const { status, body } = await one.call('POST', '/sql', { sql: SETUP });
    assert.equal(status, 200, JSON.stringify(body));
  }
  for (const table of ['orders', 'invoices', 'lookup']) {
    const sql = `DELETE FROM ${table} WHERE region IS DISTINCT FROM 'EU'`;
    await twin.call('POST', '/sql', { sql });
  }
  emea = await tokenOf(scene, { name: 'emea', role: 'author', databaseRole: 'emea' });
  everybody = await tokenOf(scene, { name: 'all', role: 'author' });
});
after(async () => {
  await scene[Symbol.asyncDispose]();
  await twin[Symbol.asyncDispose]();
});

async function tokenOf(where: Scene, body: object): Promise<Record<string, string>> {
  const made = await where.call('POST', '/tokens', body);
  assert.equal(made.status, 201, JSON.stringify(made.body));
  return { authorization: `Bearer ${made.body.secret}` };
}

interface Attack {
  readonly kind: string;
  readonly sql: string;
  readonly isHarmless: boolean;
}

function readAttacks(): Attack[] {
  const text = readFileSync(join(import.meta.dirname, 'row-filters.txt'), 'utf8');
  const joined = text.replaceAll(/\n {2}/g, '\n\u0000').split('\n');
  const lines: string[] = [];
  for (const line of joined) {
    if (line.startsWith('\u0000')) lines.push(`${lines.pop()}\n${line.slice(1)}`);
    else if (/^[-+!]/.test(line)) lines.push(line);
  }
  return lines.map((line) => {
    const [, kind = '', mark, sql = ''] = /^([-+!])(=?) ([\s\S]*)$/.exec(line) ?? [];
    return { kind, sql, isHarmless: mark === '=' };
  });
}

const constant = readFileSync(join(import.meta.dirname, '../guests/constant-2.wat'), 'utf8');

const rowsOf = ({ body }: Reply): string[] =>
  ((body.rows ?? []) as Json[]).map((row) => JSON.stringify(row)).sort();

test('a statement of a filtered role sees what is there without the other rows, or is refused', async () => {
  const attacks = readAttacks();
  assert.ok(attacks.length > 120, 'the file was not read');
  const failures: string[] = [];
  for (const { kind, sql, isHarmless } of attacks) {
    const seen = await scene.call('POST', '/sql', { sql }, emea);
    const problem = judge(kind, seen, await twinReply(kind, sql));
    if (problem !== null) failures.push(`${kind} ${sql}\n    ${problem}`);
    if (kind === '+' && !isHarmless) {
      const whole = await scene.call('POST', '/sql', { sql });
      const isSame = whole.status === seen.status && rowsOf(whole).join() === rowsOf(seen).join();
      if (isSame) failures.push(`${kind} ${sql}\n    it shows nothing without the filter`);
    }
  }
  assert.deepEqual(failures, []);
});

async function twinReply(kind: string, sql: string): Promise<Reply | null> {
  return kind === '+' ? await twin.call('POST', '/sql', { sql }) : null;
}

function judge(kind: string, seen: Reply, expected: Reply | null): string | null {
  const text = JSON.stringify(seen.body);
  if (text.includes('HIDDEN')) return `it tells ${text}`;
  if (kind === '+') {
    if (seen.status !== 200 || expected?.status !== 200) {
      return `${text}\n    ${JSON.stringify(expected?.body)}`;
    }
    return rowsOf(seen).join() === rowsOf(expected).join()
      ? null
      : `it gives ${rowsOf(seen)} instead of ${rowsOf(expected)}`;
  }
  if (seen.status === 200) return `it gives ${text}`;
  const isRefusal = ['42501', '38003', '38000'].includes(seen.body.error.sqlstate);
  return kind === '!' || isRefusal ? null : `it fails otherwise: ${text}`;
}

test('a question is answered from the visible rows, and so is its export', async () => {
  const question = 'How many orders are there?';
  const { body } = await scene.call('POST', '/runs', { question }, emea);
  await scene.call('GET', `/runs/${body.run.id}/events`, undefined, emea);
  const { run } = (await scene.call('GET', `/runs/${body.run.id}`, undefined, emea)).body;
  assert.deepEqual([run.status, run.rows], ['ok', [[6]]], JSON.stringify(run));
  const names = await askAs(emea, 'List the notes of orders');
  assert.equal(names.rowCount, 6, JSON.stringify(names));
  assert.ok(names.assumptions.includes('only rows that role emea may see were read'));
  for (const format of ['csv', 'json']) {
    const path = `/runs/${names.id}/export?format=${format}`;
    const mine = JSON.stringify((await scene.call('GET', path, undefined, emea)).body);
    const whole = JSON.stringify((await scene.call('GET', path)).body);
    assert.ok(!mine.includes('HIDDEN') && mine.includes('6'), mine);
    assert.ok(whole.includes('HIDDEN'), 'an administrator exports all rows');
  }
});

test('several tasks hand on no more than the visible rows', async () => {
  const sql = `CREATE PROCEDURE calculate_bonus(amount BIGINT) RETURNS BIGINT LANGUAGE wasm
    ENTRY 'constant' CAPABILITIES () AS $wasm$${constant}$wasm$`;
  assert.equal((await scene.call('POST', '/sql', { sql })).status, 200);
  const run = await askAs(emea, 'Calculate the bonus for all orders');
  assert.equal(run.status, 'ok', JSON.stringify(run));
  assert.ok(run.tasks.length > 1, 'the plan has several tasks');
  assert.ok(!JSON.stringify(run).includes('HIDDEN'));
});

test('values, bounds, counts and suggestions come from the visible rows', async () => {
  const catalog = await scene.call('GET', '/catalog', undefined, emea);
  const text = JSON.stringify(catalog.body);
  assert.ok(!text.includes('HIDDEN') && !text.includes('"US"', text.indexOf('"orders"')), text);
  const tables = new Map(catalog.body.tables.map((one: Json) => [one.name, one]));
  const orders = tables.get('orders') as Json;
  assert.equal(orders.rowCount, 6);
  const amount = orders.columns.find(({ name }: Json) => name === 'amount');
  assert.deepEqual([amount.minimum, amount.maximum, amount.distinctCount], ['1', '6', 6]);
  const views = { orders_all: 6, granted_view: 6, totals_view: 1, filtered_view: 6 };
  for (const [name, rowCount] of Object.entries(views)) {
    assert.equal((tables.get(name) as Json | undefined)?.rowCount, rowCount, name);
  }
  assert.ok(!tables.has('behind_macro'), 'a view that no filter can be put into is not there');
  for (const q of ['', 'orders', 'orders US', 'HID', 'notes of orders with note']) {
    const path = `/suggestions?limit=20&q=${encodeURIComponent(q)}`;
    const suggested = JSON.stringify((await scene.call('GET', path, undefined, emea)).body);
    assert.ok(!suggested.includes('HIDDEN'), suggested);
  }
  assert.ok(JSON.stringify((await scene.call('GET', '/catalog')).body).includes('HIDDEN'));
});

test('runs of others, logs, advice and profiles are closed', async () => {
  const theirs = await scene.ask('List the notes of orders');
  assert.ok(JSON.stringify(theirs).includes('HIDDEN'));
  const attempts: [method: string, path: string, body?: object][] = [
    ['GET', `/runs/${theirs.id}`],
    ['GET', `/runs/${theirs.id}/events`],
    ['GET', `/runs/${theirs.id}/export`],
    ['DELETE', `/runs/${theirs.id}`],
    ['POST', `/runs/${theirs.id}/feedback`, { rating: 1 }],
    ['POST', '/runs', { run: theirs.id, choice: 0 }],
    ['GET', '/logs'],
    ['GET', '/logs/stream'],
    ['GET', '/procedures/spy/logs'],
    ['GET', '/procedures/spy/profile'],
    ['GET', '/advice'],
    ['GET', '/tokens'],
    ['GET', '/audit'],
  ];
  for (const [method, path, body] of attempts) {
    const reply = await scene.call(method, path, body, emea);
    assert.equal(reply.status, 403, `${method} ${path}: ${JSON.stringify(reply.body)}`);
  }
  const continued = await askAs(emea, 'show the SQL', { conversation: theirs.id });
  assert.ok(!JSON.stringify(continued).includes('List the notes'), JSON.stringify(continued));
  const advice = await askAs(emea, 'Which procedures are slow?');
  assert.ok(!JSON.stringify(advice).includes('HIDDEN'));
});

test('who has the same role reads the run, who has none of its filters too', async () => {
  const mine = await askAs(emea, 'How many orders are there?');
  const colleague = await tokenOf(scene, { name: 'two', role: 'reader', databaseRole: 'emea' });
  for (const headers of [colleague, everybody, {}]) {
    assert.equal((await scene.call('GET', `/runs/${mine.id}`, undefined, headers)).status, 200);
  }
});

test('a role hands nothing on that it does not see whole', async () => {
  const sql = runner('mine').replace("'read:*', 'write:*'", "'read:orders'");
  const refused = await scene.call('POST', '/sql', { sql }, emea);
  assert.equal(refused.status, 403, JSON.stringify(refused.body));
});

test('a view that is granted alone shows the visible rows, and its table stays closed', async () => {
  for (const one of [scene, twin]) {
    const { status } = await one.call('POST', '/sql', {
      sql: `CREATE ROLE viewer; GRANT SELECT ON granted_view TO viewer;
        CREATE ROW FILTER ON orders TO viewer WHERE region = 'EU'`,
    });
    assert.equal(status, 200);
  }
  const body = { name: 'viewer', role: 'reader', databaseRole: 'viewer' };
  const [here, there] = [await tokenOf(scene, body), await tokenOf(twin, body)];
  for (const sql of ['SELECT max(note), count(*) FROM granted_view', 'FROM granted_view']) {
    const seen = await scene.call('POST', '/sql', { sql }, here);
    assert.deepEqual(rowsOf(seen), rowsOf(await twin.call('POST', '/sql', { sql }, there)), sql);
    assert.ok(rowsOf(seen).length > 0, JSON.stringify(seen.body));
  }
  for (const sql of ['FROM orders', 'FROM granted_view, orders', 'FROM orders_all']) {
    const { status } = await scene.call('POST', '/sql', { sql }, here);
    assert.equal(status, 403, sql);
  }
});

test('a filter whose table was renamed closes the role, and is dropped with the role', async () => {
  const sql = (text: string, headers = {}) => scene.call('POST', '/sql', { sql: text }, headers);
  await sql(`CREATE TABLE moving AS FROM orders; CREATE ROLE mover;
    GRANT SELECT ON ALL TABLES TO mover; CREATE ROW FILTER ON moving TO mover WHERE region = 'EU'`);
  const mover = await tokenOf(scene, { name: 'mover', role: 'reader', databaseRole: 'mover' });
  assert.deepEqual((await sql('SELECT count(*) FROM moving', mover)).body.rows, [[6]]);
  await sql('ALTER TABLE moving RENAME TO moved');
  const closed = await sql('SELECT count(*) FROM moved', mover);
  assert.match(closed.body.error.message, /row filter is set on moving, which does not exist/);
  await sql('DROP ROW FILTER ON moving FROM mover');
  assert.deepEqual((await sql('SELECT count(*) FROM moved', mover)).body.rows, [[12]]);
  await sql(`CREATE ROW FILTER ON moved TO mover WHERE region = 'EU'; DROP ROLE mover;
    CREATE ROLE mover`);
  assert.deepEqual((await sql('SHOW ROW FILTERS FOR mover')).body.rows, []);
});

test('a condition is one expression that only computes', async () => {
  for (const [condition, sqlstate] of [
    ['true) FROM orders WHERE (true', '22023'],
    ['note', '22023'],
    ['1', '22023'],
    ["spy('SELECT 1') IS NOT NULL", '22023'],
    ["current_setting('threads') = 1", '22023'],
    ['id IN (WITH orders AS (SELECT 1 AS id) SELECT id FROM orders)', '22023'],
    ['id IN (SELECT id FROM nothing)', '42P01'],
    ['unknown = 1', '42703'],
  ]) {
    const sql = `CREATE OR REPLACE ROW FILTER ON orders TO reader WHERE ${condition}`;
    const { body } = await scene.call('POST', '/sql', { sql });
    assert.equal(body.error?.sqlstate, sqlstate, `${condition}: ${JSON.stringify(body)}`);
  }
  const { body } = await scene.call('POST', '/sql', { sql: 'SHOW ROW FILTERS FOR reader' });
  assert.deepEqual(body.rows, []);
});

async function askAs(
  headers: Record<string, string>,
  question: string,
  more: object = {},
): Promise<Json> {
  const started = await scene.call('POST', '/runs', { question, ...more }, headers);
  assert.equal(started.status, 202, JSON.stringify(started.body));
  const { id } = started.body.run;
  await scene.call('GET', `/runs/${id}/events`, undefined, headers);
  return (await scene.call('GET', `/runs/${id}`, undefined, headers)).body.run;
}

test('filters stay with the file when it is opened under another name', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'helios-filters-'));
  try {
    const before = await openDatabase({
      path: join(folder, 'before.duckdb'),
      isReadOnly: false,
      engine: 'always',
    });
    await before.withConnection(async (connection) => {
      const gateway = new Gateway(connection, { baseDirectory: folder, allowFiles: false });
      for await (const _ of gateway.execute(`
        CREATE TABLE orders AS SELECT range AS id FROM range(10);
        CREATE TABLE allowed AS SELECT range AS id FROM range(4);
        CREATE ROLE emea; GRANT SELECT ON ALL TABLES TO emea;
        CREATE ROW FILTER ON orders TO emea
          WHERE id IN (SELECT id FROM allowed) AND id IN (SELECT id FROM before.main.allowed)`));
    });
    await before.close();
    await rename(join(folder, 'before.duckdb'), join(folder, 'after.duckdb'));
    const path = join(folder, 'after.duckdb');
    await using after = await openDatabase({ path, isReadOnly: true, engine: 'always' });
    await after.withConnection(async (connection) => {
      const admitted = await connection.query(
        "SELECT heliosdb_admitted_statement('emea', 'SELECT count(*) FROM orders')",
      );
      const counted = await connection.query(String(admitted.rows[0]?.[0]));
      assert.deepEqual(counted.rows, [[4n]]);
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
