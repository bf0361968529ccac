import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGuest, withSession } from '../ddl/scene.ts';

test('EXPLAIN ANALYZE shows where the time of procedures went', () =>
  withSession(async (session) => {
    await session.run(createGuest('lookup', { clauses: "CAPABILITIES ('read:lookup')" }));
    await session.run('SELECT lookup(1), lookup(2)');
    const statement = 'SELECT sum(lookup(i % 5)) FROM range(100) r(i)';
    const rows = await session.rows(`EXPLAIN ANALYZE ${statement}`);
    const [key, text] = rows.at(-1) as [string, string];
    assert.equal(key, 'procedures');
    assert.match(text, /PROCEDURE lookup version 1/);
    // Those of this statement alone.
    assert.match(text, /Rows +100, 5 calls, 95 rows known already/);
    assert.match(text, /Mode +(queries of many rows together, 1 statements|one row a call: )/);
    assert.match(text, /Guest +\d+\.\d+ ms \(\d+ %\)/);
    assert.match(text, /Marshalling +\d+\.\d+ ms/);
    assert.match(text, /Nested Queries +\d+\.\d+ ms \(\d+ %\), 5 queries, 5 rows/);
    const json = await session.rows(`EXPLAIN (ANALYZE, FORMAT JSON) ${statement}`);
    const [cost] = JSON.parse(json.at(-1)?.[1] as string) as [Record<string, number>];
    const { wall_ms = 0, guest_ms = 0, marshalling_ms = 0, query_ms = 0 } = cost;
    assert.ok(Math.abs(wall_ms - guest_ms - marshalling_ms - query_ms) < 0.01 * wall_ms);
  }));

test('EXPLAIN ANALYZE of other statements is as DuckDB has it', () =>
  withSession(async (session) => {
    const rows = await session.rows('EXPLAIN ANALYZE SELECT 42');
    assert.deepEqual(
      rows.map(([key]) => key),
      ['analyzed_plan'],
    );
    assert.equal((await session.rows('EXPLAIN SELECT 42'))[0]?.[0], 'physical_plan');
  }));
