import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import type { WatchedPage } from './browser.ts';
import { noBrowser, openPage } from './browser.ts';
import type { Scene } from './scene.ts';
import { startScene } from './scene.ts';

describe('a change in the web page', { skip: noBrowser }, () => {
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

  const ask = async (question: string) => {
    await page.goto(scene.url);
    await page.getByRole('combobox').fill(question);
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: question }).waitFor();
    await page.locator('.change').waitFor();
  };
  const firstValue = async (sql: string): Promise<unknown> => {
    const response = await fetch(`${scene.url}/api/v1/sql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ sql }),
    });
    return ((await response.json()) as { rows: unknown[][] }).rows[0]?.[0];
  };
  const tierOf = (id: number) => firstValue(`SELECT loyalty_tier FROM customers WHERE id = ${id}`);
  const said = () => page.locator('.sentence').textContent();
  const confirmButton = () => page.getByRole('button', { name: /^Confirm: / });

  test('it is shown with its statement and rows, and made when it is confirmed', async () => {
    await ask('set the loyalty tier of customer 4 to silver');
    assert.equal(await said(), 'This would change 1 row of customers. Nothing has been written.');
    const code = await page.locator('.change .sql').textContent();
    assert.match(code ?? '', /UPDATE customers SET loyalty_tier = 'silver' WHERE id = 4/);
    assert.match((await page.locator('.changed').textContent()) ?? '', /gold.*silver/);
    assert.equal(await page.getByText('To be confirmed').count(), 1);
    assert.equal(await tierOf(4), 'gold');
    await page.getByRole('button', { name: 'Confirm: change 1 row' }).click();
    await page.getByText('1 row of customers was changed.', { exact: true }).first().waitFor();
    assert.equal(await tierOf(4), 'silver');
    assert.equal(await confirmButton().count(), 0);
    assert.equal(await page.locator('.task-done').count(), 1);
    assert.equal(await page.locator('#change:focus').count(), 1);
    // What was changed is still there to read, and after a reload too.
    await page.reload();
    await page.locator('.changed').waitFor();
    assert.equal(await said(), '1 row of customers was changed.');
    assert.deepEqual(watched.faults, []);
  });

  test('the keyboard alone will do', async () => {
    await page.goto(scene.url);
    await page.locator('[role=combobox]:focus').waitFor();
    await page.keyboard.type('set the loyalty tier of customer 7 to silver');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Enter');
    await confirmButton().waitFor();
    for (let step = 0; step < 60; step++) {
      if ((await page.locator('button:focus', { hasText: 'Confirm: ' }).count()) > 0) break;
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Enter');
    await page.getByText('1 row of customers was changed.', { exact: true }).first().waitFor();
    assert.equal(await tierOf(7), 'silver');
    assert.deepEqual(watched.faults, []);
  });

  test('Cancel gives it up', async () => {
    await ask('set the loyalty tier of customer 10 to silver');
    await page.locator('.change').getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('It was declined: nothing was written.').first().waitFor();
    assert.equal(await confirmButton().count(), 0);
    assert.equal(await tierOf(10), 'gold');
    assert.deepEqual(watched.faults, []);
  });

  test('a change without a condition is said in an alarming way', async () => {
    await ask('set the loyalty tier of all customers to gold');
    const warning = page.locator('.change .notice-bad');
    assert.match((await warning.textContent()) ?? '', /There is no condition: every row/);
    assert.equal(await page.getByRole('button', { name: 'Confirm: change 120 rows' }).count(), 1);
    // Names in the data are text here too.
    assert.match((await page.locator('.change table').textContent()) ?? '', /1/);
    assert.deepEqual(watched.faults, []);
  });

  test('what changed in between is said, and nothing is written', async () => {
    await ask('set the loyalty tier of customer 13 to silver');
    await firstValue("UPDATE customers SET name = '<b>Eve</b>' WHERE id = 13");
    await confirmButton().click();
    await page
      .getByText(/the data changed since the change was shown/i)
      .first()
      .waitFor();
    assert.equal(await tierOf(13), 'gold');
    assert.equal(await confirmButton().count(), 0);
    assert.deepEqual(watched.faults, []);
  });

  test('what somebody else has confirmed already cannot be confirmed here', async () => {
    await ask('set the loyalty tier of customer 16 to silver');
    const other = await openPage(scene.browser);
    await other.page.goto(page.url());
    await other.page.getByRole('button', { name: /^Confirm: / }).click();
    await other.page
      .getByText('1 row of customers was changed.', { exact: true })
      .first()
      .waitFor();
    await confirmButton().click();
    await page.getByText(/no change waits for this confirmation/i).waitFor();
    await other.page.context().close();
  });
});
