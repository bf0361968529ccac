import assert from 'node:assert/strict';
import { it } from 'node:test';
import { withRelations } from './relation-sql.ts';

const relation = { name: 'task1', sql: 'SELECT 1 AS a;\n', isMaterialized: true };

it('leaves a statement that reads nothing as it is, without its semicolon', () => {
  assert.equal(withRelations([], ' SELECT 1 ;; '), 'SELECT 1');
});

it('prefixes a statement with the relations it reads', () => {
  assert.equal(
    withRelations(
      [relation, { name: 'task2', sql: 'FROM x', isMaterialized: false }],
      'FROM task1',
    ),
    'WITH task1 AS MATERIALIZED (\n  SELECT 1 AS a\n),\ntask2 AS (\n  FROM x\n)\nFROM task1',
  );
});

it('wraps a statement that has a WITH clause of its own, also behind comments', () => {
  for (const sql of [
    'WITH b AS (FROM task1) FROM b',
    '-- why\n/* x */ with b AS (FROM task1) FROM b',
  ]) {
    assert.match(withRelations([relation], sql), /\)\nSELECT \* FROM \(\n/);
  }
});

it('keeps a comment at the end of a statement from swallowing the parenthesis', () => {
  const sql = withRelations([{ ...relation, sql: 'SELECT 1 -- one' }], 'FROM task1');
  assert.match(sql, /-- one\n\)/);
});

it('does not indent inside strings and quoted names', () => {
  const sql = 'SELECT \'a\nb\' AS "x\ny",\n$$p\nq$$ AS z';
  assert.equal(
    withRelations([{ ...relation, sql }], 'FROM task1'),
    `WITH task1 AS MATERIALIZED (\n  SELECT 'a\nb' AS "x\ny",\n  $$p\nq$$ AS z\n)\nFROM task1`,
  );
});
