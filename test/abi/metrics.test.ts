/** What guests count and observe under names of their own. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openSession, openWithEngine, withSession } from '../ddl/scene.ts';
import type { HostArgument } from './host-call.ts';
import { createModule, hostCallModule } from './host-call.ts';

const count = (name: string, amount: bigint): { name: string; args: readonly HostArgument[] } => ({
  name: 'heliosdb_metric_count',
  args: [name, { i64: amount }],
});
const observe = (name: string, value: number): { name: string; args: readonly HostArgument[] } => ({
  name: 'heliosdb_metric_observe',
  args: [name, { f64: value }],
});
const METRICS = `SELECT procedure, version, name, kind, reports::INTEGER, total, minimum, maximum, mean
  FROM heliosdb_custom_metrics() ORDER BY ALL`;
const PER_ROW = hostCallModule([
  count('orders', 2n),
  observe('score', 1.5),
  observe('score', -0.5),
]);

test('counts and observations add up over rows and threads', () =>
  withSession(async (session) => {
    await session.run(createModule(PER_ROW, { clauses: 'VOLATILE' }));
    await session.run('SELECT called() FROM range(1000)');
    assert.deepEqual(await session.rows(METRICS), [
      ['called', 1, 'orders', 'count', 1000, 2000, null, null, null],
      ['called', 1, 'score', 'observation', 2000, 1000, -0.5, 1.5, 0.5],
    ]);
  }));

test('a failed call keeps what it reported, a refused report changes nothing', () =>
  withSession(async (session) => {
    const module = hostCallModule([count('tries', 1n), count('no good name', 1n)]);
    await session.run(createModule(module, { clauses: 'VOLATILE' }));
    const error = await session.error('SELECT called()');
    assert.match(String(error.detail), /22023.*not the name of a metric/);
    const names = await session.rows('SELECT name, total FROM heliosdb_custom_metrics()');
    assert.deepEqual(names, [['tries', 1]]);
  }));

test('a version has at most 64 metrics, what is beyond is dropped and told in the log', () =>
  withSession(async (session) => {
    for (const part of ['a', 'b']) {
      const calls = Array.from({ length: 40 }, (_, index) => count(`${part}${index}`, 1n));
      const create = createModule(hostCallModule(calls), { clauses: 'VOLATILE' });
      await session.run(part === 'a' ? create : addVersion(create));
      await session.run('SELECT called()');
    }
    const perVersion = await session.rows(
      'SELECT version, count(*)::INTEGER FROM heliosdb_custom_metrics() GROUP BY ALL ORDER BY ALL',
    );
    assert.deepEqual(perVersion, [
      [1, 40],
      [2, 40],
    ]);
    const calls = Array.from({ length: 65 }, (_, index) => count(`c${index}`, 1n));
    await session.run(addVersion(createModule(hostCallModule(calls), { clauses: 'VOLATILE' })));
    const error = await session.error('SELECT called()');
    assert.match(String(error.detail), /54000.*more names than it may/);
  }));

/** The statement that gives a procedure the module of another statement. */
function addVersion(create: string): string {
  const module = create.slice(create.indexOf('AS $wasm$'));
  return `ALTER PROCEDURE called ADD VERSION ${module}`;
}

test('metrics survive closing and reopening the database', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'heliosdb-metrics-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'metrics.duckdb');
  for (const total of [2, 4]) {
    await using database = await openWithEngine(path);
    const session = await openSession(database);
    if (total === 2) await session.run(createModule(PER_ROW, { clauses: 'VOLATILE' }));
    await session.run('SELECT called()');
    const read = "SELECT total FROM heliosdb_custom_metrics() WHERE name = 'orders'";
    assert.equal(await session.value(read), total);
    await session.run('SELECT heliosdb_flush()');
    assert.equal(await session.value(read), total);
    await session.connection.close();
  }
});
