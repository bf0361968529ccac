import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SqlValue } from './index.ts';
import {
  INFINITY_DAYS,
  INFINITY_MICROS,
  parseSqlType,
  printSqlType,
  SqlDate,
  SqlDecimal,
  SqlInterval,
  SqlMap,
  SqlStruct,
  SqlTime,
  SqlTimestamp,
  SqlUnion,
  toJson,
  toText,
} from './index.ts';

const cases: readonly [title: string, value: SqlValue, text: string, json: unknown][] = [
  ['null', null, 'NULL', null],
  ['boolean', true, 'true', true],
  ['the largest BIGINT', 9223372036854775807n, '9223372036854775807', '9223372036854775807'],
  ['the largest safe integer', 9007199254740991n, '9007199254740991', 9007199254740991],
  ['not a number', Number.NaN, 'nan', 'nan'],
  ['infinity', Number.NEGATIVE_INFINITY, '-inf', '-inf'],
  ['a decimal', new SqlDecimal(119998n, 3), '119.998', 119.998],
  ['a small negative decimal', new SqlDecimal(-5n, 3), '-0.005', -0.005],
  [
    'a decimal no double holds',
    new SqlDecimal(12345678901234567890n, 2),
    '123456789012345678.90',
    '123456789012345678.90',
  ],
  ['bytes', new Uint8Array([0x61, 0x00, 0xff, 0x27]), 'a\\x00\\xFF\\x27', 'YQD/Jw=='],
  ['a date', new SqlDate(19782), '2024-02-29', '2024-02-29'],
  ['a date before Christ', new SqlDate(-719163), '0001-12-31 (BC)', '0001-12-31 (BC)'],
  ['an infinite date', new SqlDate(-INFINITY_DAYS), '-infinity', '-infinity'],
  ['a time', new SqlTime(86399999999n), '23:59:59.999999', '23:59:59.999999'],
  [
    'a time with offset',
    new SqlTime(36000000000n, { offsetSeconds: -19800 }),
    '10:00:00-05:30',
    '10:00:00-05:30',
  ],
  [
    'a timestamp before the epoch',
    new SqlTimestamp(-1n),
    '1969-12-31 23:59:59.999999',
    '1969-12-31 23:59:59.999999',
  ],
  [
    'an instant',
    new SqlTimestamp(0n, { hasTimeZone: true }),
    '1970-01-01 00:00:00+00',
    '1970-01-01 00:00:00+00',
  ],
  ['an infinite timestamp', new SqlTimestamp(INFINITY_MICROS), 'infinity', 'infinity'],
  [
    'an interval',
    new SqlInterval({ months: 14, days: -1, micros: 3600000000n }),
    '1 year 2 months -1 day 01:00:00',
    '1 year 2 months -1 day 01:00:00',
  ],
  ['no time at all', new SqlInterval({}), '00:00:00', '00:00:00'],
  ['a list', [1, null, 'a, b', ''], "[1, NULL, 'a, b', '']", [1, null, 'a, b', '']],
  [
    'a struct',
    new SqlStruct([
      ['b', 1n],
      ['a', new SqlStruct([])],
    ]),
    "{'b': 1, 'a': {}}",
    { b: 1, a: {} },
  ],
  ['a map with text keys', new SqlMap([['k', [1]]]), '{k=[1]}', { k: [1] }],
  ['a map with other keys', new SqlMap([[1, 2]]), '{1=2}', [{ key: 1, value: 2 }]],
  ['a union', new SqlUnion('n', 7), '7', 7],
];

for (const [title, value, text, json] of cases) {
  test(`${title} prints as text and JSON`, () => {
    assert.equal(toText(value), text);
    assert.deepEqual(toJson(value), json);
  });
}

test('a struct with a field named __proto__ stays an ordinary object in JSON', () => {
  const json = toJson(new SqlStruct([['__proto__', 1]]));
  assert.equal(JSON.stringify(json), '{"__proto__":1}');
});

test('the type decides how numbers and JSON print', () => {
  const double = parseSqlType('DOUBLE');
  assert.equal(toText(1, double), '1.0');
  assert.equal(toText(1e16, double), '1e+16');
  assert.equal(toText(0.00001, double), '1e-05');
  assert.equal(toText(Math.fround(0.1), parseSqlType('FLOAT')), '0.1');
  assert.deepEqual(toText([1], parseSqlType('DOUBLE[]')), '[1.0]');
  assert.deepEqual(toJson('{"a":[1]}', parseSqlType('JSON')), { a: [1] });
});

test('a decimal parses what it prints', () => {
  for (const text of ['0', '-1.50', '12345678901234567890123456789012345678', '0.001']) {
    assert.equal(SqlDecimal.parse(text)?.toString(), text);
  }
  for (const text of ['', '.', '1e5', '1,5', '--1', '0x1']) {
    assert.equal(SqlDecimal.parse(text), null);
  }
});

test('types parse with their aliases and print as DuckDB prints them', () => {
  const pairs = [
    ['decimal', 'DECIMAL(18,3)'],
    ['NUMERIC(10)', 'DECIMAL(10,0)'],
    ['text', 'VARCHAR'],
    ['varchar(20)', 'VARCHAR'],
    ['double precision', 'DOUBLE'],
    ['timestamptz', 'TIMESTAMP WITH TIME ZONE'],
    ['timestamp with  time zone[]', 'TIMESTAMP WITH TIME ZONE[]'],
    ['struct(a int, "b c" text[3])[]', 'STRUCT(a INTEGER, "b c" VARCHAR[3])[]'],
    ['struct("select" int)', 'STRUCT("select" INTEGER)'],
    ['map(varchar, decimal(4,1)[])', 'MAP(VARCHAR, DECIMAL(4,1)[])'],
    ["enum('a', 'it''s')", "ENUM('a', 'it''s')"],
    ['union(n int, s text)', 'UNION(n INTEGER, s VARCHAR)'],
    ['"my type"', '"my type"'],
  ] as const;
  for (const [text, printed] of pairs) {
    assert.equal(printSqlType(parseSqlType(text)), printed);
    assert.equal(printSqlType(parseSqlType(printed)), printed);
  }
});

test('a text that is no type is a syntax error at its place', () => {
  const texts = [
    '',
    'INT)',
    'DECIMAL(39,1)',
    'DECIMAL(4,5)',
    'STRUCT()',
    'INT[',
    'ENUM(a)',
    'MAP(INT)',
  ];
  for (const text of texts) {
    assert.throws(() => parseSqlType(text), { sqlstate: '42601' }, text);
  }
  assert.throws(() => parseSqlType(`${'STRUCT(a '.repeat(100)}INT${')'.repeat(100)}`), {
    sqlstate: '42601',
  });
});
