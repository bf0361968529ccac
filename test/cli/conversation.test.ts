/** Conversations, remembered questions, evaluation and semantic models, through the real program. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { draftOf, ScriptedServer } from '../model/scripted-server.ts';
import type { Outcome, Sample } from './run-cli.ts';
import { makeSample, runCli } from './run-cli.ts';

let sample: Sample;

before(async () => {
  sample = await makeSample();
});

after(() => sample[Symbol.asyncDispose]());

function helios(
  args: readonly string[],
  input = '',
  more: Record<string, string> = {},
): Promise<Outcome> {
  const environment = {
    HELIOSDB_HOME: join(sample.folder, 'home'),
    HELIOSDB_DB: sample.file,
    ...more,
  };
  return runCli(args, { input, environment });
}

describe('conversations', () => {
  it('continue from one process to the next, and are listed', async () => {
    await helios(['ask', 'How many customers are there?']);
    const second = await helios(['ask', '--continue', 'only gold ones', '--json']);
    assert.deepEqual(JSON.parse(second.out).rows, [[40]]);
    const list = await helios(['chat', '--list']);
    const id = /^(c-[0-9a-f]{8}) .*2 turns.*How many customers/m.exec(list.out)?.[1] ?? '';
    assert.notEqual(id, '', list.out);
    const third = await helios(['ask', '--conversation', id, 'show the SQL']);
    assert.match(third.out, /tier = 'gold'/);
    const unknown = await helios(['ask', '--conversation', 'c-none', 'why?']);
    assert.equal(unknown.code, 1);
    assert.match(unknown.err, /no conversation c-none/);
  });

  it('take questions line by line in chat, survive a refusal, and start over', async () => {
    const said =
      'How many customers are there?\nonly zorgle\nonly silver\n.new\nonly gold\n.help\n';
    const { code, out, err } = await helios(['chat'], said);
    assert.equal(code, 0, err);
    assert.match(out, /120[\s\S]*40/);
    assert.match(err, /zorgle/);
    assert.match(err, /only gold ones/);
  });
});

describe('remembered questions', () => {
  it('are answered with their SQL, used as a test, and forgotten', async () => {
    const question = 'What is the magic figure?';
    const refused = await helios(['ask', question]);
    assert.equal(refused.code, 3);
    const kept = await helios(['remember', question, '--sql', '-'], 'SELECT 42 AS magic;\n');
    assert.equal(kept.code, 0, kept.err);
    const answer = JSON.parse((await helios(['ask', 'what is the magic figure', '--json'])).out);
    assert.deepEqual(answer.rows, [[42]]);
    assert.equal(answer.plannedBy.kind, 'verified');
    const evaluated = JSON.parse((await helios(['eval', '--json'])).out);
    assert.equal(evaluated.overall.abstained, 1);
    assert.equal((await helios(['remember', question, '--forget'])).code, 0);
    assert.equal((await helios(['ask', question])).code, 3);
  });

  it('are refused when their SQL writes, does not run, or is missing', async () => {
    for (const sql of ['DELETE FROM orders', 'SELECT nothing FROM nowhere', 'SELECT 1; SELECT 2']) {
      const { code, err } = await helios(['remember', 'Something?', '--sql', sql]);
      assert.equal(code, 1, sql);
      assert.match(err, /PN001/);
    }
    assert.equal((await helios(['remember', 'Something?'])).code, 2);
  });
});

describe('eval', () => {
  const lines = [
    {
      id: 'count',
      question: 'How many customers are there?',
      sql: 'SELECT count(*) FROM customers',
      features: ['count'],
    },
    { id: 'rows', question: 'How many orders are there?', rows: [[2000]] },
    { id: 'wrong', question: 'How many orders are there?', sql: 'SELECT 5' },
    { id: 'none', question: 'What is dark matter?', answerable: false },
  ];

  it('reports, compares and decides the exit code', async () => {
    const [file, report] = [
      join(sample.folder, 'questions.jsonl'),
      join(sample.folder, 'report.json'),
    ];
    await writeFile(file, lines.map((line) => JSON.stringify(line)).join('\n'));
    const first = await helios(['eval', file, '--out', report, '--min-strict', '0.6', '--verbose']);
    assert.equal(first.code, 0, first.err);
    assert.match(first.out, /all: 3 questions, strict 66\.7 %/);
    assert.match(first.out, /count: 1 question, strict 100\.0 %/);
    assert.match(first.out, /1 without an answer: 100\.0 %/);
    assert.match(first.err, /wrong/);
    const broken = lines.map((line) => (line.id === 'rows' ? { ...line, rows: [[1]] } : line));
    await writeFile(file, broken.map((line) => JSON.stringify(line)).join('\n'));
    const second = await helios(['eval', file, '--compare', report, '--no-regressions']);
    assert.equal(second.code, 1);
    assert.match(second.out, /0 mended, 1 broken\n {2}broken rows/);
    assert.equal((await helios(['eval', file, '--min-strict', '0.5'])).code, 1);
    assert.equal((await helios(['eval', file, '--min-strict', '7'])).code, 2);
    assert.equal((await helios(['eval', join(sample.folder, 'nothing.jsonl')])).code, 1);
  });

  it('evaluates a model', async () => {
    await using server = await ScriptedServer.start([
      { kind: 'text', text: draftOf('SELECT count(*) FROM customers') },
    ]);
    const file = join(sample.folder, 'model.jsonl');
    await writeFile(file, JSON.stringify(lines[0]));
    const { out, err } = await helios(['eval', file, '--json', '--model', 'small'], '', {
      OPENAI_BASE_URL: server.baseUrl,
    });
    assert.notEqual(out, '', err);
    const report = JSON.parse(out);
    assert.equal(report.overall.strict, 1);
    assert.equal(report.questions[0].plannedBy, 'small');
  });
});

describe('the semantic model', () => {
  it('is written beside the database, checked, and used', async () => {
    const made = await helios(['model', 'init']);
    assert.equal(made.code, 0, made.err);
    const file = join(sample.folder, 'sample.semantics.yaml');
    assert.equal((await helios(['model', 'init'])).code, 1);
    assert.equal((await helios(['model', 'check'])).code, 0);
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('synonyms: []', 'synonyms: [wug]'));
    const asked = await helios(['ask', 'How many wugs are there?', '--json']);
    assert.deepEqual(JSON.parse(asked.out).rows, [[120]], asked.err);
    await writeFile(file, 'tables:\n  nothing: {}\n');
    const checked = await helios(['model', 'check']);
    assert.equal(checked.code, 1);
    assert.match(checked.out, /sample\.semantics\.yaml:2: there is no table "nothing"/);
    const failed = await helios(['ask', 'How many customers are there?']);
    assert.equal(failed.code, 1);
    assert.match(failed.err, /NL007/);
  });
});
