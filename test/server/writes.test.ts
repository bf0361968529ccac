/** Changes that are asked for through the service: who may, what is kept, what a restart forgets. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createRunner } from '../rights/runner.ts';
import type { Json, Reply, Scene } from './scene.ts';
import { parseEvents, startScene } from './scene.ts';

const guest = readFileSync(join(import.meta.dirname, '../guests/run-sql.wat'), 'utf8');
const SETUP = `
  CREATE TABLE notes (id INTEGER, text VARCHAR);
  INSERT INTO notes SELECT range, 'note ' || range FROM range(5);
  ${createRunner('run_writer', ['read:notes', 'write:notes']).replace("'file://run-sql.wat'", `$wasm$${guest}$wasm$`)};
  CREATE ROLE clerk; GRANT SELECT ON ALL TABLES TO clerk; GRANT WRITE ON customers TO clerk;
  CREATE ROLE north; GRANT SELECT ON ALL TABLES TO north; GRANT WRITE ON ALL TABLES TO north;
  CREATE ROW FILTER ON customers TO north WHERE tier = 'gold';`;

let scene: Scene;
before(async () => {
  scene = await startScene();
  const { status, body } = await scene.call('POST', '/sql', { sql: SETUP });
  assert.equal(status, 200, JSON.stringify(body));
});
after(() => scene[Symbol.asyncDispose]());

type Headers = Record<string, string>;

async function bearerOf(name: string, who: object): Promise<Headers> {
  const { body } = await scene.call('POST', '/tokens', { name, ...who });
  return { authorization: `Bearer ${body.secret}` };
}

async function askAs(question: string, headers: Headers = {}): Promise<Json> {
  const { run } = (await scene.call('POST', '/runs', { question }, headers)).body;
  await scene.call('GET', `/runs/${run.id}/events`, undefined, headers);
  return (await scene.call('GET', `/runs/${run.id}`, undefined, headers)).body.run;
}

const confirm = (run: Json, headers: Headers = {}): Promise<Reply> =>
  scene.call('POST', '/confirmations/confirm', { token: run.confirmation.token }, headers);

async function firstValue(sql: string): Promise<Json> {
  return (await scene.call('POST', '/sql', { sql })).body.rows[0][0];
}

const tierOf = (id: number) => firstValue(`SELECT tier FROM customers WHERE id = ${id}`);

test('a run shows the change, waits, and goes on when it is confirmed', async () => {
  const shown = await askAs('set the tier of customer 1 to bronze');
  assert.equal(shown.status, 'confirm');
  assert.equal(shown.tasks[0].kind, 'write');
  assert.equal(shown.tasks[0].state, 'waiting');
  assert.deepEqual(shown.confirmation.rows, [
    { before: [1, 'Käthe 0', 'gold'], after: [1, 'Käthe 0', 'bronze'] },
  ]);
  assert.equal(await tierOf(1), 'gold');
  const { status, body } = await confirm(shown);
  assert.equal(status, 200);
  assert.equal(body.run.id, shown.id);
  assert.equal(body.run.status, 'ok');
  assert.equal(body.run.answer, '1 row of customers was changed.');
  assert.equal(body.run.tasks[0].state, 'done');
  assert.equal(await tierOf(1), 'bronze');
  const { body: kept } = await scene.call('GET', `/runs/${shown.id}`);
  assert.deepEqual(kept.run, body.run);
  const events = parseEvents((await scene.call('GET', `/runs/${shown.id}/events`)).body);
  assert.deepEqual(
    events.map(({ type }) => type),
    ['plan-ready', 'answer', 'task-start', 'task-end', 'answer'],
  );
  assert.equal((await confirm(shown)).status, 409);
  const listed = (await scene.call('GET', '/runs?limit=200')).body.runs;
  assert.equal(listed.filter(({ id }: { id: string }) => id === shown.id).length, 1);
});

test('the next question sees what was changed', async () => {
  const shown = await askAs('delete notes with id 4');
  assert.equal(shown.status, 'confirm', shown.answer);
  await confirm(shown);
  assert.deepEqual((await askAs('How many notes are there?')).rows, [[4]]);
});

test('what was declined is a cancelled run, and cannot be confirmed', async () => {
  const shown = await askAs('set the tier of customer 2 to bronze');
  const { token } = shown.confirmation;
  const { body } = await scene.call('POST', '/confirmations/decline', { token });
  assert.equal(body.run.status, 'canceled');
  assert.equal(body.run.confirmation.state, 'declined');
  assert.equal((await confirm(shown)).status, 409);
  assert.equal(await tierOf(2), 'platinum');
});

test('of many who confirm at once one makes the change', async () => {
  const shown = await askAs('set the tier of customer 3 to bronze');
  const replies = await Promise.all(Array.from({ length: 8 }, () => confirm(shown)));
  assert.deepEqual(replies.map(({ status }) => status).sort(), [200, ...Array(7).fill(409)]);
});

test('data that changed in between are left alone, and the run says why', async () => {
  const shown = await askAs('set the tier of customer 4 to bronze');
  await scene.call('POST', '/sql', { sql: "UPDATE customers SET tier = 'silver' WHERE id = 4" });
  const { body } = await confirm(shown);
  assert.equal(body.run.status, 'failed');
  assert.equal(body.run.error.sqlstate, '40001');
  assert.equal(body.run.confirmation.state, 'failed');
  assert.equal(await tierOf(4), 'silver');
});

test('a reader is shown nothing to confirm, and cannot use what others were shown', async () => {
  const reader = await bearerOf('only-reads', { role: 'reader' });
  const refused = await askAs('set the tier of customer 5 to bronze', reader);
  assert.equal(refused.status, 'failed');
  assert.equal(refused.error.sqlstate, '42501');
  assert.equal(refused.confirmation, null);
  const shown = await askAs('set the tier of customer 5 to bronze');
  const stolen = await confirm(shown, reader);
  assert.equal(stolen.status, 403);
  assert.equal(await tierOf(5), 'platinum');
  const declined = await scene.call(
    'POST',
    '/confirmations/decline',
    { token: shown.confirmation.token },
    reader,
  );
  assert.equal(declined.status, 403);
  assert.equal((await confirm(shown)).status, 200, 'trying has not used it up');
});

test('a role writes where it was granted that, and nowhere else', async () => {
  const clerk = await bearerOf('clerk-1', { role: 'reader', databaseRole: 'clerk' });
  const shown = await askAs('set the tier of customer 6 to bronze', clerk);
  assert.equal(shown.status, 'confirm', JSON.stringify(shown.error));
  assert.equal((await confirm(shown, clerk)).body.run.status, 'ok');
  assert.equal(await tierOf(6), 'bronze');
  assert.equal((await askAs('delete all orders', clerk)).error.sqlstate, '42501');
});

test('a right that was taken away before the confirmation does not help any more', async () => {
  const clerk = await bearerOf('clerk-2', { role: 'reader', databaseRole: 'clerk' });
  const shown = await askAs('set the tier of customer 7 to bronze', clerk);
  await scene.call('POST', '/sql', { sql: 'REVOKE WRITE ON customers FROM clerk' });
  const { body } = await confirm(shown, clerk);
  assert.equal(body.run.error.sqlstate, '42501');
  assert.equal(await tierOf(7), 'gold');
  await scene.call('POST', '/sql', { sql: 'GRANT WRITE ON customers TO clerk' });
});

test('a role with row filters changes no filtered table, and others as it was granted', async () => {
  const north = await bearerOf('north-1', { role: 'reader', databaseRole: 'north' });
  const filtered = await askAs('set the tier of customer 10 to bronze', north);
  assert.equal(filtered.error.sqlstate, '42501');
  const shown = await askAs('set the text of notes with id 3 to "seen"', north);
  assert.equal(shown.status, 'confirm', JSON.stringify(shown.error ?? shown.answer));
  assert.equal((await confirm(shown, north)).body.run.status, 'ok');
  assert.equal(await firstValue('SELECT text FROM notes WHERE id = 3'), 'seen');
});

test('the audit log has the statement that was run, and who ran it', async () => {
  const clerk = await bearerOf('clerk-3', { role: 'reader', databaseRole: 'clerk' });
  await confirm(await askAs('set the tier of customer 8 to bronze', clerk), clerk);
  const { entries = [], ...rest } = (await scene.call('GET', '/audit')).body;
  const all: Json[] = [...entries, ...Object.values(rest).flat()];
  const entry = all.find(({ action, identity }) => action === 'write' && identity === 'clerk-3');
  assert.equal(entry?.object, "UPDATE customers SET tier = 'bronze' WHERE id = 8");
  assert.equal(entry.sqlstate, null);
});

test('the statement of a change is not run to download its result', async () => {
  const shown = await askAs('set the tier of customer 9 to bronze');
  const { status } = await scene.call('GET', `/runs/${shown.id}/export?format=csv`);
  assert.ok(status >= 400, String(status));
  assert.equal(await tierOf(9), 'silver');
});

test('a question does not call a procedure that writes, under any name', async () => {
  await scene.call('POST', '/sql', { sql: 'CREATE MACRO peek(x) AS run_writer(x)' });
  const call = `run_writer('DELETE FROM notes')`;
  const asked = await askAs(`call run_writer with "DELETE FROM notes"`);
  assert.equal(asked.status, 'confirm', asked.answer);
  assert.match(asked.sql, /^SELECT run_writer\(statements := 'DELETE FROM notes'\)/);
  assert.equal(await firstValue('SELECT count(*) FROM notes'), 4, call);
  assert.equal((await confirm(asked)).body.run.status, 'ok');
  assert.equal(await firstValue('SELECT count(*) FROM notes'), 0);
});

test('a malformed or unknown token says what it is', async () => {
  const unknown = await scene.call('POST', '/confirmations/confirm', { token: 'none' });
  assert.equal(unknown.status, 409);
  assert.equal(unknown.body.error.sqlstate, '55000');
  const malformed = await scene.call('POST', '/confirmations/confirm', { token: 7 });
  assert.equal(malformed.status, 400);
});
