/** What the page makes of replies that a service on a small database does not give by itself. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import type { Advice, Run } from '#web';
import type { WatchedPage } from './browser.ts';
import { noBrowser, openPage } from './browser.ts';
import type { Scene } from './scene.ts';
import { HOSTILE, startScene } from './scene.ts';

const RUN: Run = {
  id: 'run-1',
  question: 'Which customers are best?',
  conversation: null,
  identity: 'local',
  status: 'ok',
  isPlanOnly: false,
  plan: null,
  plannedBy: null,
  tasks: [],
  answer: null,
  columns: [],
  rows: [],
  rowCount: null,
  isTruncated: false,
  sql: null,
  chart: null,
  assumptions: [],
  grounding: [],
  clarification: null,
  confirmation: null,
  refusal: null,
  error: null,
  timings: null,
  started: '2026-06-30T10:00:00Z',
  finished: '2026-06-30T10:00:01Z',
  feedback: null,
};

const ADVICE: Advice = {
  id: 'P001-1',
  rule: 'performance/lookup-unindexed',
  procedure: 'score',
  severity: 'warning',
  what: HOSTILE,
  why: HOSTILE,
  whatToDo: HOSTILE,
  evidence: { queriesPerCall: 3, table: HOSTILE },
  expectedMsPerHour: 90_000,
  state: 'verified',
  reason: null,
  verdict: {
    outcome: 'verified',
    reason: HOSTILE,
    measurements: [
      {
        name: 'calls',
        role: 'main',
        baselineMs: 40,
        candidateMs: 10,
        factor: { median: 4, low: 3.5, high: 4.4 },
        judgement: 'faster',
        areResultsEqual: true,
      },
    ],
    warnings: [HOSTILE],
    apply: ['CREATE INDEX orders_by_customer ON orders (customer_id)'],
    revert: ['DROP INDEX orders_by_customer'],
    callers: null,
  },
};

describe('replies', { skip: noBrowser }, () => {
  let scene: Scene;
  let watched: WatchedPage;
  let page: Page;

  before(async () => {
    scene = await startScene();
    watched = await openPage(scene.browser);
    ({ page } = watched);
  });
  after(async () => {
    await scene?.[Symbol.asyncDispose]();
  });

  const show = async (run: Run) => {
    await page.unrouteAll();
    await page.route('**/api/v1/runs/run-1', (route) => route.fulfill({ json: { run } }));
    await page.goto(`${scene.url}/runs/run-1`);
    await page.locator('h1').waitFor();
  };
  const fail = async (status: number, error: object | null) => {
    await page.unrouteAll();
    await page.route('**/api/v1/runs?*', (route) =>
      error === null ? route.abort() : route.fulfill({ status, json: { error } }),
    );
    await page.goto(`${scene.url}/runs`);
    return page.getByRole('alert');
  };

  test('a question with several readings is asked again with the one that is chosen', async () => {
    const options = [{ label: 'by savings' }, { label: 'by orders' }];
    await show({
      ...RUN,
      status: 'clarify',
      clarification: { question: 'Is one of these meant?', options },
    });
    const asking = page.waitForRequest(
      (request) => request.method() === 'POST' && request.url().endsWith('/api/v1/runs'),
    );
    await page.getByRole('button', { name: 'by orders' }).click();
    assert.deepEqual((await asking).postDataJSON(), { run: 'run-1', choice: 1 });
  });

  test('nothing that a run holds is more than text', async () => {
    const task = {
      id: 'task1',
      title: HOSTILE,
      kind: 'call',
      dependsOn: [],
      state: 'done',
      rows: 2,
      ms: 1,
      fraction: null,
      error: null,
    } as const;
    const values = [
      { name: HOSTILE, n: 2 },
      { name: 'javascript:alert(3)', n: 1 },
    ];
    await show({
      ...RUN,
      question: HOSTILE,
      answer: HOSTILE,
      plan: { tasks: [{ ...task, sql: HOSTILE, call: { procedure: HOSTILE } }] },
      tasks: [task],
      columns: [
        { name: HOSTILE, type: 'VARCHAR' },
        { name: 'n', type: 'BIGINT' },
      ],
      rows: values.map(({ name, n }) => [name, n]),
      sql: HOSTILE,
      assumptions: [HOSTILE],
      grounding: [{ text: HOSTILE, meaning: HOSTILE }],
      chart: {
        title: HOSTILE,
        ...{
          data: { values },
          mark: { type: 'bar', tooltip: true },
          encoding: {
            y: { field: 'name', type: 'nominal', title: HOSTILE },
            x: { field: 'n', type: 'quantitative', title: HOSTILE },
          },
        },
      },
    });
    await page.locator('.task-button').click();
    await page.locator('.disclosure').click();
    await page.locator('.chart-frame svg').waitFor();
    await page.locator('.chart-frame svg .mark-rect path').first().hover();
    await page.locator('.chart-tooltip').waitFor();
    assert.equal(await page.locator('img, main script, iframe').count(), 0);
    assert.deepEqual(watched.faults, []);
  });

  test('a failed task says which, why and what to try', async () => {
    const error = {
      sqlstate: '38000',
      name: 'external_routine_exception',
      message: 'procedure score failed',
      detail: HOSTILE,
      hint: 'look at its logs',
      task: null,
    };
    await show({ ...RUN, status: 'failed', error });
    const text = (await page.getByRole('alert').textContent()) ?? '';
    for (const part of ['Procedure score failed', HOSTILE, 'look at its logs', '38000']) {
      assert.ok(text.includes(part), part);
    }
  });

  test('no service, no right and no sense are told apart', async () => {
    const unreachable = await fail(0, null);
    assert.match((await unreachable.first().textContent()) ?? '', /does not answer.*npm start/);
    const message = 'a token is needed';
    const refused = await fail(401, { sqlstate: '28000', name: 'x', message });
    assert.match((await refused.first().textContent()) ?? '', /A token is needed/);
    await refused.getByRole('link', { name: 'Enter a token' }).click();
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
    const broken = await fail(502, {});
    assert.match((await broken.first().textContent()) ?? '', /status 502/);
    await page.unrouteAll();
    await broken.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { name: 'Nothing was asked yet' }).waitFor();
  });

  test('a token that does not work is not kept, and one that works is sent', async () => {
    await page.unrouteAll();
    await page.goto(`${scene.url}/settings`);
    await page.route('**/api/v1/me', (route) =>
      route.request().headers().authorization === 'Bearer right'
        ? route.fulfill({ json: { id: '1', name: 'ann', role: 'reader', databaseRole: 'emea' } })
        : route.fulfill({
            status: 401,
            json: { error: { sqlstate: '28000', message: 'unknown token' } },
          }),
    );
    const enter = async (token: string) => {
      await page.getByLabel('Token').fill(token);
      await page.getByRole('button', { name: 'Use this token' }).click();
    };
    await enter('wrong');
    await page.getByText('The token was not accepted').waitFor();
    await enter('right');
    await page.getByText('by the token kept here').waitFor();
    await page.getByText('and see what the database grants to emea').waitFor();
    assert.match((await page.locator('.menu-where').textContent()) ?? '', /ann emea/);
  });

  test('log lines appear as they come, and are text', async () => {
    const line = { sequence: 1, time: '2026-06-30 10:00:00.123', level: 'warn', version: 2 };
    const data = JSON.stringify({ ...line, procedure: 'score', message: HOSTILE });
    await page.unrouteAll();
    await page.route('**/api/v1/logs/stream?*', (route) =>
      route.fulfill({ contentType: 'text/event-stream', body: `id: 1\ndata: ${data}\n\n` }),
    );
    await page.goto(`${scene.url}/procedures/score/logs`);
    await page.locator('.log-line').first().waitFor();
    assert.equal(await page.locator('.log-message').first().textContent(), HOSTILE);
  });

  test('advice is applied after a confirmation that shows what is run', async () => {
    await page.unrouteAll();
    let advice = ADVICE;
    await page.route('**/api/v1/advice', (route) =>
      route.fulfill({ json: { summary: HOSTILE, advice: [advice] } }),
    );
    await page.route('**/api/v1/advice/*/apply', (route) => {
      advice = { ...ADVICE, state: 'applied' };
      return route.fulfill({ json: { advice } });
    });
    await page.goto(`${scene.url}/advice`);
    assert.match((await page.locator('.advice').textContent()) ?? '', /4\.0 times faster/);
    await page.getByRole('button', { name: 'Apply' }).click();
    const dialog = page.getByRole('dialog', { name: 'Change the database?' });
    assert.match((await dialog.textContent()) ?? '', /CREATE INDEX/);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    assert.equal(await page.locator('.verdict-verified').count(), 1, 'nothing was applied');
    await page.getByRole('button', { name: 'Apply' }).click();
    await dialog.getByRole('button', { name: 'Apply' }).click();
    await page.locator('.verdict-applied').waitFor();
    await page.getByRole('button', { name: 'Take it back' }).waitFor();
    assert.equal(await page.locator('main img').count(), 0);
    assert.deepEqual(watched.faults, []);
  });

  test('an address of nothing says so, and the API answers in its own way', async () => {
    await page.unrouteAll();
    await page.goto(`${scene.url}/no/such/place`);
    await page.getByRole('heading', { name: 'There is nothing at this address' }).waitFor();
    const missing = await fetch(`${scene.url}/api/v1/nothing`, {
      headers: { accept: 'text/html' },
    });
    assert.equal(missing.status, 404);
    assert.match(missing.headers.get('content-type') ?? '', /json/);
    for (const path of ['/assets/none.js', '/../package.json', '/%2e%2e/package.json']) {
      const reply = await fetch(`${scene.url}${path}`);
      assert.equal(reply.status, 404, path);
    }
  });
});
