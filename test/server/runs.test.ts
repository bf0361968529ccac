import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Scene } from './scene.ts';
import { parseEvents, startScene } from './scene.ts';

let scene: Scene;
before(async () => {
  scene = await startScene();
});
after(async () => {
  await scene[Symbol.asyncDispose]();
});

test('a question becomes a run that can be followed, read and rated', async () => {
  const started = await scene.call('POST', '/runs', { question: 'How many customers per tier?' });
  assert.equal(started.status, 202);
  const { id } = started.body.run;
  const stream = await scene.call('GET', `/runs/${id}/events`);
  const events = parseEvents(stream.body);
  assert.deepEqual(
    events.map(({ type }) => type),
    ['plan-ready', 'task-start', 'task-end', 'answer'],
  );
  const { run } = (await scene.call('GET', `/runs/${id}`)).body;
  assert.equal(run.status, 'ok');
  assert.equal(run.tasks[0].state, 'done');
  assert.equal(run.rows.length, 3);
  const rated = await scene.call('POST', `/runs/${id}/feedback`, { rating: 1 });
  assert.deepEqual(rated.body.run.feedback, { rating: 1, comment: null });
});

test('a reader that comes back gets what it missed and nothing twice', async () => {
  const run = await scene.ask('How many customers are there?');
  const path = `/runs/${run.id}/events`;
  const all = parseEvents((await scene.call('GET', path)).body);
  const rest = await scene.call('GET', path, undefined, { 'last-event-id': '2' });
  assert.deepEqual(parseEvents(rest.body), all.slice(2));
  const nothing = await scene.call('GET', path, undefined, { 'last-event-id': String(all.length) });
  assert.equal(nothing.status, 204);
});

test('a run that was cancelled says so, and the next one works', async () => {
  const slow = await scene.call('POST', '/runs', { question: 'How many orders are there?' });
  const canceled = await scene.call('DELETE', `/runs/${slow.body.run.id}`);
  assert.match(canceled.body.run.status, /^(canceled|ok)$/);
  assert.equal((await scene.ask('How many orders are there?')).rows[0][0], 2000);
});

test('an export has the whole result in three formats', async () => {
  const run = await scene.ask('How many customers per tier?');
  const csv = await scene.call('GET', `/runs/${run.id}/export`);
  assert.equal(csv.body.trim().split('\n').length, 4);
  const json = await scene.call('GET', `/runs/${run.id}/export?format=json`);
  assert.equal(json.body.length, 3);
  const parquet = await scene.call('GET', `/runs/${run.id}/export?format=parquet`);
  assert.ok(parquet.body.startsWith('PAR1'));
});
