import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { toText } from '#core';
import type { Database } from '#storage';
import { runCli } from '../cli/run-cli.ts';
import { createGuest, openSession } from '../ddl/scene.ts';
import { adviseOn, FEW_TURNS, open } from './scene.ts';

let folder: string;
let path: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heliosdb-decisions-'));
  path = join(folder, 'lookup.duckdb');
  await using database = await open(path);
  const session = await openSession(database);
  // Enough rows for an index to be worth a thought, and none there.
  await session.run(`CREATE TABLE lookup AS SELECT i AS id, i * 10 AS v FROM range(60000) r(i);
    ${createGuest('lookup', { clauses: "CAPABILITIES ('read:lookup', 'read:other')" })}`);
});

after(() => rm(folder, { recursive: true, force: true }));

async function callOneByOne(database: Database, count: number): Promise<void> {
  await database.withConnection(async (connection) => {
    using call = await connection.prepare('SELECT lookup($1::BIGINT)');
    for (let turn = 0; turn < count; turn += 1) await call.query([BigInt(turn * 7)]);
  });
}

/** Everything that statements could have changed. */
async function schemaOf(database: Database): Promise<string[]> {
  const { rows } = await database.withConnection((connection) =>
    connection.query(`
      SELECT 'index', sql FROM duckdb_indexes() UNION ALL
      SELECT 'table', sql FROM duckdb_tables() WHERE schema_name <> 'heliosdb' UNION ALL
      SELECT 'macro', function_name || macro_definition FROM duckdb_functions()
        WHERE function_type LIKE '%macro' AND NOT internal
      ORDER BY ALL`),
  );
  return rows.map((row) => row.map((value) => toText(value)).join(' '));
}

describe('decisions about findings', { concurrency: false }, () => {
  it('says that it could not look where nothing was called', async () => {
    await using database = await open(path);
    const advice = await adviseOn(database, folder).analyze();
    assert.deepEqual([advice.status, advice.recommendations], ['could-not-look', []]);
    assert.match(advice.summary, /no calls/);
    const { code, err, out } = await (async () => {
      await database.close();
      return await runCli(['advise', '--db', path, '--check']);
    })();
    assert.deepEqual([code, err], [6, '']);
    assert.match(out, /nothing to judge by/);
  });

  it('verifies an index for single lookups, applies it and takes it back exactly', async () => {
    await using database = await open(path);
    await callOneByOne(database, 120);
    const advisor = adviseOn(database, folder);
    const before = await schemaOf(database);
    const { recommendations } = await advisor.analyzeProcedure('LOOKUP');
    const found = recommendations.find(
      ({ finding }) => finding.rule === 'performance/lookup-unindexed',
    );
    assert.ok(found, recommendations.map(({ finding }) => finding.rule).join(', '));
    const { id } = found.finding;
    const [replayed] = await advisor.replay({ ids: [id], limits: FEW_TURNS });
    assert.ok(replayed !== undefined);
    assert.ok(replayed.verdict?.measurements.every(({ areResultsEqual }) => areResultsEqual));
    assert.deepEqual(await schemaOf(database), before, 'a replay changes nothing');
    assert.notEqual(replayed.state, 'not_replayable', replayed.reason ?? '');
    // On a busy machine the gain may drown in the noise; a person may apply it all the same.
    if (replayed.state === 'refuted') return;
    await advisor.apply(id);
    const applied = await schemaOf(database);
    assert.equal(applied.length, before.length + 1);
    const settled = (await advisor.analyze()).settled.map(({ finding }) => finding.id);
    assert.ok(settled.includes(id), 'an applied finding is settled');
    await assert.rejects(advisor.apply(id), { sqlstate: '55000' });
    // A verdict would take the place of what takes the change back.
    await assert.rejects(advisor.replay({ ids: [id] }), { sqlstate: '55000' });
    await advisor.revert(id);
    assert.deepEqual(await schemaOf(database), before);
    await assert.rejects(advisor.revert(id), { sqlstate: '55000' });
  });

  it('keeps why a finding was dismissed, and does not bring it back', async () => {
    const dismissed = await (async () => {
      await using database = await open(path);
      await callOneByOne(database, 250);
      const advisor = adviseOn(database, folder);
      const { recommendations } = await advisor.analyze();
      const unused = recommendations.find(
        ({ finding }) => finding.rule === 'security/capability-unused',
      );
      assert.ok(unused);
      return unused.finding.id;
    })();
    const said = await runCli([
      'advise',
      '--db',
      path,
      '--dismiss',
      dismissed,
      '--reason',
      "it's für später",
    ]);
    assert.equal(said.code, 0, said.err);
    await using database = await open(path);
    await callOneByOne(database, 50);
    const advice = await adviseOn(database, folder).analyze();
    assert.ok(!advice.recommendations.some(({ finding }) => finding.id === dismissed));
    const kept = advice.settled.find(({ finding }) => finding.id === dismissed);
    assert.deepEqual([kept?.state, kept?.reason], ['dismissed', "it's für später"]);
  });

  it('verifies that a right is not needed, and the procedure works without it', async () => {
    await using database = await open(path);
    const advisor = adviseOn(database, folder);
    const all = await advisor.analyze();
    const id = all.settled.find(({ finding }) => finding.rule === 'security/capability-unused')
      ?.finding.id;
    assert.ok(id);
    await assert.rejects(
      advisor.apply(id),
      { sqlstate: '55000' },
      'a dismissed finding is not applied',
    );
  });

  it('names what there is when an id or a procedure is unknown', async () => {
    await using database = await open(path);
    const advisor = adviseOn(database, folder);
    await assert.rejects(advisor.apply('P999-00000000'), { sqlstate: '42704' });
    await assert.rejects(advisor.analyzeProcedure('nobody'), { sqlstate: '42883' });
    await database.close();
    const unknown = await runCli(['advise', 'nobody', '--db', path]);
    assert.equal(unknown.code, 1);
    assert.match(unknown.err, /there are lookup/);
    const wrong = await runCli(['advise', '--db', path, '--dismiss', 'P005-0']);
    assert.equal(wrong.code, 2);
    assert.match(wrong.err, /--reason/);
  });

  it('prints JSON for programs, with an exit code for builds', async () => {
    const { code, out } = await runCli(['advise', '--db', path, '--json', '--check']);
    const advice = JSON.parse(out);
    assert.equal(advice.status, 'found');
    assert.ok(advice.recommendations.length > 0);
    assert.equal(code, 5);
  });
});
