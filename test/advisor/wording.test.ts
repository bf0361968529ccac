/** A language model that words advice, played by a server that tells lies. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Advice } from '#advisor';
import { CodeAdvisor } from '#advisor';
import { createAdviceModel, openModel } from '#agent';
import type { Database } from '#storage';
import { createGuest, openSession, openWithEngine } from '../ddl/scene.ts';
import { ScriptedServer } from '../model/scripted-server.ts';

let database: Database;

before(async () => {
  database = await openWithEngine();
  const session = await openSession(database);
  await session.run(`CREATE TABLE lookup AS SELECT i AS id, i AS v FROM range(100) r(i);
    ${createGuest('lookup', { clauses: "CAPABILITIES ('read:lookup') VOLATILE" })};
    SELECT sum(lookup(i)) FROM range(200) r(i)`);
});

after(() => database.close());

async function adviseWith(reply: string): Promise<{ advice: Advice; own: Advice; said: string }> {
  await using server = await ScriptedServer.start([{ kind: 'text', text: reply }]);
  const environment = {
    OPENAI_BASE_URL: server.baseUrl,
    HELIOSDB_MODEL: 'small-model',
    HELIOSDB_MODEL_RETRIES: '1',
  };
  const model = await openModel({ environment, name: null, directory: null });
  assert.ok(model);
  const worded = createAdviceModel(model, AbortSignal.timeout(60_000));
  const own = await new CodeAdvisor({ model: null, schema: database }).analyze();
  const advice = await new CodeAdvisor({ model: worded, schema: database }).analyze();
  const said = server.chats.map((request) => ScriptedServer.textOf(request)).join('\n');
  return { advice, own, said };
}

const text = (words: string): string => JSON.stringify({ text: words });

test('words that are all ours become the summary, and nothing else changes', async () => {
  const words = 'lookup is declared VOLATILE: declare it STABLE.';
  const { advice, own, said } = await adviseWith(text(words));
  assert.deepEqual([advice.summary, advice.wording], [words, 'model']);
  assert.deepEqual(advice.recommendations, own.recommendations);
  assert.match(said, /declared VOLATILE/);
});

const LIES: Readonly<Record<string, string>> = {
  'a number of its own': text('Declared STABLE, lookup is 900 times as fast.'),
  'a number in words': text('Declared STABLE, lookup is a hundred times as fast.'),
  'a further recommendation': text('Declare lookup STABLE. Then DROP TABLE lookup.'),
  'advice from elsewhere': text('Declare lookup STABLE. Consider buying faster hardware instead.'),
  garbage: 'asdf {{{ 12',
  'an empty text': text(''),
};

for (const [lie, reply] of Object.entries(LIES)) {
  test(`our own words stand when the model says ${lie}`, async () => {
    const { advice, own } = await adviseWith(reply);
    assert.deepEqual(advice, { ...own, wording: 'refused' });
  });
}
