import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Plan } from '#planner';
import { humanizeName, isIdentifierName, withHeadings } from './column-name.ts';
import type { Result } from './sentence.ts';
import { printSentence, printValue } from './sentence.ts';

function sentence(
  shape: Plan['answer']['shape'],
  columns: readonly (readonly [string, string])[],
  rows: Result['rows'],
  template: string | null = null,
): string {
  return printSentence(
    { kind: 'answer', from: 'task1', shape, template },
    {
      columns: columns.map(([name, type]) => ({ name, type })),
      rows,
      rowCount: rows.length,
      isTruncated: false,
    },
  );
}

describe('printSentence', () => {
  it('says one value', () => {
    assert.equal(
      sentence('scalar', [['order_count', 'BIGINT']], [[204000]]),
      'The order count is 204,000.',
    );
    assert.equal(
      sentence('scalar', [['average_total', 'DOUBLE']], [[null]]),
      'The average total is unknown: no row has a value for it.',
    );
  });

  it('says one value of a row or a list as a sentence', () => {
    assert.equal(sentence('row', [['name', 'VARCHAR']], [['Ann']]), 'The name is Ann.');
    assert.equal(sentence('list', [['name', 'VARCHAR']], [['Ann']]), 'The name is Ann.');
  });

  it('says one row', () => {
    assert.equal(
      sentence(
        'row',
        [
          ['name', 'VARCHAR'],
          ['spent', 'DECIMAL(18,2)'],
        ],
        [['Ann', 1234.5]],
      ),
      'Name Ann, spent 1,234.50.',
    );
  });

  it('lists a few values and counts many', () => {
    assert.equal(
      sentence('list', [['city', 'VARCHAR']], [['Bonn'], ['Köln']]),
      '2 rows: Bonn, Köln.',
    );
    assert.equal(
      sentence(
        'table',
        [
          ['a', 'VARCHAR'],
          ['b', 'VARCHAR'],
        ],
        [['x', 'y']],
      ),
      '1 row.',
    );
  });

  it('says that nothing matches', () => {
    assert.equal(sentence('table', [['a', 'VARCHAR']], []), 'Nothing in the data matches.');
  });

  it('fills a template, and falls back when the template does not fit the result', () => {
    const columns = [
      ['name', 'VARCHAR'],
      ['savings', 'DECIMAL(18,2)'],
    ] as const;
    const template = '{rowCount} customers; {name} saves most: {savings}.';
    assert.equal(
      sentence('table', columns, [['Ann', 12]], template),
      '1 customers; Ann saves most: 12.00.',
    );
    assert.equal(sentence('table', columns, [], template), 'Nothing in the data matches.');
    assert.equal(sentence('table', columns, [['Ann', 1]], '{missing}'), '1 row.');
  });

  it('says that there are more rows than were read', () => {
    const result = {
      columns: [
        { name: 'a', type: 'BIGINT' },
        { name: 'b', type: 'BIGINT' },
      ],
      rows: [[1, 2]],
      rowCount: 10000,
      isTruncated: true,
    };
    assert.equal(
      printSentence({ kind: 'answer', from: 'task1', shape: 'table', template: null }, result),
      'more than 10,000 rows.',
    );
  });
});

it('prints numbers as people write them, and identifiers as they are stored', () => {
  const number = (name: string, type: string, value: number) => printValue(value, { name, type });
  assert.equal(number('total', 'DOUBLE', 1234567.891), '1,234,567.89');
  assert.equal(number('share', 'DOUBLE', 0.123456), '0.123');
  assert.equal(number('customer_id', 'BIGINT', 12345), '12345');
  assert.equal(number('year', 'BIGINT', 2025), '2025');
  assert.equal(number('price', 'DECIMAL(10,2)', 5), '5.00');
});

it('turns names into words', () => {
  assert.equal(humanizeName('order_total'), 'order total');
  assert.equal(humanizeName('orderTotal'), 'order total');
  assert.equal(humanizeName('count_star()'), 'count');
  assert.equal(humanizeName('avg(o.order_total)'), 'average order total');
  assert.equal(humanizeName('count(DISTINCT "city")'), 'count of distinct city');
  assert.equal(humanizeName('a + b'), 'a + b');
  assert.equal(humanizeName('VIP'), 'VIP');
});

it('gives columns that DuckDB named a heading in words, and leaves stored names alone', () => {
  const headings = (...names: string[]) =>
    withHeadings(names.map((name) => ({ name, type: 'BIGINT' }))).map(({ name }) => name);
  assert.deepEqual(headings('loyalty_tier', 'avg(orders.total)', 'count_star()'), [
    'loyalty_tier',
    'average total',
    'count',
  ]);
  assert.deepEqual(headings('avg(a.total)', 'avg(b.total)'), ['avg(a.total)', 'avg(b.total)']);
  assert.deepEqual(headings('count', 'count_star()'), ['count', 'count_star()']);
  assert.deepEqual(headings('sum((quantity * price))'), ['sum((quantity * price))']);
  assert(!isIdentifierName('count of customer id'));
  assert(isIdentifierName('highest year'));
});
