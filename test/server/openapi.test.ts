import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { z } from 'zod';
import type { Json, Scene } from './scene.ts';
import { startScene } from './scene.ts';

let scene: Scene;
let document: Json;
before(async () => {
  scene = await startScene();
  document = (await scene.call('GET', '/openapi.json')).body;
});
after(async () => {
  await scene[Symbol.asyncDispose]();
});

/** Checks a reply against what the document says of it. */
async function conforms(method: string, path: string, body?: object): Promise<Json> {
  const reply = await scene.call(method, path, body);
  const pathname = path.replace(/\?.*/, '');
  const template = Object.keys(document.paths).find((known) =>
    new RegExp(`^${known.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(`/api/v1${pathname}`),
  );
  const operation = document.paths[template ?? ''][method.toLowerCase()];
  const described = operation.responses[reply.status] ?? operation.responses.default;
  const { $ref, ...schema } = described.content['application/json'].schema;
  const whole = $ref === undefined ? schema : document.components.schemas[$ref.split('/').at(-1)];
  z.fromJSONSchema(whole).parse(reply.body);
  return reply.body;
}

test('replies are what the document says', async () => {
  const { run } = await conforms('POST', '/runs', { question: 'How many customers per tier?' });
  await scene.call('GET', `/runs/${run.id}/events`);
  await conforms('GET', `/runs/${run.id}`);
  await conforms('GET', '/runs?limit=5');
  await conforms('POST', `/runs/${run.id}/feedback`, { rating: -1, comment: 'no' });
  await conforms('DELETE', `/runs/${run.id}`);
  const refused = await scene.ask('frobnicate the wibble');
  assert.equal(refused.status, 'refused');
  await conforms('GET', `/runs/${refused.id}`);
  const change = await scene.ask('set the tier of customer 5 to gold');
  assert.equal(change.status, 'confirm');
  await conforms('GET', `/runs/${change.id}`);
  await conforms('POST', '/confirmations/confirm', { token: change.confirmation.token });
  const other = await scene.ask('set the tier of customer 6 to gold');
  await conforms('POST', '/confirmations/decline', { token: other.confirmation.token });
  await conforms('GET', '/catalog');
  await conforms('GET', '/suggestions?q=orders');
  await conforms('POST', '/sql', { sql: "SELECT 1 AS a, {'b': [DATE '2020-01-01']} AS c" });
  await conforms('GET', '/procedures');
  await conforms('GET', '/logs');
  await conforms('GET', '/advice');
  await conforms('GET', '/me');
  await conforms('GET', '/tokens');
  await conforms('GET', '/audit');
});

test('errors are what the document says', async () => {
  const missing = await conforms('GET', '/runs/run-none');
  assert.equal(missing.error.sqlstate, '42704');
  await conforms('POST', '/sql', { sql: 'SELEC 1' });
  await conforms('POST', '/runs', { question: 1 });
  await conforms('GET', '/procedures/none');
});

test('every operation has a summary, a name of its own and a described reply', () => {
  const operations = Object.values<Json>(document.paths).flatMap((item) =>
    Object.values<Json>(item),
  );
  const names = operations.map(({ operationId }) => operationId);
  assert.equal(new Set(names).size, names.length);
  for (const { summary, responses } of operations) {
    assert.ok(summary.length > 0);
    assert.ok(responses.default !== undefined);
  }
});
