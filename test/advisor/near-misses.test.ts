/** Each rule on the real engine: a workload in which it stays silent, because nothing is wrong. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Advice } from '#advisor';
import { CodeAdvisor, RULES } from '#advisor';
import { systemClock } from '#core';
import type { Database } from '#storage';
import { openSession } from '../ddl/scene.ts';
import { NEAR_MISSES } from './near-misses.ts';
import { makeGuests, prepare } from './prepare.ts';
import { open } from './scene.ts';
import { TABLES } from './workloads.ts';

let folder: string;
let database: Database;
/** What is said after so many days, and how often each procedure was called. */
const said = new Map<number, Advice>();
const rowCounts = new Map<string, number>();

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heliosdb-near-misses-'));
  await makeGuests(folder);
  database = await open(join(folder, 'tables.duckdb'));
  const session = await openSession(database);
  await session.run(TABLES);
  for (const work of NEAR_MISSES) await prepare(database, folder, work);
  const { rows } = await session.connection.query(
    'SELECT procedure, sum(row_count)::INTEGER FROM heliosdb_metrics() GROUP BY ALL',
  );
  for (const [name, count] of rows) rowCounts.set(String(name), Number(count));
  for (const days of new Set(NEAR_MISSES.map(({ laterDays = 0 }) => laterDays))) {
    const now = (): Date => new Date(systemClock.now().getTime() + days * 86_400_000);
    const clock = { now, elapsedMs: systemClock.elapsedMs };
    said.set(days, await new CodeAdvisor({ model: null, schema: database, clock }).analyze());
  }
});

after(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

describe('rules that stay silent on the real engine', () => {
  it('are all of them', () => {
    const tried = new Set(NEAR_MISSES.flatMap(({ rules }) => rules));
    assert.deepEqual(
      RULES.filter(({ id }) => !tried.has(id)).map(({ id }) => id),
      [],
    );
  });
  for (const { rules, procedure, because, laterDays = 0 } of NEAR_MISSES) {
    it(`${rules.join(', ')} of ${procedure}: ${because}`, () => {
      assert.ok((rowCounts.get(procedure) ?? 0) > 0, 'it was called, so there is something to see');
      const found = said
        .get(laterDays)
        ?.recommendations.filter(({ finding }) => finding.procedure === procedure);
      const wrong = found?.filter(({ finding }) => rules.includes(finding.rule));
      assert.deepEqual(
        wrong?.map(({ finding }) => [finding.rule, finding.evidence]),
        [],
      );
    });
  }
});
