import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { HeliosError } from '#core';
import type { CompileProcedureOptions } from './compile.ts';
import { compileProcedure } from './compile.ts';

let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heliosdb ünicode '));
});

after(async () => {
  await rm(folder, { recursive: true });
});

async function write(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, content);
  return path;
}

async function refused(options: Partial<CompileProcedureOptions>): Promise<HeliosError> {
  const output = join(folder, 'out.wasm');
  return await compileProcedure({ source: '', output, ...options }).then(
    () => assert.fail('it compiled'),
    (error: HeliosError) => error,
  );
}

const PYTHON = 'def twice(n: int) -> int:\n    return 2 * n\n';

test('a syntax error names the file and the line', async () => {
  const wrong = {
    'wrong.js': ['\n\nexport function f(n) { return n +; }\n', /at wrong\.js:3:34/],
    'wrong.ts': ['\n\nexport function f(n: number) { return n +; }\n', /at wrong\.ts:3:42/],
    'wrong.py': ['\n\ndef f(n: int):\n    return n +\n', /wrong\.py:4: SyntaxError/],
    'wrong.as.ts': [
      '\n\nexport function f(): i64 { return 1 +; }\n',
      /ünicode .*\/wrong\.as\.ts\(3,/,
    ],
    'wrong.rb': ['\n\ndef f(n)\n  n +\nend\n', /wrong\.rb:5: syntax error/],
  } as const;
  for (const [name, [text, place]] of Object.entries(wrong)) {
    const error = await refused({ source: await write(name, text) });
    assert.equal(error.name, 'compile_failed');
    assert.match(error.detail ?? '', place);
  }
});

test('a syntax error in TypeScript shows the line', async () => {
  const source = await write('shown.ts', 'export function f(n: number): number { return n +; }\n');
  const { detail } = await refused({ source });
  const lines = (detail ?? '').split('\n');
  assert.deepEqual(lines.slice(0, 3), [
    'SyntaxError: Expression expected',
    '    at shown.ts:1:50',
    'export function f(n: number): number { return n +; }',
  ]);
  assert.match(lines[3] ?? '', /^ {49}\^$/);
});

test('an enum of TypeScript is compiled', async () => {
  const text = 'enum Tier { Gold = 2 }\nexport function gold(): number { return Tier.Gold; }\n';
  const output = join(folder, 'enum.wasm');
  const { procedures } = await compileProcedure({
    source: await write('enum.ts', text),
    output,
  });
  assert.deepEqual(
    procedures.map(({ name }) => name),
    ['gold'],
  );
});

test('what is no text is refused with its line', async () => {
  const bytes = Buffer.concat([Buffer.from('# Grüße\n# \0'), Buffer.from([0xff, 0xfe, 10])]);
  for (const ending of ['py', 'rb', 'js', 'ts', 'as.ts']) {
    const error = await refused({ source: await write(`binary.${ending}`, bytes) });
    assert.equal(error.name, 'compile_failed', ending);
    assert.equal(error.message, 'the source is not a text in UTF-8');
    assert.equal(error.detail, `binary.${ending}:2`);
  }
});

test('a mark of the encoding and line ends of Windows are no part of a program', async () => {
  const text = `\uFEFF# sums\n${PYTHON}`.replaceAll('\n', '\r\n');
  const sources = [
    await write('windows.py', text),
    await write('windows.rb', '\uFEFF# @return [Integer]\r\ndef one\r\n  1\r\nend\r\n'),
    await write('windows.ts', '\uFEFFexport function one(): number {\r\n  return 1;\r\n}\r\n'),
  ];
  for (const source of sources) {
    const { procedures } = await compileProcedure({ source, output: join(folder, 'windows.wasm') });
    assert.equal(procedures.length, 1, source);
  }
});

test('a program that is mostly data is refused before it is compiled', async () => {
  const source = await write('huge.rb', '# data\n'.repeat(800_000));
  const error = await refused({ source });
  assert.equal(error.message, 'a program may have 4 MB');
  assert.equal(error.detail, 'huge.rb has 5.3 MB');
  assert.match(error.hint ?? '', /table/);
});

test('a folder stands for the one source in it', async () => {
  await write('one/cases.yaml', 'cases: []\n');
  await write('one/twice.py', PYTHON);
  const output = join(folder, 'new folder', 'deep', 'twice.wasm');
  const { path, language } = await compileProcedure({ source: join(folder, 'one'), output });
  assert.equal(language, 'python');
  assert.ok((await readFile(path)).length > 0);

  await write('one/thrice.js', 'export function thrice(n) { return 3 * n; }\n');
  const many = await refused({ source: join(folder, 'one') });
  assert.equal(many.message, 'the folder has more than one source');
  assert.equal(many.hint, 'Give one of thrice.js, twice.py.');

  await mkdir(join(folder, 'none'));
  const none = await refused({ source: join(folder, 'none'), language: 'python' });
  assert.equal(none.name, 'undefined_file');
  assert.match(none.hint ?? '', /\.py, \.rb/);
});

test('an ending that nobody knows is named with those that are known', async () => {
  const error = await refused({ source: await write('twice.pl', PYTHON) });
  assert.equal(error.name, 'feature_not_supported');
  assert.match(error.hint ?? '', /\.py, \.rb, .* needs its language beside it/);
});

test('a module that cannot be written is an error of input and output', async () => {
  const source = await write('good.py', PYTHON);
  const onFolder = await refused({ source, output: folder });
  assert.equal(onFolder.name, 'io_error');
  assert.equal(onFolder.fields.path, folder);
  const inFile = await refused({ source, output: join(source, 'x.wasm') });
  assert.equal(inFile.name, 'io_error');
  assert.match(inFile.detail ?? '', /good\.py/);
});
