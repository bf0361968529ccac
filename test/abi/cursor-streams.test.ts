/** Cursors stream: what the host holds of a result, and what a cursor sees beside other queries. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { compileProcedure } from '#runtime';
import type { Session } from '../ddl/scene.ts';
import { createGuest, openSession, openWithEngine, withSession } from '../ddl/scene.ts';

const SOURCE = `import {
  heliosdbBeginTx, heliosdbCommitTx, heliosdbCursorOpen, heliosdbQuery, heliosdbRollbackTx,
} from 'heliosdb-wasm-sdk';

const one = (sql) => Number(heliosdbQuery(sql)[0].n);
const sum = (cursor) => {
  let total = 0;
  for (const { n } of cursor) total += Number(n);
  return total;
};

/** Reads several cursors in turns. */
export function take_turns(count, size) {
  const cursors = [];
  for (let i = 0; i < count; i += 1) {
    cursors.push(heliosdbCursorOpen('SELECT range AS n FROM range(?)', [size]));
  }
  let total = 0;
  for (let open = cursors; open.length > 0; ) {
    open = open.filter((cursor) => {
      const rows = cursor.next(3000);
      for (const { n } of rows ?? []) total += Number(n);
      return rows !== null;
    });
  }
  return total;
}

/** Asks other queries between two batches. */
export function ask_beside(size) {
  const cursor = heliosdbCursorOpen('SELECT range AS n FROM range(?)', [size]);
  let total = 0;
  for (let rows = cursor.next(1000); rows !== null; rows = cursor.next(1000)) {
    total += rows.length * one('SELECT count(*) AS n FROM lookup WHERE id < ' + (rows.length % 7 + 1));
  }
  return total;
}

/** Writes while a cursor reads the same table, outside of a transaction and inside. */
export function write_beside() {
  const cursor = heliosdbCursorOpen('SELECT id AS n FROM lookup');
  cursor.next(10);
  heliosdbQuery('INSERT INTO lookup SELECT range, 0 FROM range(1000, 6000)');
  let rest = 0;
  for (let rows = cursor.next(); rows !== null; rows = cursor.next()) rest += rows.length;
  heliosdbBeginTx();
  heliosdbQuery('DELETE FROM lookup WHERE id >= 1000');
  const inside = heliosdbCursorOpen('SELECT id AS n FROM lookup');
  heliosdbQuery('DELETE FROM lookup WHERE id >= 50');
  const seen = sum(inside);
  heliosdbRollbackTx();
  return rest + ' ' + seen + ' ' + one('SELECT count(*) AS n FROM lookup');
}

/** Leaves a cursor open in the middle, and fails if told to. */
export function leave(size, fails) {
  const cursor = heliosdbCursorOpen('SELECT range AS n FROM range(?)', [size]);
  cursor.next(10);
  if (fails) throw new Error('left');
  return 1;
}

/** Draws numbers through a cursor that is left in the middle. */
export function draw() {
  return heliosdbCursorOpen('SELECT n FROM draws').next(10).length;
}
`;

const folder = mkdtempSync(join(tmpdir(), 'heliosdb-cursors-'));
const module = join(folder, 'cursors.wasm');

before(async () => {
  const source = join(folder, 'cursors.js');
  writeFileSync(source, SOURCE);
  await compileProcedure({ source, output: module });
});
after(() => rmSync(folder, { recursive: true }));

const create = (signature: string, clauses = ''): string =>
  `CREATE PROCEDURE ${signature} LANGUAGE wasm ${clauses} AS 'file://${module}'`;

/** How many cursors streamed, how many results were kept, and what is still open. */
async function counts(session: Session): Promise<Readonly<Record<string, number>>> {
  const rows = await session.rows(`SELECT name, value::INTEGER FROM heliosdb_engine_stats()
    WHERE name LIKE 'cursors_%' OR name IN ('nested_connections', 'executions')`);
  return Object.fromEntries(rows) as Record<string, number>;
}

test('300 MB walk through a guest of 16 MB in a database that may hold 64 MB', () =>
  withSession(async (session) => {
    await session.run(
      createGuest('cursor-sum', {
        name: 'summed',
        parameters: 'query VARCHAR, capacity INTEGER',
        returns: 'VARCHAR',
        clauses: "MEMORY '16MB' TIMEOUT '60s'",
      }),
    );
    // Without a place for what does not fit, DuckDB fails where it would hold more.
    await session.run("SET temp_directory = ''; SET memory_limit = '64MB'");
    const count = 300_000;
    const rows = `SELECT range, repeat(chr(120), 1000) FROM range(${count})`;
    const kept = await session.error(
      `CREATE TABLE t AS SELECT unnest(list(x)) FROM (${rows}) t(n, x)`,
    );
    assert.equal(kept.name, 'out_of_memory', 'the limit would be noticed');
    const before = process.memoryUsage().rss;
    const text = String(await session.value(`SELECT summed('${rows}', 100000)`));
    const grown = (process.memoryUsage().rss - before) / 2 ** 20;
    const [walked, batches, sum] = text.split(' ').map(Number);
    assert.deepEqual([walked, sum], [count, (count * (count - 1)) / 2]);
    assert(Number(batches) > 2900, String(batches));
    assert(grown < 128, `the process grew by ${grown} MB`);
    const { cursors_streamed, cursors_kept } = await counts(session);
    assert.deepEqual([cursors_streamed, cursors_kept], [1, 0]);
  }));

test('several cursors stream at once, and other queries run between their batches', () =>
  withSession(async (session) => {
    await session.run(create('take_turns(count INTEGER, size BIGINT) RETURNS BIGINT'));
    await session.run(create('ask_beside(size BIGINT) RETURNS BIGINT'));
    assert.equal(await session.value('SELECT take_turns(16, 20000)'), 16n * 199_990_000n);
    const tooMany = await session.error('SELECT take_turns(17, 20000)');
    assert.match(String(tooMany.detail), /54000.*more cursors open than it may/);
    // Of 1000 rows a batch, 1000 % 7 + 1 = 7 rows answer each query.
    assert.equal(await session.value('SELECT ask_beside(50000)'), 350_000n);
    assert.deepEqual(await counts(session), {
      executions: 0,
      nested_connections: 0,
      cursors_streamed: 33,
      cursors_kept: 0,
    });
  }));

test('a cursor of a procedure that writes sees what was committed when it was opened', () =>
  withSession(async (session) => {
    await session.run(
      create('write_beside() RETURNS VARCHAR', "CAPABILITIES ('read:lookup', 'write:lookup')"),
    );
    // 90 of 100 rows were left; inside its transaction it sees its own changes, as they were then.
    assert.equal(await session.value('SELECT write_beside()'), '90 4950 5100');
    const { cursors_streamed, cursors_kept } = await counts(session);
    assert.deepEqual([cursors_streamed, cursors_kept], [1, 1]);
  }));

test('cursors left open are closed with their call, however it ends', () =>
  withSession(async (session) => {
    await session.run(create('leave(size BIGINT, fails BOOLEAN) RETURNS INTEGER', 'ON ERROR NULL'));
    await session.run('CREATE TABLE many AS SELECT range AS n FROM range(500)');
    const sql = 'SELECT count(*)::INTEGER, count(leave(n + 1000000, n % 3 = 0))::INTEGER FROM many';
    assert.deepEqual(await session.rows(sql), [[500, 333]]);
    assert.deepEqual(await counts(session), {
      executions: 0,
      nested_connections: 0,
      cursors_streamed: 500,
      cursors_kept: 0,
    });
    const spent = await session.rows(sql);
    assert.deepEqual(spent, [[500, 333]]);
  }));

test('numbers that a cursor drew from a sequence stay drawn', () =>
  withSession(async (session) => {
    await session.run(`CREATE SEQUENCE tickets;
      CREATE VIEW draws AS SELECT nextval('tickets') AS n FROM range(100000)`);
    await session.run(
      create('draw() RETURNS BIGINT', "CAPABILITIES ('read:draws', 'write:lookup')"),
    );
    assert.equal(await session.value('SELECT draw()'), 10n);
    assert(((await session.value("SELECT nextval('tickets')")) as bigint) > 10n);
  }));

test('when others commit meanwhile, a cursor still reads the snapshot of its statement', async () => {
  await using database = await openWithEngine();
  const [reader, writer] = [await openSession(database), await openSession(database)];
  await reader.run('CREATE TABLE lookup AS SELECT range AS id FROM range(100)');
  await reader.run(create('take_turns(count INTEGER, size BIGINT) RETURNS BIGINT'));
  await reader.run(create('ask_beside(size BIGINT) RETURNS BIGINT'));
  let isDone = false;
  const writing = (async () => {
    while (!isDone) await writer.run('INSERT INTO lookup VALUES (1000)');
  })();
  try {
    for (let round = 0; round < 20; round += 1) {
      assert.equal(await reader.value('SELECT take_turns(8, 5000)'), 8n * 12_497_500n);
      assert.equal(await reader.value('SELECT ask_beside(10000)'), 70_000n);
    }
  } finally {
    isDone = true;
    await writing;
  }
  const { cursors_streamed = 0, cursors_kept = 0 } = await counts(reader);
  assert.equal(cursors_streamed + cursors_kept, 20 * 9);
});
