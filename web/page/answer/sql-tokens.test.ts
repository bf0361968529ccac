import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toSqlTokens } from './sql-tokens.ts';

const kinds = (sql: string) =>
  toSqlTokens(sql)
    .filter(({ text }) => text.trim() !== '')
    .map(({ kind, text }) => `${kind}:${text.trim()}`);

test('words, strings, names, numbers and comments are told apart', () => {
  assert.deepEqual(kinds(`SELECT "a b", 'it''s' FROM t -- why\nLIMIT 10`), [
    'keyword:SELECT',
    'name:"a b"',
    'other:,',
    "string:'it''s'",
    'keyword:FROM',
    'other:t',
    'comment:-- why',
    'keyword:LIMIT',
    'number:10',
  ]);
});

for (const sql of [
  '',
  "'open",
  '"open',
  '/* open',
  'a\u0000b 🚀 $$x$$ <script>',
  "SELECT 1e5, 2.5 FROM x WHERE a = 'b' /* c */ ;;",
]) {
  test(`the pieces of ${JSON.stringify(sql)} are the text`, () => {
    assert.equal(
      toSqlTokens(sql)
        .map(({ text }) => text)
        .join(''),
      sql,
    );
  });
}
