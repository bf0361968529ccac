import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatBytes, formatCount, formatDuration, formatNumberOf, formatWhen } from './format.ts';

test('durations are in the unit that reads best, and no boundary is printed twice', () => {
  const printed = [0.0004, 0.5, 0.96, 9.94, 9.96, 999, 999.6, 59_949, 59_951, 3_661_000].map(
    formatDuration,
  );
  assert.deepEqual(printed, [
    '0 µs',
    '500 µs',
    '1.0 ms',
    '9.9 ms',
    '10 ms',
    '999 ms',
    '1.0 s',
    '59.9 s',
    '1 min 0 s',
    '1 h 1 min',
  ]);
});

test('counts and nouns', () => {
  assert.equal(formatCount(1234567), '1,234,567');
  assert.equal(formatNumberOf(1, 'row'), '1 row');
  assert.equal(formatNumberOf(0, 'row'), '0 rows');
});

test('bytes', () => {
  assert.deepEqual([0, 1023, 1024, 16_777_216].map(formatBytes), [
    '0 bytes',
    '1023 bytes',
    '1.0 KB',
    '16.0 MB',
  ]);
});

test('instants are said relative to now, and by date beyond a day', () => {
  const now = new Date('2026-06-30T12:00:00Z');
  const said = (instant: string) => formatWhen(instant, now);
  assert.equal(said('2026-06-30T11:59:55Z'), 'just now');
  assert.equal(said('2026-06-30T11:59:15Z'), '45 s ago');
  assert.equal(said('2026-06-30T11:01:00Z'), '59 min ago');
  assert.equal(said('2026-06-29T12:00:01Z'), '23 h ago');
  assert.match(said('2026-06-01T12:00:00Z'), /^2026-06-01 \d\d:\d\d$/);
  assert.equal(said('nonsense'), 'nonsense');
});
