import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { CodeAdvisor, Recommendation } from '#advisor';
import type { Database } from '#storage';
import { createGuest, openSession } from '../ddl/scene.ts';
import { adviseOn, FEW_TURNS, open } from './scene.ts';

let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heliosdb-changes-'));
});

after(() => rm(folder, { recursive: true, force: true }));

const TABLE = 'CREATE TABLE lookup AS SELECT i AS id, i * 10 AS v FROM range(5000) r(i)';

async function prepare(database: Database, clauses: string): Promise<CodeAdvisor> {
  const session = await openSession(database);
  await session.run(`${TABLE}; ${createGuest('lookup', { clauses })};
    SELECT sum(lookup(i)) FROM range(1000) r(i)`);
  await session.connection.close();
  return adviseOn(database, folder);
}

async function replayed(
  advisor: CodeAdvisor,
  rule: string,
  limits = {},
): Promise<Recommendation & { verdict: NonNullable<Recommendation['verdict']> }> {
  const { recommendations } = await advisor.analyze();
  const found = recommendations.find(({ finding }) => finding.rule === rule);
  assert.ok(found, recommendations.map(({ finding }) => finding.rule).join(', '));
  const [judged] = await advisor.replay({
    ids: [found.finding.id],
    limits: { ...FEW_TURNS, ...limits },
  });
  assert.ok(judged?.verdict);
  return { ...judged, verdict: judged.verdict };
}

describe('changes that are replayed', { concurrency: 2 }, () => {
  it('declares a procedure STABLE that was VOLATILE, in memory, and back', async () => {
    await using database = await open(':memory:');
    const advisor = await prepare(
      database,
      "CAPABILITIES ('read:lookup') VOLATILE COMMENT 'it''s one'",
    );
    const { verdict, finding } = await replayed(advisor, 'performance/volatility-too-wide');
    const main = verdict.measurements.find(({ role }) => role === 'main');
    assert.ok(main?.areResultsEqual, verdict.reason);
    const statements = verdict.work.find(({ metric }) => metric === 'queryStatements');
    assert.ok(
      statements !== undefined && statements.candidate < statements.baseline,
      verdict.reason,
    );
    const volatility = async () =>
      (
        await database.withConnection((connection) =>
          connection.query(
            "SELECT volatility, comment FROM heliosdb_procedures() WHERE name = 'lookup'",
          ),
        )
      ).rows;
    await advisor.apply(finding.id);
    assert.deepEqual(await volatility(), [['STABLE', "it's one"]]);
    await advisor.revert(finding.id);
    assert.deepEqual(await volatility(), [['VOLATILE', "it's one"]]);
  });

  it('finds that a right was not needed: the results are equal without it', async () => {
    await using database = await open(join(folder, 'rights.duckdb'));
    const advisor = await prepare(database, "CAPABILITIES ('read:lookup', 'read:salaries')");
    const { verdict } = await replayed(advisor, 'security/capability-unused');
    assert.notEqual(verdict.outcome, 'not_replayable', verdict.reason);
    assert.ok(
      verdict.measurements.every(({ areResultsEqual }) => areResultsEqual),
      verdict.reason,
    );
    assert.match(verdict.apply[0] ?? '', /CAPABILITIES \('read:lookup'\)/);
  });

  it('takes a sample of a database that is too large, and says so', async () => {
    await using database = await open(join(folder, 'large.duckdb'));
    const advisor = await prepare(database, "CAPABILITIES ('read:lookup') VOLATILE");
    const limits = { copyBytesMax: 1, sampledRowsMax: 500 };
    const { verdict } = await replayed(advisor, 'performance/volatility-too-wide', limits);
    assert.notEqual(verdict.outcome, 'not_replayable', verdict.reason);
    assert.match(verdict.warnings.join(), /a sample of lookup/);
    const main = verdict.measurements.find(({ role }) => role === 'main');
    assert.ok(main?.areResultsEqual, verdict.reason);
  });

  it('stops when it is cancelled, and leaves nothing behind', async () => {
    await using database = await open(join(folder, 'cancelled.duckdb'));
    const advisor = await prepare(database, "CAPABILITIES ('read:lookup') VOLATILE");
    const abort = new AbortController();
    const replay = advisor.replay({
      signal: abort.signal,
      limits: FEW_TURNS,
      onProgress: (_, text) => {
        if (text.startsWith('measuring')) abort.abort();
      },
    });
    await assert.rejects(replay, { sqlstate: '57014' });
    const { recommendations } = await advisor.analyze();
    assert.ok(recommendations.every(({ state }) => state === 'proposed'));
  });
});
