import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeliosError } from './error.ts';
import type { SqlValue } from './value.ts';
import {
  SqlDate,
  SqlDecimal,
  SqlInterval,
  SqlMap,
  SqlStruct,
  SqlTime,
  SqlTimestamp,
  SqlUnion,
} from './value.ts';
import { fromWire, toWire } from './value-wire.ts';

const VALUES: readonly SqlValue[] = [
  null,
  true,
  0,
  -0,
  1.5,
  Number.NaN,
  Number.NEGATIVE_INFINITY,
  2n ** 127n,
  -1n,
  '',
  'Käthe\n"☃"',
  new Uint8Array([0, 255, 10]),
  new Uint8Array(),
  new SqlDecimal(-12345678901234567890n, 4),
  new SqlDate(-1),
  new SqlTime(1n, { nanos: 7, offsetSeconds: -3600 }),
  new SqlTime(1n),
  new SqlTimestamp(-5n, { nanos: 999, hasTimeZone: true }),
  new SqlInterval({ months: 1, days: -2, micros: 3n }),
  [],
  [1, null, [2n]],
  new SqlStruct([
    ['__proto__', 1],
    ['a', [new SqlDate(1)]],
  ]),
  new SqlStruct([]),
  new SqlMap([[new SqlDate(1), 'x']]),
  new SqlUnion('number', 4n),
];

test('every value comes back as it was, through text', () => {
  for (const value of VALUES) {
    assert.deepStrictEqual(fromWire(JSON.parse(JSON.stringify(toWire(value)))), value);
  }
});

test('what is not of this form is refused', () => {
  for (const json of [{}, { a: 1, b: 2 }, { unknown: 1 }, { integer: 'x' }, { struct: [1] }]) {
    assert.throws(
      () => fromWire(json),
      (error) => HeliosError.isInstance(error, 'invalid_json_text'),
      JSON.stringify(json),
    );
  }
});
