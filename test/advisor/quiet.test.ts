/** What the advisor leaves alone: a database that nobody asks about, and one whose replay was killed. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { CodeAdvisor } from '#advisor';
import type { Database } from '#storage';
import { runCli } from '../cli/run-cli.ts';
import { createGuest, openSession } from '../ddl/scene.ts';
import { adviseOn, FEW_TURNS, open } from './scene.ts';

const CLI = join(import.meta.dirname, '../../cli/main.ts');

let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heliosdb-quiet-'));
});

after(() => rm(folder, { recursive: true, force: true }));

async function makeLookups(name: string): Promise<string> {
  const path = join(folder, name);
  await using database = await open(path);
  const session = await openSession(database);
  await session.run(`CREATE TABLE lookup AS SELECT i AS id, i * 10 AS v FROM range(5000) r(i);
    ${createGuest('lookup', { clauses: "CAPABILITIES ('read:lookup') VOLATILE" })};
    SELECT sum(lookup(i)) FROM range(3000) r(i)`);
  return path;
}

async function askFor(database: Database, sql: string): Promise<unknown> {
  const { rows } = await database.withConnection((connection) => connection.query(sql));
  return rows[0]?.[0];
}

const CONTENT = 'SELECT sum(hash(id, v))::VARCHAR FROM lookup';

test('while nobody asks, a bounded sample is all that is kept, and nothing runs', async () => {
  const path = await makeLookups('unasked.duckdb');
  await using database = await open(path);
  const before = process.getActiveResourcesInfo().sort();
  const advisor = new CodeAdvisor({ model: null, schema: database });
  assert.deepEqual(process.getActiveResourcesInfo().sort(), before, 'no timer, no watcher');
  assert.equal(await askFor(database, 'SELECT count(*)::INTEGER FROM heliosdb_samples()'), 64);
  const decisions =
    'SELECT count(*)::INTEGER FROM heliosdb.advisor_findings, heliosdb.advisor_transitions';
  assert.equal(await askFor(database, decisions), 0);
  // Looking is what costs something, and even that writes nothing.
  await advisor.analyze();
  assert.equal(await askFor(database, decisions), 0);
  assert.equal(await askFor(database, 'SELECT count(*)::INTEGER FROM heliosdb_samples()'), 64);
});

test('a replay that is killed leaves no finding replaying, and its copies go', async () => {
  const path = await makeLookups('killed.duckdb');
  const copies = join(folder, 'tmp');
  await mkdir(copies);
  const content = await (async () => {
    await using database = await open(path);
    return await askFor(database, CONTENT);
  })();
  const child = spawn(process.execPath, [CLI, 'advise', '--db', path, '--replay'], {
    env: { ...process.env, TMPDIR: copies, HELIOSDB_ENGINE: '' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  let said = '';
  for await (const chunk of child.stderr) {
    said += String(chunk);
    if (said.includes('measuring')) child.kill('SIGKILL');
  }
  await ended;
  assert.match(said, /measuring/, said);
  assert.equal((await readdir(copies)).filter((name) => name.includes('replay')).length, 1);

  await using database = await open(path);
  const stored =
    "SELECT count(*)::INTEGER FROM heliosdb.advisor_findings WHERE state = 'replaying'";
  assert.equal(await askFor(database, stored), 1, 'it was killed in the middle');
  const advisor = adviseOn(database, folder);
  const { recommendations } = await advisor.analyze();
  assert.ok(recommendations.length > 0);
  assert.ok(
    recommendations.every(({ state }) => state === 'proposed'),
    recommendations.map(({ state }) => state).join(),
  );
  const { CodeAdvisor: Advisor } = await import('#advisor');
  const { createReplayPorts } = await import('#agent');
  const again = new Advisor({ model: null, schema: database, replay: createReplayPorts(copies) });
  const [first] = recommendations;
  assert.ok(first);
  const [judged] = await again.replay({ ids: [first.finding.id], limits: FEW_TURNS });
  assert.notEqual(judged?.state, 'replaying');
  assert.deepEqual(
    (await readdir(copies)).filter((name) => name.includes('replay')),
    [],
  );
  assert.equal(await askFor(database, CONTENT), content);
});

test('an empty database says that there is nothing to look at, and that is no success', async () => {
  const path = join(folder, 'empty.duckdb');
  await (await open(path)).close();
  const looked = await runCli(['advise', '--db', path]);
  assert.equal(looked.code, 0, looked.err);
  assert.match(looked.out, /nothing to look at: the database has no procedures/);
  const checked = await runCli(['advise', '--db', path, '--check', '--json']);
  assert.equal(checked.code, 6);
  assert.equal(JSON.parse(checked.out).status, 'could-not-look');
});

test('a name that does not exist gets the nearest one, and a wrong finding those there are', async () => {
  const path = await makeLookups('named.duckdb');
  const wrong = await runCli(['advise', 'lokup', '--db', path]);
  assert.equal(wrong.code, 1);
  assert.match(wrong.err, /procedure lokup does not exist/);
  assert.match(wrong.err, /did you mean lookup\?/);
  const unknown = await runCli(['advise', 'P999-00000000', '--db', path]);
  assert.equal(unknown.code, 1);
  assert.match(unknown.err, /there is no finding P999-00000000/);
});

test('a candidate is for one finding, and one that is no module is told so', async () => {
  const path = await makeLookups('candidate.duckdb');
  const alone = await runCli(['advise', '--db', path, '--candidate', CLI]);
  assert.equal(alone.code, 2);
  assert.match(alone.err, /for one finding/);
  const { out } = await runCli(['advise', '--db', path, '--json']);
  const [{ finding }] = JSON.parse(out).recommendations;
  const missing = await runCli(['advise', finding.id, '--db', path, '--candidate', 'none.py']);
  assert.equal(missing.code, 1);
  assert.match(missing.err, /there is no file none\.py/);
  const same = await runCli(['advise', finding.id, '--db', path, '--candidate-version', '1']);
  assert.equal(same.code, 0, same.err);
  assert.match(same.out.replaceAll(/\s+/g, ' '), /version 1 is the one that is called already/);
});
