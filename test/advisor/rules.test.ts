/** Each rule on the real engine: a workload in which it fires, and what the replay then finds. */
import assert from 'node:assert/strict';
import { copyFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { CandidateSource, Recommendation } from '#advisor';
import { CodeAdvisor, printWork, RULES } from '#advisor';
import { createReplayPorts } from '#agent';
import { systemClock } from '#core';
import type { Connection } from '#storage';
import { openSession } from '../ddl/scene.ts';
import { fileOf, makeGuests, prepare } from './prepare.ts';
import { open } from './scene.ts';
import type { Workload } from './workloads.ts';
import { TABLES, WORKLOADS } from './workloads.ts';

/** Directions show in few turns; how strong they are is not asked here. */
const FEWEST_TURNS = { pairsMin: 3, pairsMax: 3, runMsMax: 200 };

const FILE = 'shop.duckdb';

let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heliosdb-rules-'));
  await makeGuests(folder);
  await using database = await open(join(folder, 'tables.duckdb'));
  const session = await openSession(database);
  await session.run(TABLES);
});

after(() => rm(folder, { recursive: true, force: true }));

async function candidateOf({ candidate }: Workload): Promise<CandidateSource | null> {
  if (candidate === undefined) return null;
  if ('version' in candidate) return { kind: 'version', version: candidate.version };
  const bytes = new Uint8Array(await readFile(join(folder, fileOf(candidate.guest))));
  return { kind: 'module', bytes, entry: candidate.entry, capabilities: null };
}

async function judge(workload: Workload, own: string): Promise<Recommendation> {
  const path = join(own, FILE);
  await copyFile(join(folder, 'tables.duckdb'), path);
  await using database = await open(path);
  await prepare(database, folder, workload);
  const { laterDays = 0 } = workload;
  const now = (): Date => new Date(systemClock.now().getTime() + laterDays * 86_400_000);
  const advisor = new CodeAdvisor({
    model: null,
    schema: database,
    replay: createReplayPorts(join(own, 'copies')),
    clock: { now, elapsedMs: systemClock.elapsedMs },
  });
  const { recommendations } = await advisor.analyze();
  const found = recommendations.find(
    ({ finding }) =>
      finding.rule === workload.rule &&
      finding.procedure === (workload.about ?? workload.procedure),
  );
  const others = recommendations.map(({ finding }) => `${finding.rule} ${finding.procedure}`);
  assert.ok(found, `not found; there is ${others.join(', ') || 'nothing'}`);
  const candidate = await candidateOf(workload);
  const [judged] = await advisor.replay({
    ids: [found.finding.id],
    limits: FEWEST_TURNS,
    ...(candidate === null ? {} : { candidate }),
  });
  assert.ok(judged);
  return judged;
}

function check({ finds, reason, counted }: Workload, { verdict, finding }: Recommendation): void {
  assert.ok(verdict);
  const said = `${verdict.outcome}: ${verdict.reason}`;
  if (reason !== undefined) assert.match(verdict.reason, reason);
  if (finds === 'none') {
    assert.equal(verdict.outcome, 'not_replayable', said);
    return;
  }
  assert.notEqual(verdict.outcome, 'not_replayable', said);
  const main = verdict.measurements.find(({ role }) => role === 'main');
  assert.ok(main, said);
  assert.equal(main.areResultsEqual, finds !== 'different', said);
  if (finds === 'different') assert.equal(verdict.outcome, 'refuted', said);
  if (finds === 'less') {
    const { change } = finding;
    const metric = counted ?? (change !== null && 'metric' in change ? change.metric : null);
    const work = verdict.work.find((entry) => entry.metric === metric);
    const all = verdict.work.map(printWork).join('; ');
    assert.ok(work !== undefined && work.candidate < work.baseline, `${said}; ${all}`);
  }
}

/** Makes the change, and compares how many rows a query reads before and after. */
async function checkScans({ scans }: Workload, { verdict }: Recommendation, own: string) {
  if (scans === undefined) return;
  const { sql, thenSql = sql, rows } = scans;
  assert.ok(verdict !== null && verdict.apply.length > 0);
  await using database = await open(join(own, FILE));
  const { connection } = await openSession(database);
  const before = await scannedRows(connection, sql);
  for (const statement of verdict.apply) await connection.query(statement);
  const after = await scannedRows(connection, thenSql);
  const said = `${before} rows were read, and then ${after}`;
  if (rows === 'fewer') assert.ok(after < before / 100, said);
  else assert.equal(after, before, said);
}

async function scannedRows(connection: Connection, sql: string): Promise<number> {
  const { rows } = await connection.query(`EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`);
  return JSON.parse(String(rows[0]?.[1])).cumulative_rows_scanned;
}

describe('rules on the real engine', { concurrency: 2 }, () => {
  it('have a workload each', () => {
    const tried = new Set(WORKLOADS.map(({ rule }) => rule));
    assert.deepEqual(
      RULES.filter(({ id }) => !tried.has(id)).map(({ id }) => id),
      [],
    );
  });
  for (const [index, workload] of WORKLOADS.entries()) {
    it(`${workload.rule} of ${workload.procedure}: ${workload.finds}`, async () => {
      const own = join(folder, `${index}`);
      await mkdir(own);
      const judged = await judge(workload, own);
      check(workload, judged);
      await checkScans(workload, judged, own);
    });
  }
});
