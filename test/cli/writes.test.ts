/** Changes that are asked for on the command line: shown, and made only when they are confirmed. */
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openDatabase } from '#agent';
import { startService } from '#server';
import { Database } from '#storage';
import type { Outcome, Sample } from './run-cli.ts';
import { makeSample, runCli } from './run-cli.ts';

let sample: Sample;
before(async () => {
  sample = await makeSample();
});
after(() => sample[Symbol.asyncDispose]());

const home = () => join(sample.folder, 'home');

function helios(args: readonly string[], input = '', file = sample.file): Promise<Outcome> {
  const environment = { HELIOSDB_HOME: home(), HELIOSDB_DB: file };
  return runCli(args, { input, environment });
}

async function tierOf(id: number): Promise<unknown> {
  await using database = await Database.open({ path: sample.file });
  const { rows } = await database.withConnection((connection) =>
    connection.query(`SELECT tier FROM customers WHERE id = ${id}`),
  );
  return rows[0]?.[0];
}

const tokenIn = ({ err }: Outcome): string => /heliosdb confirm (\S+)/.exec(err)?.[1] ?? '';

describe('ask, where nobody can be asked back', () => {
  it('shows the change, says how to confirm it, writes nothing and exits with 7', async () => {
    const shown = await helios(['ask', 'set the tier of customer 1 to bronze']);
    assert.equal(shown.code, 7, shown.err);
    assert.match(shown.out, /^This would change 1 row of customers\. Nothing has been written\.$/m);
    assert.match(shown.out, /^UPDATE customers SET tier = 'bronze' WHERE id = 1;$/m);
    assert.match(shown.out, /→ tier/);
    assert.match(shown.err, /^To make it: heliosdb confirm [0-9a-f]{32} --db \S+$/m);
    assert.equal(await tierOf(1), 'gold');

    const made = await helios(['confirm', tokenIn(shown)]);
    assert.equal(made.code, 0, made.err);
    assert.equal(made.out, '1 row of customers was changed.\n');
    assert.equal(await tierOf(1), 'bronze');

    const again = await helios(['confirm', tokenIn(shown)]);
    assert.equal(again.code, 1);
    assert.match(again.err, /no change waits for this confirmation/);
    assert.match(again.err, /55000/);
  });

  it('says loudly that every row is meant', async () => {
    const { code, err } = await helios(['ask', 'delete all orders']);
    assert.equal(code, 7);
    assert.match(err, /WARNING: There is no condition: every row of orders would be deleted\./);
  });

  it('takes --yes for a yes to what it prints', async () => {
    const { code, out } = await helios(['ask', 'set the tier of customer 2 to bronze', '--yes']);
    assert.equal(code, 0);
    assert.match(out, /UPDATE customers SET tier = 'bronze' WHERE id = 2;/);
    assert.match(out, /1 row of customers was changed\.\n$/);
    assert.equal(await tierOf(2), 'bronze');
  });

  it('gives programs one object, with what is shown and what was done', async () => {
    const shown = await helios(['ask', 'set the tier of customer 3 to bronze', '--json']);
    assert.equal(shown.code, 7);
    const { status, confirmation } = JSON.parse(shown.out);
    assert.equal(status, 'confirm');
    assert.equal(confirmation.state, 'open');
    assert.equal(confirmation.rowCount, 1);
    const made = await helios(['confirm', confirmation.token, '--json']);
    assert.equal(JSON.parse(made.out).confirmation.state, 'done');
    const both = await helios(['ask', 'set the tier of customer 4 to bronze', '--json', '--yes']);
    assert.equal(both.code, 0);
    const answer = JSON.parse(both.out);
    assert.deepEqual([answer.status, answer.confirmation.state], ['ok', 'done']);
    assert.deepEqual(
      Object.keys(answer).sort(),
      Object.keys(JSON.parse(shown.out)).sort(),
      'the same members in every answer',
    );
  });

  it('refuses what changed since it was shown', async () => {
    const shown = await helios(['ask', 'set the tier of customer 5 to bronze']);
    await helios(['sql', "UPDATE customers SET name = 'Eve' WHERE id = 5"]);
    const made = await helios(['confirm', tokenIn(shown)]);
    assert.equal(made.code, 1);
    assert.match(made.err, /the data changed since the change was shown/);
    assert.match(made.err, /40001/);
    assert.equal(await tierOf(5), 'platinum');
  });

  it('prints the plan and the statement without keeping anything to confirm', async () => {
    const explained = await helios(['ask', 'delete order 3', '--explain']);
    assert.equal(explained.code, 0);
    assert.match(explained.out, /DELETE FROM orders WHERE order_id = 3/);
    const sql = await helios(['ask', 'delete order 3', '--sql']);
    assert.equal(sql.out, 'DELETE FROM orders WHERE order_id = 3;\n');
  });

  it('keeps what waits for its owner alone, and takes it for no other database', async () => {
    const shown = await helios([
      'ask',
      'set the tier of customer 6 to bronze',
      '--db',
      sample.file,
    ]);
    assert.match(shown.err, / --db /);
    await using other = await makeSample();
    const elsewhere = await helios(['confirm', tokenIn(shown)], '', other.file);
    assert.equal(elsewhere.code, 1);
    assert.match(elsewhere.err, /it is for another database/);
    assert.ok((await readdir(join(home(), 'confirmations'))).length > 0);
  });

  it('never writes in a batch', async () => {
    const { code, out } = await helios(
      ['ask', '--batch'],
      '{"id":1,"question":"set the tier of customer 7 to bronze"}\n',
    );
    assert.equal(code, 0);
    const line = JSON.parse(out);
    assert.equal(line.status, 'confirm', line.answer);
    assert.equal(line.rows, null);
    assert.equal(line.sql, "UPDATE customers SET tier = 'bronze' WHERE id = 7");
    assert.equal(await tierOf(7), 'gold');
    assert.equal((await helios(['ask', '--batch', '--yes'])).code, 2);
  });
});

describe('chat and the shell', () => {
  it('make a change after a yes, and only after that', async () => {
    const said = [
      'set the tier of customer 8 to bronze',
      'no',
      'set the tier of customer 9 to bronze',
      'How many customers are there?',
      'yes',
      'set the tier of customer 11 to bronze',
      'yes',
    ].join('\n');
    const { code, out, err } = await helios(['chat'], `${said}\n`);
    assert.equal(code, 0, err);
    assert.match(err, /Make this change\? \[y\/N\]/);
    assert.equal(await tierOf(8), 'platinum');
    assert.equal(await tierOf(9), 'silver', 'another question is no yes');
    assert.match(out, /The count is 120\./);
    assert.equal(await tierOf(11), 'bronze');
  });

  it('.confirm makes what .ask has shown, once', async () => {
    const script = '.ask set the tier of customer 12 to bronze\n.confirm\n.confirm\n';
    const { out, err } = await helios(['shell'], script);
    assert.match(err, /\.confirm makes this change/);
    assert.match(out, /1 row of customers was changed\./);
    assert.match(err, /no change waits to be confirmed/);
    assert.equal(await tierOf(12), 'bronze');
  });
});

describe('where a service owns the file', () => {
  it('the change is shown, made and remembered by the service', async () => {
    await using own = await makeSample();
    const database = await openDatabase({ path: own.file, isReadOnly: false, engine: 'always' });
    const service = await startService({
      database,
      host: '127.0.0.1',
      port: 0,
      version: '0.0.0',
      stateDirectory: own.folder,
    });
    try {
      const tier = async (id: number) => {
        const sql = `SELECT tier FROM customers WHERE id = ${id}`;
        return (await helios(['sql', '--csv', sql], '', own.file)).out.split(/\r?\n/)[1];
      };
      const shown = await helios(['ask', 'set the tier of customer 1 to bronze'], '', own.file);
      assert.equal(shown.code, 7, shown.err);
      assert.equal(await tier(1), 'gold');
      const made = await helios(['confirm', tokenIn(shown)], '', own.file);
      assert.equal(made.code, 0, made.err);
      assert.equal(await tier(1), 'bronze');
      assert.equal((await helios(['confirm', tokenIn(shown)], '', own.file)).code, 1);
      const said =
        'How many customers are there?\nonly silver ones\nset the tier of customer 2 to bronze\nyes\n';
      const chat = await helios(['chat'], said, own.file);
      assert.match(chat.out, /The count is 40\./);
      assert.match(chat.out, /1 row of customers was changed\./);
      assert.equal(await tier(2), 'bronze');
      const shell = '.ask How many customers are there?\n.ask only gold ones\n';
      assert.match((await helios(['shell'], shell, own.file)).out, /The count is 39\./);
      const { runs } = (await (await fetch(`${service.url}/api/v1/runs`)).json()) as {
        runs: { question: string; status: string; conversation: string }[];
      };
      const questions = runs.map(({ question }) => question);
      assert.ok(questions.includes('only silver ones'), 'the chat is planned in the service');
      assert.ok(questions.includes('only gold ones'), 'so is .ask');
      assert.ok(runs.every(({ status }) => status === 'ok'));
    } finally {
      await service.close(0);
    }
  });
});
