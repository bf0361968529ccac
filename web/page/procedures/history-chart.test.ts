import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toCallsChart, toTimeChart } from './history-chart.ts';

const row = (version: number, calls: number, sums: unknown) => ({
  hour: '2026-06-30 10:00:00+00',
  version,
  calls,
  errors: 0,
  sums,
});
const valuesOf = (spec: Readonly<Record<string, unknown>>) =>
  (spec.data as { values: { hour: number; value: number }[] }).values;

test('a call takes its share of the time, whether the sums are a record or a text', () => {
  const history = [row(1, 4, { wall_ns: 8e6 }), row(1, 4, '{"wall_ns":4000000}')];
  assert.deepEqual(
    valuesOf(toTimeChart(history)).map(({ value }) => value),
    [0, 2, 1],
  );
});

test('hours without calls or without a time have none', () => {
  const history = [row(1, 0, { wall_ns: 5 }), row(1, 1, {})];
  assert.ok(valuesOf(toTimeChart(history)).every(({ value }) => value === 0));
});

test('an hour stands where it was, on an axis of a day', () => {
  const hour = Date.parse('2026-06-30T10:00:00Z');
  assert.deepEqual(
    valuesOf(toCallsChart([row(1, 3, {})])).map((one) => [one.hour, one.value]),
    [
      [hour - 23 * 3_600_000, 0],
      [hour, 3],
    ],
  );
});

test('colours tell versions apart once there are two', () => {
  const one = toCallsChart([row(1, 1, {})]);
  const two = toCallsChart([row(1, 1, {}), row(2, 1, {})]);
  assert.ok(!('color' in (one.encoding as object)));
  assert.ok('color' in (two.encoding as object));
});
