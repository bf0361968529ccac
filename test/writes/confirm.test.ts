/** A change is shown, confirmed once by the one who saw it, and made whole or not at all. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { toHeliosError } from '#core';
import type { Scene } from './scene.ts';
import { startScene, tokenOf } from './scene.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await startScene();
});
afterEach(() => scene[Symbol.asyncDispose]());

async function codeOf(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => 'none',
    (error: unknown) => toHeliosError(error).sqlstate,
  );
}

test('a change is shown with its rows before and after, and nothing is written', async () => {
  const before = await scene.state();
  const answer = await scene.ask('set the status of orders of customer 5 to shipped');
  assert.equal(answer.status, 'confirm');
  const { confirmation } = answer;
  assert.equal(confirmation?.sql, "UPDATE orders SET status = 'shipped' WHERE customer_id = 5");
  assert.equal(confirmation.rowCount, 5);
  assert.deepEqual(
    confirmation.columns.map(({ name }) => name),
    ['order_id', 'status'],
  );
  assert.deepEqual(confirmation.rows[0], { before: [4, 'shipped'], after: [4, 'shipped'] });
  assert.deepEqual(confirmation.rows[1], { before: [24, 'open'], after: [24, 'shipped'] });
  assert.match(confirmation.warnings.join(' '), /of them have these values already/);
  assert.equal(await scene.state(), before);
});

test('once confirmed it is made, and the answer says what was done', async () => {
  const shown = await scene.ask('set the status of order 3 to shipped');
  const made = await scene.confirm(tokenOf(shown));
  assert.equal(made.status, 'ok');
  assert.equal(made.answer, '1 row of orders was changed.');
  assert.equal(made.confirmation?.state, 'done');
  assert.equal(made.confirmation.token, null);
  assert.equal(
    await scene.session.value('SELECT status FROM orders WHERE order_id = 3'),
    'shipped',
  );
});

test('rows are deleted and added the same way', async () => {
  const deleted = await scene.confirm(tokenOf(await scene.ask('delete the cancelled orders')));
  assert.equal(deleted.answer, '33 rows of orders were deleted.');
  const added = await scene.ask('insert a customer named "Ada" with tier gold');
  assert.deepEqual(added.confirmation?.rows, [{ before: null, after: [31, 'Ada', 'gold'] }]);
  assert.equal((await scene.confirm(tokenOf(added))).answer, '1 row of customers was added.');
  assert.equal(await scene.session.value('SELECT name FROM customers WHERE id = 31'), 'Ada');
});

test('a change without a condition says so first', async () => {
  const { confirmation } = await scene.ask('delete all orders');
  assert.equal(confirmation?.isUnconditional, true);
  assert.match(confirmation.warnings[0] ?? '', /There is no condition: every row of orders/);
});

test('what would change nothing needs no confirmation', async () => {
  for (const question of ['delete order 4711', 'set the status of order 4 to shipped']) {
    const answer = await scene.ask(question);
    assert.equal(answer.status, 'ok', question);
    assert.match(answer.answer, /nothing to change/);
    assert.equal(answer.confirmation, null);
  }
});

test('rows that others refer to are not offered for deletion', async () => {
  const answer = await scene.ask('delete customer 5');
  assert.equal(answer.status, 'refused');
  assert.match(answer.answer, /while 5 rows of orders \(customer_id\) refer to them/);
});

test('a token is good once', async () => {
  const token = tokenOf(await scene.ask('set the status of order 3 to shipped'));
  assert.equal((await scene.confirm(token)).status, 'ok');
  const after = await scene.state();
  assert.equal(await codeOf(scene.confirm(token)), '55000');
  assert.equal(await codeOf(scene.confirm('no-such-token')), '55000');
  assert.equal(await scene.state(), after);
});

test('of two who confirm at the same time one makes the change', async () => {
  const token = tokenOf(await scene.ask('add 1 to the total of order 3'));
  const outcomes = await Promise.all(
    Array.from({ length: 8 }, () =>
      scene.confirm(token).then(
        ({ status }) => status,
        (error: unknown) => toHeliosError(error).sqlstate,
      ),
    ),
  );
  assert.deepEqual(outcomes.sort(), [...Array.from({ length: 7 }, () => '55000'), 'ok']);
  assert.equal(
    String(await scene.session.value('SELECT total FROM orders WHERE order_id = 3')),
    '4.25',
  );
});

test("somebody else's token is refused, and stays good for its owner", async () => {
  const token = tokenOf(await scene.ask('set the status of order 3 to shipped'));
  const other = scene.confirmationsOf('somebody');
  assert.equal(await codeOf(other.redeem(token, scene.database)), '42501');
  assert.equal((await scene.confirm(token)).status, 'ok');
});

test('a token expires', async () => {
  const token = tokenOf(await scene.ask('set the status of order 3 to shipped'));
  const later = scene.confirmationsOf('owner', '2026-06-30T18:15:01.000Z');
  assert.equal(await codeOf(later.redeem(token, scene.database)), '55000');
});

test('what was declined cannot be confirmed', async () => {
  const token = tokenOf(await scene.ask('set the status of order 3 to shipped'));
  await scene.confirmationsOf('somebody').drop(token);
  assert.ok(await scene.confirmations.knows(token));
  await scene.confirmations.drop(token);
  assert.equal(await codeOf(scene.confirm(token)), '55000');
});

test('data that changed in between are not overwritten', async () => {
  for (const [question, change] of [
    ['set the status of orders of customer 5 to shipped', 'DELETE FROM orders WHERE order_id = 24'],
    [
      'set the status of orders of customer 6 to shipped',
      "UPDATE orders SET status = 'cancelled' WHERE order_id = 25",
    ],
    ['delete the orders of customer 7', "INSERT INTO orders VALUES (900, 7, 'open', 1)"],
    [
      'insert a customer named "Ada" with tier gold',
      "INSERT INTO customers VALUES (31, 'Eve', 'gold', NULL)",
    ],
  ] as const) {
    const token = tokenOf(await scene.ask(question));
    await scene.session.run(change);
    const before = await scene.state();
    const answer = await scene.confirm(token);
    assert.equal(answer.status, 'failed', question);
    assert.equal(answer.error?.sqlstate, '40001', question);
    assert.equal(answer.confirmation?.state, 'failed');
    assert.match(answer.answer, /Nothing was written\.$/);
    assert.equal(await scene.state(), before, question);
  }
});

test('rows that are not among those shown may change meanwhile', async () => {
  const token = tokenOf(await scene.ask('set the status of order 3 to shipped'));
  await scene.session.run("UPDATE orders SET status = 'cancelled' WHERE order_id = 4");
  assert.equal((await scene.confirm(token)).status, 'ok');
});

test('a change that one row forbids is made for none', async () => {
  const token = tokenOf(await scene.ask('set the status of all orders to "flying"'));
  const before = await scene.state();
  const answer = await scene.confirm(token);
  assert.equal(answer.error?.sqlstate, '23514');
  assert.equal(await scene.state(), before);
});

test('a transaction that holds the rows makes the change fail, not wait or overwrite', async () => {
  const token = tokenOf(await scene.ask('set the status of order 3 to shipped'));
  await scene.session.run("BEGIN; UPDATE orders SET status = 'cancelled' WHERE order_id = 3");
  const answer = await scene.confirm(token);
  await scene.session.run('ROLLBACK');
  assert.equal(answer.status, 'failed');
  assert.equal(answer.error?.sqlstate, '40001');
  assert.equal(await scene.session.value('SELECT status FROM orders WHERE order_id = 3'), 'open');
});

test('a change that is cancelled is not made', async () => {
  const shown = await scene.ask('delete all orders');
  const pending = await scene.confirmations.redeem(tokenOf(shown), scene.database);
  const before = await scene.state();
  const { confirmWrite } = await import('#agent');
  const { database } = scene;
  const answer = await confirmWrite({ pending, database, signal: AbortSignal.abort() });
  assert.equal(answer.error?.sqlstate, '57014');
  assert.equal(await scene.state(), before);
});

test('NULL, quotes and other scripts are shown and written as they are', async () => {
  const value = 'Åsa "the" O\'Brien – 東京';
  const made = await scene.ask(`rename customer 3 to “${value.replaceAll('"', "'")}”`);
  await scene.confirm(tokenOf(made));
  assert.equal(
    await scene.session.value('SELECT name FROM customers WHERE id = 3'),
    value.replaceAll('"', "'"),
  );
  const noted = await scene.ask('set the note of customer 3 to "seen"');
  assert.deepEqual(noted.confirmation?.rows, [{ before: [3, null], after: [3, 'seen'] }]);
  await scene.confirm(tokenOf(noted));
  const cleared = await scene.ask('clear the note of customer 3');
  await scene.confirm(tokenOf(cleared));
  assert.equal(await scene.session.value('SELECT note FROM customers WHERE id = 3'), null);
});

test('without somebody to confirm, a change is only shown', async () => {
  const answer = await scene.ask('delete all orders', { confirmations: undefined });
  assert.equal(answer.status, 'confirm');
  assert.equal(answer.confirmation?.token, null);
});

test('"again" shows the change again instead of making it', async () => {
  const shown = await scene.ask('set the status of order 3 to shipped');
  const before = await scene.state();
  const { question, status, answer, sql, plan } = shown;
  const again = await scene.ask('again', {
    conversation: [{ question, status, answer, sql, plan }],
  });
  assert.equal(again.status, 'confirm');
  assert.notEqual(again.confirmation?.token, shown.confirmation?.token);
  assert.equal(await scene.state(), before);
});

test('rows of a table without a key are told apart by their numbers', async () => {
  await scene.session.run(`
    CREATE TABLE visits (customer_id INTEGER REFERENCES customers (id), pages INTEGER);
    INSERT INTO visits SELECT 1 + i % 4, i FROM range(8) AS r(i);
    INSERT INTO visits VALUES (1, 0)`);
  const shown = await scene.ask('delete the visits of gold customers');
  assert.match(shown.sql ?? '', /^DELETE FROM visits WHERE rowid IN \(SELECT visits\.rowid FROM /);
  const count = Number(
    await scene.session.value(`SELECT count(*) FROM visits JOIN customers
      ON customers.id = visits.customer_id WHERE tier = 'gold'`),
  );
  assert.ok(count > 1);
  assert.equal(shown.confirmation?.rowCount, count);
  const made = await scene.confirm(tokenOf(shown));
  assert.equal(made.answer, `${count} rows of visits were deleted.`);
  assert.equal(Number(await scene.session.value('SELECT count(*) FROM visits')), 9 - count);
});
