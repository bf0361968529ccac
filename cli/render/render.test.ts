import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import { paletteFor } from '../console.ts';
import { escapeControls, isRightAligned, jsonCells } from './cells.ts';
import { printChart } from './chart.ts';
import { printCsvRecord } from './delimited.ts';
import { printError } from './error.ts';
import { isQueryPlan, printQueryPlan } from './query-plan.ts';
import { printTable } from './table.ts';
import { textWidth, truncate } from './width.ts';

const palette = paletteFor(new PassThrough(), {});

describe('width', () => {
  it('counts cells, not code units', () => {
    assert.equal(textWidth('abc'), 3);
    assert.equal(textWidth('Zoë'.normalize('NFD')), 3);
    assert.equal(textWidth('東京'), 4);
    assert.equal(textWidth('👩‍👩‍👧'), 2);
    assert.equal(textWidth('🇩🇪'), 2);
  });

  it('never cuts a character in half', () => {
    assert.equal(truncate('東京都', 4), '東…');
    assert.equal(truncate('👩‍👩‍👧👩‍👩‍👧', 3), '👩‍👩‍👧…');
    assert.equal(truncate('abc', 3), 'abc');
    assert.equal(truncate('abc', 0), '');
  });
});

describe('table', () => {
  const text = (value: string) => ({ text: value, isNull: false });
  const columns = [
    { name: 'name', isRightAligned: false },
    { name: 'n', isRightAligned: true },
    { name: 'city', isRightAligned: false },
  ];

  it('aligns columns by cells and leaves no blanks at the ends of lines', () => {
    const table = printTable({
      columns,
      rows: [
        [text('東京'), text('7'), text('x')],
        [text('Ann'), text('1234'), text('')],
      ],
      palette,
      width: null,
    });
    assert.equal(
      table,
      'name │    n │ city\n─────┼──────┼─────\n東京 │    7 │ x\nAnn  │ 1234 │ \n',
    );
  });

  it('fits a given width by shortening the widest cells', () => {
    const table = printTable({
      columns,
      rows: [[text('a'.repeat(200)), text('1'), text('b'.repeat(30))]],
      palette,
      width: 60,
    });
    for (const line of table.trimEnd().split('\n')) assert.ok(textWidth(line) <= 60, line);
    assert.ok(table.includes('b'.repeat(26)), 'the narrower column keeps its text');
  });

  it('leaves out columns for which there is no room, and counts them', () => {
    const many = Array.from({ length: 40 }, (_, index) => ({
      name: `column number ${index}`,
      isRightAligned: false,
    }));
    const rows = [many.map(({ name }) => text(name))];
    const lines = printTable({ columns: many, rows, palette, width: 80 }).split('\n');
    assert.match(lines[0] ?? '', /│ … 3\d more$/);
    for (const line of lines) assert.ok(textWidth(line) <= 80, line);
    assert.ok(!printTable({ columns: many, rows, palette, width: null }).includes('more'));
  });

  it('keeps whole cells where no width is given', () => {
    assert.ok(
      printTable({
        columns,
        rows: [[text('a'.repeat(500)), text('1'), text('')]],
        palette,
        width: null,
      }).includes('a'.repeat(500)),
    );
  });
});

it('tells NULL from the text NULL, and shows control characters', () => {
  const cell = jsonCells('VARCHAR');
  assert.deepEqual(cell(null), { text: 'NULL', isNull: true });
  assert.deepEqual(cell('NULL'), { text: "'NULL'", isNull: false });
  assert.equal(cell('a\nb\u001b[2J').text, 'a\\nb\\x1b[2J');
  assert.equal(escapeControls('\u202eabc'), '\\u202eabc');
});

it('gives decimals the digits of their type', () => {
  assert.equal(jsonCells('DECIMAL(18,2)')(12.5).text, '12.50');
  assert.equal(jsonCells('DOUBLE')(12.5).text, '12.5');
  assert.ok(
    isRightAligned('DECIMAL(18,2)') && isRightAligned('UBIGINT') && !isRightAligned('INTEGER[]'),
  );
});

it('prints CSV that tells NULL from the empty text', () => {
  assert.equal(printCsvRecord(['a"b', null, '', 'x,y', '1']), '"a""b",,"","x,y",1\r\n');
});

it('prints every part of an error, with continuation lines indented', () => {
  const text = printError(
    {
      sqlstate: '22012',
      name: 'division_by_zero',
      message: 'no\nzero',
      detail: 'd',
      hint: null,
      task: 'task2',
    },
    palette,
  );
  assert.equal(
    text,
    'error (task2): no\n       zero\n  detail  d\n  code    22012 division_by_zero\n',
  );
});

it('prints the code and the stack of a procedure below its message, each frame on a line', () => {
  const error = {
    sqlstate: '38000',
    name: 'external_routine_exception',
    message: 'no stock',
    detail: null,
    hint: null,
    fields: { procedure: 'res\u001b[31merve', code: 4021, stack: 'at f (a.js:1)\nat \u001bg' },
  };
  assert.equal(
    printError(error, palette),
    [
      'error: no stock',
      '  code    38000 external_routine_exception, 4021 in res\\x1b[31merve',
      '  stack   at f (a.js:1)',
      '          at \\x1bg\n',
    ].join('\n'),
  );
});

it('draws a chart as bars in proportion, and nothing that bars cannot show', () => {
  const chart = {
    $schema: 'https://vega.github.io/schema/vega-lite/v5.json' as const,
    title: 'n by name',
    data: {
      values: [
        { name: 'Ann', n: 10 },
        { name: '東京', n: -5 },
        { name: null, n: null },
      ],
    },
    mark: { type: 'bar' as const, tooltip: true as const },
    encoding: {
      y: { field: 'name', type: 'nominal' as const, title: 'name' },
      x: { field: 'n', type: 'quantitative' as const, title: 'n' },
    },
  };
  assert.equal(
    printChart(chart, { palette, width: 21 }),
    'n by name\nAnn     10 ██████████\n東京    -5 █████\nNULL  NULL \n',
  );
  const mark = { type: 'point' as const, tooltip: true as const };
  assert.equal(printChart({ ...chart, mark }, { palette, width: 80 }), null);
});

describe('query plans', () => {
  it('are printed as they were drawn, without what a terminal would obey', () => {
    assert.ok(isQueryPlan([{ name: 'explain_key' }, { name: 'explain_value' }]));
    assert.ok(!isQueryPlan([{ name: 'explain_value' }]));
    const drawing = '┌──┐\n│ \u001b[31m│\n└──┘\n';
    assert.equal(printQueryPlan([['physical_plan', drawing]]), '┌──┐\n│ \\x1b[31m│\n└──┘\n');
  });
});
