import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeliosError, seededRandom } from '#core';
import { Generator, HOSTILE_PIECES } from './generate.ts';
import { parseStatement } from './parser.ts';
import { printStatement } from './printer.ts';
import { splitScript, statementsOf } from './script.ts';

// `HELIOSDB_SEED=n` repeats a run; a longer one is `HELIOSDB_FUZZ_RUNS=100000`.
const SEED = Number(process.env.HELIOSDB_SEED ?? Date.now() % 1_000_000);
const RUNS = Number(process.env.HELIOSDB_FUZZ_RUNS ?? 2000);

function forEachRun(check: (generator: Generator) => void): void {
  for (let run = 0; run < RUNS; run += 1) {
    const seed = SEED + run;
    try {
      check(new Generator(seededRandom(seed)));
    } catch (error) {
      throw new Error(`fails with HELIOSDB_SEED=${seed} HELIOSDB_FUZZ_RUNS=1`, { cause: error });
    }
  }
}

/** Statements, or an error that has a code and an offset inside the text. */
function checkAnyText(text: string): void {
  try {
    const pieces = splitScript(text);
    assert.equal(pieces.map((piece) => piece.text).join(''), text);
    for (const { offset, text: pieceText, statement } of pieces) {
      assert.equal(text.slice(offset, offset + pieceText.length), pieceText);
      if (statement === null) continue;
      assert.equal(text.slice(statement.start, statement.end), statement.text);
      const parsed = parseStatement(statement);
      if (parsed === null) continue;
      const printed = printStatement(parsed.tree);
      const again = statementsOf(printed).map((item) => parseStatement(item)?.tree);
      assert.deepEqual(again, [parsed.tree], printed);
    }
  } catch (error) {
    if (!HeliosError.isInstance(error)) throw error;
    assert(['42601', '54000'].includes(error.sqlstate), error.sqlstate);
    const offset = error.fields.offset;
    assert(typeof offset === 'number' && offset >= 0 && offset <= text.length, `${offset}`);
    assert.match(error.detail ?? '', /^LINE \d+: .*\n *\^$/u);
  }
}

test(`parse(print(tree)) is the tree (seed ${SEED})`, () => {
  forEachRun((generator) => {
    const trees = generator.list(3, () => generator.statement());
    const script = trees
      .map((tree) => printStatement(tree))
      .join(generator.pick([';', ' ;\n-- ;\n;']));
    const parsed = statementsOf(script).map((statement) => parseStatement(statement)?.tree);
    assert.deepEqual(parsed, trees, script);
  });
});

test(`any text gives statements or an error with an offset (seed ${SEED})`, () => {
  forEachRun((generator) => checkAnyText(generator.soup(HOSTILE_PIECES, 40)));
});

test(`a damaged statement gives statements or an error with an offset (seed ${SEED})`, () => {
  forEachRun((generator) => {
    checkAnyText(generator.mutate(printStatement(generator.statement()), HOSTILE_PIECES));
  });
});

// A parser that looks back or ahead without bound needs hours for these; a busy machine does not.
const HANG_MS = 30_000;

test('time is linear in hostile text', () => {
  const create = 'CREATE PROCEDURE p(a ';
  const repeated = [
    ...HOSTILE_PIECES,
    "E'a' -- \n",
    "''\n",
    '$a',
    '$a$b',
    '+/**/',
    '/*/',
    '-/*',
    '1_1',
    '1__',
    '0x0',
    "E'\\",
    '=>-',
    '; ',
    'a ',
    '"a".',
  ];
  for (const prefix of ['', create, `${create}INT DEFAULT `, 'CALL p(', "CALL p(1) AS '"]) {
    for (const piece of repeated) {
      const started = performance.now();
      checkSyntax(prefix + piece.repeat(10_000));
      const elapsedMs = performance.now() - started;
      assert(elapsedMs < HANG_MS, `${JSON.stringify(prefix + piece)} took ${elapsedMs} ms`);
    }
  }
});

function checkSyntax(text: string): void {
  try {
    for (const statement of statementsOf(text)) parseStatement(statement);
  } catch (error) {
    if (!HeliosError.isInstance(error)) throw error;
  }
}

test('a module of 32 MiB parses in linear time', () => {
  const script = `CREATE PROCEDURE p() RETURNS INT LANGUAGE wasm AS $wasm$${'AAAA'.repeat(1 << 23)}$wasm$`;
  const started = performance.now();
  assert.equal(
    parseStatement(statementsOf(script)[0] ?? assert.fail())?.tree.kind,
    'create_procedure',
  );
  assert(performance.now() - started < HANG_MS);
});
