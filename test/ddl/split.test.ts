import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import { seededRandom } from '#core';
import { statementsOf } from '#runtime';

// DuckDB's own splitter is the oracle: wherever it accepts a script, ours must see the same
// statements, or a statement would reach DuckDB cut in two or glued to the next.
const SEED = Number(process.env.HELIOSDB_SEED ?? Date.now() % 1_000_000);
const RUNS = Number(process.env.HELIOSDB_FUZZ_RUNS ?? 3000);

/** Expressions that hold every kind of token, semicolons in all places that hide them. */
const EXPRESSIONS: readonly string[] = [
  ...["'a;''b'", "E'\\';'", "e'\\\\'", "'\\'", "x'AB'", "'a'\n'b;\\'", "E'a'--;'\n  'b\\';'"],
  ...['$$;$$', '$a$;$$;$a$', '$é$ $a$ ; $é$', '$_1$;$_1$', "$$'$$", '$$"$$', '$$--$$', '$$/*$$'],
  ...['1', '1_000', '.5', '5.', '1e5', '1.e1', '1_0.5_0e-1_0', '0xFF', '0x1$$', '1a', '1_'],
  ...[
    '1 /* ; */ + 2',
    '1 /* /* ; */ ; */ + 2',
    '1/**/',
    '1 /*;*//*;*/ + 1',
    '2*/*;*/3',
    '2-/*;*/-3',
  ],
  ...['1 --;\n + 2', '1--;\n', '1 -- ;\r', "1 -- '\n", '1 -- \u2028;\n', '1+--;\n2', '/*/;*/ 1'],
  ...[
    '"a;""b"',
    'a$$',
    'a$b$c',
    'é',
    '"$$"',
    '[1;2]'.replace(';', ','),
    "{'a;': 1}",
    "map{';': 2}",
  ],
  ...['(SELECT 1)', '1::INT', 'f(a := 1)', 'f(a => -1)', 'a=>-1', '$1', '$name', '?', '?1', '#1'],
  ...[
    '1\u00a0',
    '1\u3000+\u20032',
    '\ufeff1',
    '@-1',
    '~1',
    '5!',
    "1 /* ' */",
    '1 /* $$ */',
    '"é;"',
  ],
];
const SEPARATORS = [';', ' ; ', ';\n', ';;', ' ;-- ; \n;', '; /* ; */ ;', ';\ufeff', '\n;\r\n'];
const TEMPLATES = [
  'SELECT #',
  'SELECT #, #',
  'VALUES (#)',
  'CREATE VIEW v AS SELECT # AS x',
  'FROM t WHERE #',
];

test(`a script splits where DuckDB splits it (seed ${SEED})`, async () => {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  let acceptedCount = 0;
  for (let run = 0; run < RUNS; run += 1) {
    const random = seededRandom(SEED + run);
    const pick = <T>(items: readonly T[]): T =>
      items[Math.floor(random.next() * items.length)] as T;
    const statements = Array.from({ length: 1 + Math.floor(random.next() * 3) }, () =>
      pick(TEMPLATES).replaceAll('#', () => pick(EXPRESSIONS)),
    );
    const script = statements.reduce((text, statement) => text + pick(SEPARATORS) + statement);
    const extracted = await connection.extractStatements(script).catch(() => null);
    // What DuckDB cannot parse has no statements to compare.
    if (extracted === null) continue;
    acceptedCount += 1;
    const ours = statementsOf(script);
    const hint = `HELIOSDB_SEED=${SEED + run} HELIOSDB_FUZZ_RUNS=1: ${JSON.stringify(script)}`;
    assert.equal(ours.length, extracted.count, hint);
    for (const { text } of ours) {
      const single = await connection.extractStatements(text).catch(() => null);
      assert.equal(single?.count, 1, `${hint} at ${JSON.stringify(text)}`);
    }
  }
  assert(acceptedCount > RUNS / 4, `only ${acceptedCount} of ${RUNS} scripts were comparable`);
});

test('white space is what DuckDB takes for it', async () => {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  for (let code = 1; code <= 0xffff; code += 1) {
    const space = String.fromCodePoint(code);
    if (!/[\p{Z}\p{Cf}\p{Cc}]/u.test(space)) continue;
    const script = `SELECT 1${space}AS${space}x`;
    const result = await connection.runAndReadAll(script).catch(() => null);
    const head = statementsOf(script)[0]?.head.join(' ');
    assert.equal(
      head === 'SELECT 1 AS X',
      result?.columnNames()[0] === 'x',
      `U+${code.toString(16)}`,
    );
  }
});
