import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeliosError } from '#core';
import { splitScript, statementsOf } from './script.ts';

const textsOf = (script: string): string[] => statementsOf(script).map(({ text }) => text);

function errorOf(script: string): HeliosError {
  try {
    splitScript(script);
  } catch (error) {
    assert(HeliosError.isInstance(error, 'syntax_error'), String(error));
    return error;
  }
  return assert.fail(`no error for ${JSON.stringify(script)}`);
}

test('pieces joined are the script, and statements lie where their offsets say', () => {
  const script = '\ufeff-- a\nSELECT 1 ;; /* b;c */ SELECT 2\n;\n-- d';
  const pieces = splitScript(script);
  assert.equal(pieces.map(({ text }) => text).join(''), script);
  const statements = statementsOf(script);
  assert.deepEqual(
    statements.map(({ start, end }) => script.slice(start, end)),
    ['SELECT 1', 'SELECT 2'],
  );
  assert.deepEqual(
    statements.map(({ text }) => text),
    ['SELECT 1', 'SELECT 2'],
  );
});

// Each of these was tried on DuckDB 1.5.6, which sees the same statements.
const UNSPLIT: readonly string[] = [
  "SELECT 'a;''b'",
  "SELECT E'a\\';b'",
  "SELECT e'x\\\\', ';'",
  "SELECT 'backslash\\', ';'",
  'SELECT "a;""b;"',
  'SELECT $$a;b$$',
  'SELECT $tag$ $$;$$ $b$ ; $tag$',
  'SELECT $é$;$é$',
  'SELECT $a$ $aa$ ; $a$',
  'SELECT 1 /* ; /* ; */ ; */ + 1',
  'SELECT 1 /*/ ; */ + 1',
  'SELECT 2*/*;*/2',
  'SELECT 1 -- ; /* \n + 1',
  "SELECT 1 -- it's\r + 1",
  "SELECT /* ' */ 1",
  "SELECT E'a' -- ' ;\n 'b\\';c'",
  'SELECT a$$ FROM t',
  'SELECT 1--;',
  'SELECT 1+--;\n2',
];

for (const statement of UNSPLIT) {
  test(`one statement: ${JSON.stringify(statement)}`, () => {
    const last = statement.includes('--;') && !statement.includes('\n');
    const script = `${statement}\n; SELECT 2`;
    assert.equal(textsOf(script).length, 2);
    if (!last) assert.equal(textsOf(script)[0], statement);
  });
}

test('a semicolon after an identifier that ends in dollars separates', () => {
  assert.deepEqual(textsOf('SELECT a$$;SELECT b$$'), ['SELECT a$$', 'SELECT b$$']);
  assert.deepEqual(textsOf('SELECT 0xFF$$;SELECT $$;$$'), ['SELECT 0xFF$$', 'SELECT $$;$$']);
  assert.deepEqual(textsOf('SELECT $1;SELECT $name;SELECT ?'), [
    'SELECT $1',
    'SELECT $name',
    'SELECT ?',
  ]);
});

test('a string without escapes does not go on with them', () => {
  assert.deepEqual(textsOf("SELECT 'a'\n'b\\';SELECT 2"), ["SELECT 'a'\n'b\\'", 'SELECT 2']);
});

test('unterminated text is refused where it opens', () => {
  const cases: readonly (readonly [string, number])[] = [
    ["SELECT 'a", 7],
    ["SELECT E'a\\'", 7],
    ['SELECT "a""', 7],
    ['SELECT $$a$', 7],
    ['SELECT $a$ $$', 7],
    ['SELECT /* /* */', 7],
    ["SELECT 1;\n  'x", 12],
  ];
  for (const [script, offset] of cases) {
    const error = errorOf(script);
    assert.equal(error.fields.offset, offset, script);
    assert.match(error.message, /^unterminated /);
  }
  assert.deepEqual(errorOf("SELECT 1;\n  'x").fields, {
    offset: 12,
    line: 2,
    column: 3,
    expected: [],
  });
  assert.equal(errorOf("SELECT 1;\n  'x").detail, "LINE 2:   'x\n          ^");
});

test('text that DuckDB would not receive unchanged is refused', () => {
  assert.equal(errorOf('SELECT 1; DROP\0 TABLE t').fields.offset, 14);
  assert.equal(errorOf("SELECT '\ud800'").fields.offset, 8);
  assert.equal(errorOf("SELECT '😀\udc00'").fields.offset, 10);
});

test('nothing is a script without statements', () => {
  for (const script of ['', ' ', ';', '\ufeff;;\n', '-- x', '/**/;'])
    assert.deepEqual(textsOf(script), []);
});

test('a column counts characters, not code units', () => {
  assert.equal(errorOf("SELECT '😀', 'x").fields.column, 13);
});
