import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { JsonValue } from '../answer/answer.ts';
import { compareRows } from './compare-rows.ts';
import { parseQuestions } from './questions.ts';

type Rows = readonly (readonly JsonValue[])[];

const CASES: readonly (readonly [
  what: string,
  expected: Rows,
  given: Rows,
  isOrdered: boolean,
  verdict: string,
])[] = [
  ['equal rows', [[1, 'a']], [[1, 'a']], true, 'strict'],
  [
    'columns in another order',
    [
      [1, 'a'],
      [2, 'b'],
    ],
    [
      ['a', 1],
      ['b', 2],
    ],
    true,
    'strict',
  ],
  ['rows in another order', [[1], [2]], [[2], [1]], false, 'strict'],
  ['an order that was asked for', [[1], [2]], [[2], [1]], true, 'lenient'],
  [
    'an extra column',
    [['a'], ['b']],
    [
      ['a', 1],
      ['b', 2],
    ],
    false,
    'lenient',
  ],
  ['a missing column', [['a', 1]], [['a']], false, 'wrong'],
  ['a missing row', [['a'], ['b']], [['a']], false, 'wrong'],
  ['a repeated row', [['a']], [['a'], ['a']], false, 'lenient'],
  ['a number that arrives as text', [['12.50']], [[12.5]], false, 'strict'],
  ['a number that differs late', [[1.0000000001]], [[1]], false, 'strict'],
  ['cents', [[0.333333]], [[0.33]], false, 'lenient'],
  ['midnight', [['2026-01-01']], [['2026-01-01T00:00:00Z']], false, 'strict'],
  ['NULL and nothing', [[null]], [['']], false, 'wrong'],
  ['no rows on both sides', [], [], true, 'strict'],
  ['no rows on one side', [], [[0]], false, 'wrong'],
  [
    'columns that pair up wrongly',
    [
      [1, 2],
      [2, 1],
    ],
    [
      [1, 1],
      [2, 2],
    ],
    false,
    'wrong',
  ],
];

for (const [what, expected, given, isOrdered, verdict] of CASES) {
  it(`judges ${what}: ${verdict}`, () => {
    const { isStrict, isLenient } = compareRows(expected, given, { isOrdered });
    assert.equal(isStrict ? 'strict' : isLenient ? 'lenient' : 'wrong', verdict);
  });
}

it('gives up on columns that are all alike in bounded time', () => {
  const alike = (odd: number) => [
    Array.from({ length: 12 }, () => 1),
    Array.from({ length: 12 }, (_, index) => (index === odd ? 3 : 2)),
  ];
  compareRows(alike(3), [...alike(4), [...(alike(5)[0] as number[])]], { isOrdered: false });
});

it('names the line of a file of questions that is wrong', () => {
  for (const [text, line] of [
    ['{"question": "a"}', ':1:'],
    ['{"question": "a", "sql": "SELECT 1"}\n{', ':2:'],
    ['{"question": "", "sql": "SELECT 1"}', ':1:'],
  ] as const) {
    assert.throws(
      () => parseQuestions(text, 'q.jsonl'),
      (error: { detail?: string }) => error.detail?.includes(`q.jsonl${line}`) ?? false,
    );
  }
});
