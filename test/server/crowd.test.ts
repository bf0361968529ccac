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

const CLIENTS = 200;

test('two hundred clients at once each see every event of their run, in order', async () => {
  const one = async (): Promise<void> => {
    const { status, body } = await scene.call('POST', '/runs', { question: 'How many orders?' });
    assert.equal(status, 202);
    const events = parseEvents((await scene.call('GET', `/runs/${body.run.id}/events`)).body);
    assert.deepEqual(
      events.map(({ type }) => type),
      ['plan-ready', 'task-start', 'task-end', 'answer'],
    );
    assert.deepEqual(
      events.map(({ id }) => id),
      ['1', '2', '3', '4'],
    );
    assert.deepEqual(events[3]?.data.answer.rows, [[2000]]);
  };
  await Promise.all(Array.from({ length: CLIENTS }, one));
  const { body } = await scene.call('GET', '/runs?limit=200');
  assert.equal(body.runs.length, CLIENTS);
});

test('more runs than may wait are refused with the time to try again, and none is lost', async () => {
  const replies = await Promise.all(
    Array.from({ length: 700 }, () =>
      scene.call('POST', '/runs', { question: 'How many orders?' }),
    ),
  );
  const started = replies.filter(({ status }) => status === 202);
  const refused = replies.filter(({ status }) => status === 429);
  assert.equal(started.length + refused.length, replies.length);
  for (const { headers } of refused) assert.ok(Number(headers.get('retry-after')) > 0);
  for (const { body } of started) {
    await scene.call('GET', `/runs/${body.run.id}/events`);
    const { run } = (await scene.call('GET', `/runs/${body.run.id}`)).body;
    assert.equal(run.status, 'ok');
  }
});
