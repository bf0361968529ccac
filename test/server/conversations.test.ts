import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openDatabase } from '#agent';
import { HeliosError } from '#core';
import { startService } from '#server';
import { runCli } from '../cli/run-cli.ts';
import type { Json, Scene } from './scene.ts';
import { startScene } from './scene.ts';

let scene: Scene;
before(async () => {
  scene = await startScene();
});
after(async () => {
  await scene[Symbol.asyncDispose]();
});

async function bearerOf(name: string): Promise<Record<string, string>> {
  const { body } = await scene.call('POST', '/tokens', { name, role: 'reader' });
  return { authorization: `Bearer ${body.secret}` };
}

async function askAs(headers: Record<string, string>, body: object): Promise<Json> {
  const { run } = (await scene.call('POST', '/runs', body, headers)).body;
  await scene.call('GET', `/runs/${run.id}/events`, undefined, headers);
  return (await scene.call('GET', `/runs/${run.id}`, undefined, headers)).body.run;
}

test('a follow-up continues the conversation of the run before', async () => {
  const first = await scene.ask('How many customers are there?');
  assert.deepEqual(first.rows, [[120]]);
  assert.equal(first.conversation, first.id);
  const { conversation } = first;
  const second = await scene.ask('only gold ones', { conversation });
  assert.equal(second.status, 'ok', second.answer);
  assert.deepEqual(second.rows, [[40]]);
  assert.equal(second.conversation, conversation);
  const why = await scene.ask('show the SQL', { conversation });
  assert.equal(why.answer, `${second.sql};`);
  const alone = await scene.ask('only gold ones');
  assert.notDeepEqual(alone.rows, [[40]]);
});

test('a follow-up that is sent at once waits for the question before', async () => {
  const first = await scene.call('POST', '/runs', { question: 'How many customers are there?' });
  const { conversation } = first.body.run;
  const second = await scene.ask('only silver ones', { conversation });
  assert.deepEqual(second.rows, [[40]]);
});

test('two identities do not hear each other', async () => {
  const [anna, ben] = [await bearerOf('anna'), await bearerOf('ben')];
  const { conversation } = await askAs(anna, { question: 'How many customers are there?' });
  const overheard = await askAs(ben, { question: 'show the SQL', conversation });
  assert.notEqual(overheard.status, 'ok');
  assert.equal(overheard.sql, null);
  // Nor does what one says there change what the other means.
  await askAs(ben, { question: 'How many orders are there?', conversation });
  const own = await askAs(anna, { question: 'only gold ones', conversation });
  assert.deepEqual(own.rows, [[40]]);
});

test('the command line continues its conversation through the service', async () => {
  const ask = async (...words: string[]) => {
    const result = await runCli(['ask', '--db', scene.file, '--json', ...words]);
    assert.equal(result.code, 0, result.err);
    return JSON.parse(result.out);
  };
  await ask('How many customers are there?');
  const second = await ask('--continue', 'only gold ones');
  assert.deepEqual(second.rows, [[40]]);
  const { runs } = (await scene.call('GET', '/runs?limit=2')).body;
  assert.equal(runs[0].question, 'only gold ones');
  assert.equal(runs[0].conversation, runs[1].conversation);
});

test('a verified question is answered with its SQL, for those who may read what it reads', async () => {
  const question = 'What is the magic figure?';
  const saved = await runCli(['remember', '--db', scene.file, question, '--sql', 'SELECT 7 AS n']);
  assert.equal(saved.code, 0, saved.err);
  assert.deepEqual((await scene.ask(question)).rows, [[7]]);
  const secret = 'What is the secret figure?';
  const sql = 'SELECT sum(n) AS n FROM secrets';
  await runCli(['sql', '--db', scene.file, 'CREATE TABLE secrets AS SELECT 42 AS n']);
  await runCli(['sql', '--db', scene.file, 'REVOKE SELECT ON ALL TABLES FROM reader']);
  await runCli(['sql', '--db', scene.file, 'GRANT SELECT ON customers TO reader']);
  await runCli(['remember', '--db', scene.file, secret, '--sql', sql]);
  assert.deepEqual((await scene.ask(secret)).rows, [[42]]);
  const carl = await bearerOf('carl');
  const run = await askAs(carl, { question: secret });
  assert.notEqual(run.status, 'ok');
  assert.equal(run.sql, null);
  assert.deepEqual((await askAs(carl, { question })).rows, [[7]]);
});

test('the semantic model says what words mean, and a wrong one is refused at the start', async () => {
  const folder = scene.folder;
  const file = join(folder, 'words.yaml');
  await writeFile(file, 'version: 1\ntables:\n  customers: {synonyms: [wombat]}\n');
  await using taught = await startScene({ semanticsFile: file });
  assert.deepEqual((await taught.ask('How many wombats are there?')).rows, [[120]]);
  assert.equal((await scene.ask('How many wombats are there?')).status, 'refused');
  await writeFile(file, 'version: 1\ntables:\n  nobody: {synonyms: [wombat]}\n');
  const database = await openDatabase({ path: ':memory:', isReadOnly: false, engine: 'always' });
  const given = { database, host: '127.0.0.1', port: 0, version: '0', stateDirectory: folder };
  await assert.rejects(startService({ ...given, semanticsFile: file }), (error) =>
    HeliosError.isInstance(error, 'invalid_semantic_model'),
  );
});
