import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { JsonValue } from './answer.ts';
import type { Chart } from './chart.ts';
import { chooseChart } from './chart.ts';

function choose(
  columns: readonly (readonly [string, string])[],
  rows: readonly (readonly JsonValue[])[],
): Chart | null {
  return chooseChart({ columns: columns.map(([name, type]) => ({ name, type })), rows });
}

function summary(chart: Chart | null): string {
  if (chart === null) return 'none';
  const channels = Object.entries(chart.encoding).map(
    ([name, { field, type }]) => `${name}=${field}:${type}`,
  );
  return `${chart.mark.type} ${channels.join(' ')}`;
}

it('draws bars in the order of the rows for one measure per category', () => {
  const chart = choose(
    [
      ['id', 'BIGINT'],
      ['name', 'VARCHAR'],
      ['savings', 'DECIMAL(18,2)'],
    ],
    [
      [7, 'Ann', 12.5],
      [3, 'Bob', 11],
    ],
  );
  assert.equal(summary(chart), 'bar y=name:nominal x=savings:quantitative');
  assert.equal(chart?.encoding.y?.sort, null);
  assert.equal(chart?.title, 'savings by name');
  assert.deepEqual(chart?.data.values, [
    { name: 'Ann', savings: 12.5 },
    { name: 'Bob', savings: 11 },
  ]);
});

it('shows the first of many bars and says so', () => {
  const rows = Array.from({ length: 100 }, (_, index) => [`n${index}`, index]);
  const chart = choose(
    [
      ['name', 'VARCHAR'],
      ['n', 'BIGINT'],
    ],
    rows,
  );
  assert.equal(chart?.data.values.length, 20);
  assert.equal(chart?.title, 'n by name, first 20 of 100');
});

it('draws the first of a ranking although a name comes again below', () => {
  const columns = [
    ['name', 'VARCHAR'],
    ['n', 'BIGINT'],
  ] as const;
  const rows = Array.from({ length: 100 }, (_, index) => [`n${index % 60}`, index]);
  assert.equal(choose(columns, rows)?.data.values.length, 20);
  assert.equal(choose(columns, [['n0', 1], ['n0', 2], ...rows]), null);
});

it('groups bars by the smaller of two categories', () => {
  const rows = ['a', 'b', 'c'].flatMap((city) => ['x', 'y'].map((tier) => [tier, city, 1]));
  const chart = choose(
    [
      ['tier', 'VARCHAR'],
      ['city', 'VARCHAR'],
      ['n', 'BIGINT'],
    ],
    rows,
  );
  assert.equal(summary(chart), 'bar y=city:nominal x=n:quantitative color=tier:nominal');
});

it('draws a line over time, one for each category', () => {
  const days = ['2026-01-01', '2026-01-02', '2026-01-03'];
  assert.equal(
    summary(
      choose(
        [
          ['day', 'DATE'],
          ['total', 'DOUBLE'],
        ],
        days.map((day) => [day, 1]),
      ),
    ),
    'line x=day:temporal y=total:quantitative',
  );
  assert.equal(
    summary(
      choose(
        [
          ['year', 'BIGINT'],
          ['total', 'DOUBLE'],
        ],
        [
          [2023, 1],
          [2024, 2],
          [2025, 3],
        ],
      ),
    ),
    'line x=year:ordinal y=total:quantitative',
  );
  const rows = days.flatMap((day) => [
    [day, 'a', 1],
    [day, 'b', 2],
  ]);
  assert.equal(
    summary(
      choose(
        [
          ['day', 'DATE'],
          ['tier', 'VARCHAR'],
          ['n', 'BIGINT'],
        ],
        rows,
      ),
    ),
    'line x=day:temporal y=n:quantitative color=tier:nominal',
  );
});

it('plots two measures against each other when there is nothing to name them by', () => {
  const rows = Array.from({ length: 10 }, (_, index) => [index / 2, index * 3]);
  const columns = [
    ['price', 'DOUBLE'],
    ['sold', 'BIGINT'],
  ] as const;
  assert.equal(summary(choose(columns, rows)), 'point x=price:quantitative y=sold:quantitative');
  assert.equal(summary(choose(columns, rows.slice(0, 4))), 'none');
});

it('draws nothing where a table says it better', () => {
  const one = [
    ['name', 'VARCHAR'],
    ['n', 'BIGINT'],
  ] as const;
  assert.equal(choose(one, [['a', 1]]), null, 'one row');
  assert.equal(
    choose(one, [
      ['a', 1],
      ['a', 2],
    ]),
    null,
    'one name for two bars',
  );
  assert.equal(
    choose(
      [
        ['id', 'BIGINT'],
        ['name', 'VARCHAR'],
      ],
      [
        [1, 'a'],
        [2, 'b'],
      ],
    ),
    null,
    'no measure',
  );
  assert.equal(
    choose(
      [
        ['n', 'BIGINT'],
        ['n', 'BIGINT'],
      ],
      [
        [1, 2],
        [3, 4],
      ],
    ),
    null,
    'two columns of one name',
  );
  assert.equal(
    choose(one, [
      ['a', null],
      ['b', null],
    ]),
    null,
    'nothing but NULL',
  );
  assert.equal(
    choose(
      [
        ['day', 'DATE'],
        ['n', 'BIGINT'],
      ],
      [
        ['2026-01-01', 1],
        ['2026-01-01', 2],
        ['2026-01-02', 2],
        ['2026-01-03', 2],
      ],
    ),
    null,
    'two values on one day',
  );
});

it('escapes what Vega-Lite would read as a path', () => {
  const chart = choose(
    [
      ['a.b', 'VARCHAR'],
      ['n[0]', 'BIGINT'],
    ],
    [
      ['x', 1],
      ['y', 2],
    ],
  );
  assert.equal(chart?.encoding.y?.field, 'a\\.b');
  assert.equal(chart?.encoding.x?.field, 'n\\[0\\]');
  assert.deepEqual(chart?.data.values[0], { 'a.b': 'x', 'n[0]': 1 });
});
