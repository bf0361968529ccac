import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { answerSchema } from '#agent';
import type { Sample } from './run-cli.ts';
import { makeSample, runCli } from './run-cli.ts';

const QUESTION = 'How many orders are there?';

let sample: Sample;
let checksum: string;

async function checksumOf(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}

before(async () => {
  sample = await makeSample();
  checksum = await checksumOf(sample.file);
});

after(async () => {
  // Whatever was asked below: asking never changes a database.
  assert.equal(await checksumOf(sample.file), checksum);
  await sample[Symbol.asyncDispose]();
});

function askSample(question: string, ...options: readonly string[]) {
  return runCli(['ask', question, '--db', sample.file, ...options]);
}

describe('heliosdb ask', () => {
  it('prints the answer on stdout, and plan and progress on stderr', async () => {
    const { code, out, err } = await askSample(QUESTION);
    assert.equal(code, 0, err);
    assert.match(out, /2,000/);
    assert.match(err, /task1/);
    assert.match(err, /✓/);
    assert.ok(!`${out}${err}`.includes('\u001b'), 'no colours in a pipe');
  });

  it('says nothing on stderr with --no-progress', async () => {
    const { out, err } = await askSample(QUESTION, '--no-progress');
    assert.match(out, /2,000/);
    assert.equal(err, '');
  });

  it('prints JSON that fits the schema, alone on stdout', async () => {
    const { code, out } = await askSample(QUESTION, '--json');
    assert.equal(code, 0);
    const answer = answerSchema.parse(JSON.parse(out));
    assert.equal(answer.status, 'ok');
    assert.deepEqual(answer.rows, [[2000]]);
    assert.ok(answer.plan && answer.plan.tasks.length > 0);
    assert.match(answer.sql ?? '', /orders/i);
  });

  it('prints SQL that gives the answer, and a plan, without running anything', async () => {
    const { code, out } = await askSample(QUESTION, '--sql');
    assert.equal(code, 0);
    assert.match(out, /count/i);
    const explained = await askSample(QUESTION, '--explain');
    assert.equal(explained.code, 0);
    assert.match(explained.out, /\[task1\]/);
  });

  it('refuses what it does not understand with code 3, naming the words', async () => {
    const { code, out, err } = await askSample('How many unicorns galloped?');
    assert.equal(code, 3, err);
    assert.equal(out, '');
    assert.match(err, /unicorns/);
    const json = await askSample('How many unicorns galloped?', '--json');
    assert.equal(json.code, 3);
    assert.equal(answerSchema.parse(JSON.parse(json.out)).status, 'refused');
  });

  const wrong: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['no question', ['ask'], /question is missing/],
    ['an empty question', ['ask', '   '], /question is missing/],
    ['an unknown option', ['ask', 'x', '--jsn'], /did you mean --json\?/],
    ['an option without its value', ['ask', 'x', '--db'], /--db needs FILE/],
    ['an option as a value', ['ask', 'x', '--db', '--json'], /--db needs FILE/],
    ['a switch with a value', ['ask', 'x', '--json=yes'], /takes no value/],
    ['an option given twice', ['ask', 'x', '--json', '--json'], /given twice/],
    ['a limit that is no number', ['ask', 'x', '--limit', 'ten'], /whole number/],
    ['a date that does not exist', ['ask', 'x', '--as-of', '2026-02-30'], /not a date/],
    ['a question beside --batch', ['ask', 'x', '--batch'], /standard input/],
  ];
  for (const [what, args, message] of wrong) {
    it(`ends with code 2 for ${what}`, async () => {
      const { code, out, err } = await runCli(args);
      assert.equal(code, 2, err);
      assert.equal(out, '');
      assert.match(err, message);
      assert.match(err, /US001/);
    });
  }

  it('refuses a question without words and one that is too long, as answers', async () => {
    const empty = await askSample('?!', '--json');
    assert.equal(empty.code, 3);
    assert.equal(answerSchema.parse(JSON.parse(empty.out)).status, 'refused');
    const long = await askSample(`How many ${'very '.repeat(2000)}old orders?`, '--json');
    assert.equal(long.code, 3);
    assert.match(answerSchema.parse(JSON.parse(long.out)).answer, /4000/);
  });

  it('takes any characters in a question', async () => {
    const { code, out } = await askSample(
      'Wie viele 東京 👩‍👩‍👧 Kunden \u202e heißen "Käthe"; DROP TABLE orders?',
      '--json',
    );
    assert.ok(code === 0 || code === 3 || code === 4, String(code));
    answerSchema.parse(JSON.parse(out));
  });

  it('fails with its code for a file that is missing or no database, and makes none', async () => {
    const missing = await runCli(['ask', QUESTION, '--db', join(sample.folder, 'no.duckdb')]);
    assert.equal(missing.code, 1);
    assert.match(missing.err, /58P01/);
    await assert.rejects(readFile(join(sample.folder, 'no.duckdb')));
    const text = join(sample.folder, 'text.duckdb');
    await writeFile(text, 'not a database '.repeat(1000));
    const other = await runCli(['ask', QUESTION, '--db', text]);
    assert.equal(other.code, 1);
    assert.match(other.err, /58W01/);
    const folder = await runCli(['ask', QUESTION, '--db', sample.folder]);
    assert.equal(folder.code, 1);
    assert.match(folder.err, /58W01/);
    for (const { err } of [missing, other, folder]) assert.doesNotMatch(err, /^ +at /m);
  });

  it('shows a stack only when HELIOSDB_DEBUG asks for it', async () => {
    const args = ['ask', QUESTION, '--db', join(sample.folder, 'no.duckdb')];
    const { err } = await runCli(args, { environment: { HELIOSDB_DEBUG: '1' } });
    assert.match(err, /^ +at /m);
  });
});

describe('heliosdb ask --batch', () => {
  function request(id: unknown, question: unknown, more: object = {}): string {
    return JSON.stringify({ id, question, db_path: sample.file, ...more });
  }

  it('answers every line in order, whatever the lines are', async () => {
    const lines = [
      request('a', QUESTION),
      '{"id": "b", "question": ',
      '[]',
      'null',
      request('c', 7),
      request('d', QUESTION, { db_path: join(sample.folder, 'no.duckdb') }),
      request('e', QUESTION, { as_of: 'yesterday' }),
      '',
      request('f', ''),
      request('g', 'x'.repeat(100_000)),
      request(9, QUESTION, { as_of: '2024-05-01' }),
    ];
    const { code, out } = await runCli(['ask', '--batch'], { input: lines.join('\n') });
    assert.equal(code, 0);
    const answers = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: unknown; status: string; rows: unknown });
    assert.deepEqual(
      answers.map(({ id, status }) => [id, status]),
      [
        ['a', 'ok'],
        [null, 'error'],
        [null, 'error'],
        [null, 'error'],
        ['c', 'error'],
        ['d', 'error'],
        ['e', 'error'],
        ['f', 'refused'],
        ['g', 'refused'],
        [9, 'ok'],
      ],
    );
    assert.deepEqual(answers[0]?.rows, [[2000]]);
    assert.equal(answers[1]?.rows, null);
  });

  it('goes through more databases than it keeps open', async () => {
    const copies = await Promise.all(
      Array.from({ length: 6 }, async (_, index) => {
        const copy = join(sample.folder, `copy${index}.duckdb`);
        await writeFile(copy, await readFile(sample.file));
        return copy;
      }),
    );
    const lines = [...copies, ...copies].map((db_path, id) => request(id, QUESTION, { db_path }));
    const { out } = await runCli(['ask', '--batch'], { input: lines.join('\n') });
    const statuses = out
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { status: string }).status);
    assert.deepEqual(
      statuses,
      Array.from({ length: 12 }, () => 'ok'),
    );
  });

  it('follows the semantic model', async () => {
    const semantics = join(sample.folder, 'hides.yaml');
    await writeFile(semantics, 'tables:\n  orders: {hidden: true}\n');
    const asked = request('a', QUESTION);
    const { out: plain } = await runCli(['ask', '--batch'], { input: asked });
    assert.equal((JSON.parse(plain) as { status: string }).status, 'ok');
    const { out } = await runCli(['ask', '--batch', '--semantics', semantics], { input: asked });
    assert.equal((JSON.parse(out) as { status: string }).status, 'refused');
  });

  it('ends quietly when nothing is asked', async () => {
    assert.deepEqual(await runCli(['ask', '--batch']), { code: 0, out: '', err: '' });
  });
});

describe('a reader or a person who stops it', () => {
  it('ends with 130 when it is interrupted, at once and without a stack', async () => {
    // The first answer shows that the program is at work; there are many more to come.
    const lines = Array.from({ length: 3000 }, (_, id) =>
      JSON.stringify({ id, question: QUESTION, db_path: sample.file }),
    );
    const { code, out, err } = await runCli(['ask', '--batch'], {
      input: lines.join('\n'),
      interruptAt: '"id":0',
    });
    assert.equal(code, 130);
    assert.doesNotMatch(err, /^ +at /m);
    for (const line of out.trimEnd().split('\n')) JSON.parse(line);
  });

  it('ends with 141 and says nothing when its reader goes away', async () => {
    const lines = Array.from({ length: 3000 }, (_, id) =>
      JSON.stringify({ id, question: QUESTION, db_path: sample.file }),
    );
    const { code, err } = await runCli(['ask', '--batch'], {
      input: lines.join('\n'),
      closesOutput: true,
    });
    assert.deepEqual([code, err], [141, '']);
  });
});
