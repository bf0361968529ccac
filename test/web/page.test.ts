import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import type { WatchedPage } from './browser.ts';
import { noBrowser, openPage } from './browser.ts';
import type { Scene } from './scene.ts';
import { HOSTILE, startScene } from './scene.ts';

const SEED = 'Calculate discounts for all platinum customers and show their savings';

describe('the web page', { skip: noBrowser }, () => {
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

  const open = (path: string) => page.goto(`${scene.url}${path}`);
  const ask = async (question: string) => {
    await page.getByRole('combobox').fill(question);
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
  };
  /** A page in which a fault happened is no page that works. */
  const assertNoFaults = () => assert.deepEqual(watched.faults, []);

  test("the seed's question: three tasks, a ranked table, a chart", async () => {
    await open('/');
    await ask(SEED);
    await page.locator('.task-done').nth(2).waitFor();
    assert.equal(await page.locator('.task').count(), 3);
    const rows = page.locator('.result tbody tr');
    await rows.first().waitFor();
    const savings = await page.locator('.result tbody td:last-child').allTextContents();
    const numbers = savings.map((text) => Number(text.replaceAll(',', '')));
    assert.equal(numbers.length, 25);
    assert.ok(numbers.every((value, index) => value > 0 && value <= (numbers[index - 1] ?? value)));
    await page.locator('.chart-frame svg').waitFor();
    assert.ok((await page.locator('.chart-frame svg path').count()) > 10);
    // A name in the data is text: in the table, and beside its bar.
    assert.ok((await page.locator('.result').textContent())?.includes('<img src=x'));
    assertNoFaults();
  });

  test('a run has an address that shows it again', async () => {
    const shared = await openPage(scene.browser, { colorScheme: 'dark' });
    await shared.page.goto(page.url());
    await shared.page.locator('.result tbody tr').first().waitFor();
    assert.equal(await shared.page.locator('h1').textContent(), SEED);
    assert.deepEqual(shared.faults, []);
    await shared.page.context().close();
  });

  test('the table sorts, turns pages and is downloaded whole', async () => {
    const order = page.getByRole('button', { name: /^name/ });
    await order.click();
    assert.equal(await page.locator('th', { has: order }).getAttribute('aria-sort'), 'ascending');
    await page.getByRole('button', { name: 'Next', exact: true }).click();
    assert.match((await page.locator('.pages').textContent()) ?? '', /26–40 of 40/);
    const arriving = page.waitForEvent('download');
    await page.getByRole('button', { name: 'CSV' }).click();
    const csv = await readFile((await (await arriving).path()) ?? '', 'utf8');
    assert.equal(csv.trim().split('\n').length, 41);
    assertNoFaults();
  });

  test('a follow-up stands in the same conversation', async () => {
    await page
      .getByRole('combobox', { name: 'Next question' })
      .fill('How many customers are there?');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'How many customers are there?' }).waitFor();
    await page.locator('.sentence').waitFor();
    const earlier = page.getByRole('navigation', { name: 'Earlier in this conversation' });
    await earlier.getByRole('link', { name: SEED }).waitFor();
    await page.getByRole('combobox', { name: 'Next question' }).fill('only platinum ones');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'only platinum ones' }).waitFor();
    await page.locator('.sentence', { hasText: '40' }).waitFor();
    await earlier.getByRole('link', { name: SEED }).click();
    await page.getByRole('heading', { level: 1, name: SEED }).waitFor();
    assertNoFaults();
  });

  test('everything is done with the keyboard alone', async () => {
    await open('/');
    const field = page.getByRole('combobox');
    assert.ok(await field.evaluate((element) => element === element.ownerDocument.activeElement));
    await page.keyboard.type('customers per');
    await page.getByRole('option').first().waitFor();
    await page.keyboard.press('ArrowDown');
    const suggested = await page.getByRole('option', { selected: true }).textContent();
    await page.keyboard.press('Enter');
    assert.equal(await field.inputValue(), suggested);
    await page.keyboard.press('Enter');
    await page.locator('.sentence').waitFor();
    const pressUntil = async (name: RegExp) => {
      for (let count = 0; count < 40; count += 1) {
        await page.keyboard.press('Tab');
        const text = await page.evaluate('document.activeElement.textContent');
        if (name.test(String(text))) return;
      }
      assert.fail(`the keyboard does not reach ${name}`);
    };
    await page.locator('main').focus();
    await pressUntil(/^query/);
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: /^SQL of/ }).waitFor();
    await pressUntil(/^SQL$/);
    await page.keyboard.press('Space');
    await page.getByRole('region', { name: 'SQL of the answer' }).waitFor();
    assertNoFaults();
  });

  test('a question that is not understood is given back with its unknown words', async () => {
    await open('/');
    await ask(`Show the ${HOSTILE} horoscope of customers`);
    await page.locator('.status-refused').waitFor();
    assert.match((await page.locator('h1').textContent()) ?? '', /<script>alert\(2\)/);
    assert.ok((await page.locator('h1 mark').count()) > 0);
    assertNoFaults();
  });

  test('what the database holds is shown as it is spelled', async () => {
    await open('/schema/customers');
    await page.getByRole('heading', { name: 'customers' }).waitFor();
    assert.ok((await page.locator('.split-main').textContent())?.includes(HOSTILE));
    await page.getByRole('searchbox').fill('total');
    await page.getByRole('navigation', { name: 'Tables' }).getByText('orders').click();
    await page.getByRole('link', { name: 'customers.id' }).waitFor();
    assertNoFaults();
  });

  test('procedures show their rights, figures, log lines and profile', async () => {
    await open('/procedures');
    await page.getByRole('link', { name: 'calculate_discount' }).click();
    await page.getByText('read:customers').first().waitFor();
    await page.getByRole('link', { name: 'Metrics' }).click();
    await page.locator('.figures').waitFor();
    // Forty customers with 25 orders each, at least once.
    assert.match((await page.locator('.figures').textContent()) ?? '', /rows[1-9],000/);
    await page.getByRole('link', { name: 'Logs' }).click();
    await page.locator('.live').getByText('Live').waitFor();
    await page.getByRole('link', { name: 'Profile' }).click();
    await page.getByRole('button', { name: 'Record a profile' }).click();
    await page.getByText('(host and short calls)').waitFor();
    assertNoFaults();
  });

  test('advice that is dismissed is listed as decided', async () => {
    await open('/advice');
    const finding = page.locator('.advice').first();
    await finding.waitFor();
    await finding.getByRole('button', { name: 'Dismiss' }).click();
    const dialog = page.getByRole('dialog', { name: 'Dismiss this finding?' });
    await dialog.getByRole('textbox').fill(HOSTILE);
    await dialog.getByRole('button', { name: 'Dismiss' }).click();
    await page.getByRole('heading', { name: 'Decided' }).waitFor();
    await page.locator('.verdict-dismissed').waitFor();
    assertNoFaults();
  });

  test('a run is cancelled, and the list of runs says so', async () => {
    await scene.addOrders();
    await open('/');
    await ask(SEED);
    await page.locator('.task-running').first().waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.locator('.status-canceled').waitFor();
    await page.getByRole('link', { name: 'Runs' }).click();
    await page.locator('.run-row').first().locator('.status-canceled').waitFor();
    assertNoFaults();
  });

  test('a narrow screen has no sideways scrolling', async () => {
    const narrow = await openPage(scene.browser, { viewport: { width: 360, height: 740 } });
    for (const path of ['/', '/runs', '/schema/customers', '/procedures', '/settings', '/advice']) {
      await narrow.page.goto(`${scene.url}${path}`);
      await narrow.page.locator('h1').waitFor();
      const beyond = await narrow.page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      assert.ok(Number(beyond) <= 0, `${path} is ${beyond} pixels too wide`);
    }
    await narrow.page.context().close();
  });
});
