import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { SqlValue } from '#core';
import {
  parseSqlType,
  SqlDate,
  SqlDecimal,
  SqlInterval,
  SqlMap,
  SqlStruct,
  SqlTime,
  SqlTimestamp,
  SqlUnion,
  toText,
} from '#core';
import type { Connection } from './connection.ts';
import { Database } from './database.ts';

let database: Database;
let connection: Connection;
before(async () => {
  database = await Database.open({ path: ':memory:' });
  connection = await database.connect();
});
after(() => database.close());

const literals: readonly [type: string, sql: string, value: SqlValue][] = [
  ['INTEGER', 'NULL::INTEGER', null],
  ['BOOLEAN', 'true', true],
  ['TINYINT', '(-128)::TINYINT', -128],
  ['UINTEGER', '4294967295::UINTEGER', 4294967295],
  ['BIGINT', '(-9223372036854775808)::BIGINT', -9223372036854775808n],
  ['UBIGINT', '18446744073709551615::UBIGINT', 18446744073709551615n],
  ['HUGEINT', "'-170141183460469231731687303715884105728'::HUGEINT", -(2n ** 127n)],
  ['UHUGEINT', "'340282366920938463463374607431768211455'::UHUGEINT", 2n ** 128n - 1n],
  ['DOUBLE', '1e-300::DOUBLE', 1e-300],
  ['FLOAT', '0.1::FLOAT', Math.fround(0.1)],
  ['DECIMAL(18,3)', '119.998::DECIMAL', new SqlDecimal(119998n, 3)],
  [
    'DECIMAL(38,38)',
    "'0.00000000000000000000000000000000000001'::DECIMAL(38,38)",
    new SqlDecimal(1n, 38),
  ],
  ['VARCHAR', "'héllo \u{1F600}'", 'héllo \u{1F600}'],
  ['JSON', `'{"a":1}'::JSON`, '{"a":1}'],
  ['BLOB', "'\\x00\\xFF'::BLOB", new Uint8Array([0, 255])],
  ['BIT', "'0101'::BIT", '0101'],
  ['UUID', "'f47ac10b-58cc-4372-a567-0e02b2c3d479'::UUID", 'f47ac10b-58cc-4372-a567-0e02b2c3d479'],
  ["ENUM('a', 'b')", "'b'::ENUM('a', 'b')", 'b'],
  ['DATE', "DATE '2024-02-29'", new SqlDate(19782)],
  ['TIME', "TIME '23:59:59.999999'", new SqlTime(86399999999n)],
  [
    'TIME WITH TIME ZONE',
    "'10:00:00+05:30'::TIMETZ",
    new SqlTime(36000000000n, { offsetSeconds: 19800 }),
  ],
  ['TIMESTAMP', "TIMESTAMP '1969-12-31 23:59:59.999999'", new SqlTimestamp(-1n)],
  ['TIMESTAMP_S', "'2024-01-01'::TIMESTAMP_S", new SqlTimestamp(1704067200000000n)],
  [
    'TIMESTAMP_NS',
    "'1969-12-31 23:59:59.999999999'::TIMESTAMP_NS",
    new SqlTimestamp(-1n, { nanos: 999 }),
  ],
  [
    'TIMESTAMP WITH TIME ZONE',
    "'2024-01-01 00:00:00+00'::TIMESTAMPTZ",
    new SqlTimestamp(1704067200000000n, { hasTimeZone: true }),
  ],
  [
    'INTERVAL',
    "INTERVAL '1 year 2 days 3 hours'",
    new SqlInterval({ months: 12, days: 2, micros: 10800000000n }),
  ],
  ['INTEGER[]', '[1, NULL, 3]', [1, null, 3]],
  ['INTEGER[2]', '[1, 2]::INTEGER[2]', [1, 2]],
  [
    'STRUCT("2" INTEGER, "1" VARCHAR[])',
    `{'2': 1, '1': ['x']}`,
    new SqlStruct([
      ['2', 1],
      ['1', ['x']],
    ]),
  ],
  ['MAP(INTEGER, BOOLEAN)', 'MAP {1: true}', new SqlMap([[1, true]])],
  ['UNION(n INTEGER, s VARCHAR)', "'x'::UNION(n INTEGER, s VARCHAR)", new SqlUnion('s', 'x')],
];

for (const [type, sql, value] of literals) {
  test(`${type} arrives as a value, prints as DuckDB prints it and goes back as a parameter`, async () => {
    const { columns, rows } = await connection.query(
      `SELECT v, v::VARCHAR FROM (SELECT ${sql} AS v)`,
    );
    assert.equal(columns[0]?.type, type);
    assert.deepEqual(rows[0]?.[0], value);
    if (type !== 'TIMESTAMP WITH TIME ZONE') {
      assert.equal(toText(value, parseSqlType(type)), rows[0]?.[1] ?? 'NULL');
    }
    if (type.startsWith('UNION')) return; // A union of one member is another type.
    const sent = await connection.query(`SELECT $1::${type} IS NOT DISTINCT FROM ${sql}`, [value]);
    assert.deepEqual(sent.rows, [[true]]);
  });
}

test('doubles print as DuckDB prints them', async () => {
  const doubles = [
    '0',
    '1',
    '-0.0',
    '1e15',
    '1e16',
    '123456789012345680',
    '1e21',
    '1.5e300',
    '0.0001',
    '0.00001',
    '1/3',
    "'nan'",
    "'inf'",
  ];
  const list = doubles.map((double) => `(${double})::DOUBLE`).join(', ');
  const { rows } = await connection.query(`SELECT v, v::VARCHAR FROM unnest([${list}]) t(v)`);
  for (const [value, text] of rows) {
    assert.equal(toText(value as number, parseSqlType('DOUBLE')), text);
  }
});

test('parameters go by position and by name, with mixed lists in one type', async () => {
  const byName = await connection.query('SELECT $a + $b', { a: 1, b: 2n });
  assert.deepEqual(byName.rows, [[3n]]);
  const mixed = await connection.query('SELECT $1, typeof($1)', [[1, 2n ** 40n, null]]);
  assert.deepEqual(mixed.rows, [[[1n, 2n ** 40n, null], 'BIGINT[]']]);
  const date = await connection.query('SELECT $1', [new Date(0)]);
  assert.deepEqual(date.rows, [[new SqlTimestamp(0n, { hasTimeZone: true })]]);
  const empty = await connection.query('SELECT $1::INTEGER[]', [[]]);
  assert.deepEqual(empty.rows, [[[]]]);
});

test('a value that is none, or a wrong number of them, is refused with its path', async () => {
  await assert.rejects(connection.query('SELECT $1', [[undefined as never]]), {
    sqlstate: '22023',
    message: 'parameter $1[0] cannot be passed',
  });
  await assert.rejects(connection.query('SELECT $1', [{ a: 1 } as never]), { sqlstate: '22023' });
  await assert.rejects(connection.query('SELECT $1 + $2', [1]), { sqlstate: '42P02' });
  await assert.rejects(connection.query('SELECT $a', { b: 1 }), { sqlstate: '42P02' });
});

const failures: readonly [sqlstate: string, sql: string][] = [
  ['42601', 'SELEC 1'],
  ['42P01', 'SELECT * FROM nope'],
  ['3F000', 'SELECT * FROM nope.nope'],
  ['42703', 'SELECT nope FROM (SELECT 1 AS a)'],
  ['42702', 'SELECT a FROM (SELECT 1 AS a) x, (SELECT 1 AS a) y'],
  ['42883', 'SELECT nope(1)'],
  ['42883', "SELECT abs('x', 'y')"],
  ['42803', 'SELECT a, sum(a) FROM (SELECT 1 AS a)'],
  ['42704', 'SELECT 1::nope'],
  ['42704', 'SET nope = 1'],
  ['22P02', "SELECT 'a'::INTEGER"],
  ['22P02', "SELECT 'read-only'::INTEGER"],
  ['22003', 'SELECT 1000::TINYINT'],
  ['22003', 'SELECT 9223372036854775807 + 1::BIGINT'],
  ['22007', "SELECT DATE 'x'"],
  ['22032', "SELECT '{'::JSON"],
  ['58P01', "SELECT * FROM read_csv('/nope/nope.csv')"],
  ['25P01', 'COMMIT'],
  ['25001', 'BEGIN; BEGIN'],
  ['42P07', 'CREATE TABLE duplicate(a INT); CREATE TABLE duplicate(a INT)'],
  [
    '23505',
    "CREATE TABLE keyed(a TEXT PRIMARY KEY, b INT NOT NULL, CHECK (b > 0)); INSERT INTO keyed VALUES ('NOT NULL', 1), ('NOT NULL', 1)",
  ],
  ['23502', "INSERT INTO keyed VALUES ('x', NULL)"],
  ['23514', "INSERT INTO keyed VALUES ('x', 0)"],
  ['23503', 'CREATE TABLE child(a TEXT REFERENCES keyed(a)); INSERT INTO child VALUES (1)'],
  ['2BP01', 'DROP TABLE keyed'],
  ['0A000', 'ALTER TABLE keyed ADD CONSTRAINT positive CHECK (b > 1)'],
  ['38000', "SELECT error('HELIOS-38000: no such customer')"],
];

for (const [sqlstate, sql] of failures) {
  test(`${sql.slice(0, 60)} fails with ${sqlstate}`, async () => {
    await using own = await database.connect();
    await assert.rejects(own.query(sql), { sqlstate });
  });
}

test('a syntax error says where it is', async () => {
  await assert.rejects(
    connection.query('SELECT 1;\nSELECT FORM x y z'),
    (error: { fields: object; detail: string }) => {
      assert.deepEqual(error.fields, { line: 2, column: 15 });
      assert.match(error.detail, /LINE 2: SELECT FORM x y z/);
      return true;
    },
  );
});

test('a script returns its last statement, and changes count rows', async () => {
  const last = await connection.query('CREATE TEMP TABLE n(a INT); INSERT INTO n VALUES (1), (2)');
  assert.deepEqual(last, { columns: [], rows: [], rowCount: 2 });
  const returning = await connection.query('INSERT INTO n VALUES (3) RETURNING a');
  assert.deepEqual(returning.rows, [[3]]);
  const nothing = await connection.query('-- only a comment');
  assert.deepEqual(nothing, { columns: [], rows: [], rowCount: 0 });
});

test('an interrupted statement fails and the next one works', async () => {
  await using own = await database.connect();
  const running = assert.rejects(
    own.query('SELECT count(*) FROM range(10000000000) a, range(1000) b'),
    { sqlstate: '57014' },
  );
  const repeat = setInterval(() => own.interrupt(), 5);
  await running;
  clearInterval(repeat);
  assert.deepEqual((await own.query('SELECT 1')).rows, [[1]]);
});

test('a stream hands out chunks, leaves its connection free and can be left early', async () => {
  await using own = await database.connect();
  const stream = await own.stream('SELECT range AS n FROM range(10000)');
  assert.deepEqual(stream.columns, [{ name: 'n', type: 'BIGINT' }]);
  assert.deepEqual((await own.query('SELECT 1')).rows, [[1]]);
  let rowCount = 0;
  let chunkCount = 0;
  for await (const chunk of stream) {
    rowCount += chunk.length;
    chunkCount += 1;
  }
  assert.equal(rowCount, 10000);
  assert.ok(chunkCount > 1);
  for await (const chunk of await own.stream('SELECT * FROM range(1000000)')) {
    assert.ok(chunk.length > 0);
    break;
  }
  assert.deepEqual((await own.query('SELECT 1')).rows, [[1]]);
});

test('an error in a late row fails the stream, never cuts it short', async () => {
  await using own = await database.connect();
  const read = async (): Promise<void> => {
    const sql =
      "SELECT CASE WHEN range = 300000 THEN error('late') ELSE range END FROM range(500000)";
    for await (const chunk of await own.stream(sql)) assert.ok(chunk.length > 0);
  };
  await assert.rejects(read(), { sqlstate: '22023' });
  assert.deepEqual((await own.query('SELECT 1')).rows, [[1]]);
});

test('statements given at once run in order', async () => {
  await using own = await database.connect();
  const done: number[] = [];
  await Promise.all([
    own.run('CREATE TEMP TABLE t AS FROM range(2000000)').then(() => done.push(1)),
    assert.rejects(own.run('SELECT nonsense')).then(() => done.push(2)),
    own.query('SELECT count(*) FROM t').then(() => done.push(3)),
  ]);
  assert.deepEqual(done, [1, 2, 3]);
});

test('a prepared statement runs with changing parameters and after its table changed', async () => {
  await using own = await database.connect();
  await own.run('CREATE TEMP TABLE t AS SELECT 1 AS a');
  using statement = await own.prepare('SELECT sum(a) + $1 FROM t');
  assert.deepEqual((await statement.query([1])).rows, [[2n]]);
  await own.run('INSERT INTO t VALUES (10)');
  assert.deepEqual((await statement.query([2])).rows, [[13n]]);
});

test('a transaction commits what succeeds and rolls back what throws', async () => {
  await using own = await database.connect();
  await own.run('CREATE TEMP TABLE t(a INTEGER)');
  await own.transaction(() => own.run('INSERT INTO t VALUES (1)'));
  await assert.rejects(
    own.transaction(async () => {
      await own.run('INSERT INTO t VALUES (2)');
      await own.run('SELECT nonsense');
    }),
    { sqlstate: '42703' },
  );
  assert.deepEqual((await own.query('SELECT a FROM t')).rows, [[1]]);
  await own.transaction(() => own.run('INSERT INTO t VALUES (3)'));
});
