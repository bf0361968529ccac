/** `docs/limits.md` says what the engine says; `BLESS=1` rewrites its tables. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openWithEngine } from '../ddl/scene.ts';

const PAGE = join(import.meta.dirname, '..', '..', 'docs', 'limits.md');

type Row = readonly [string, string, bigint, bigint | null, bigint | null, string | null, string];

function printTable(rows: readonly Row[], kind: string): string {
  const head =
    kind === 'option'
      ? [
          '| option | default | least | greatest | exceeded | bounds |',
          '| --- | ---: | ---: | ---: | --- | --- |',
        ]
      : ['| bound | value | exceeded | bounds |', '| --- | ---: | --- | --- |'];
  const lines = rows
    .filter((row) => row[1] === kind)
    .map(([name, , value, minimum, maximum, sqlstate, description]) => {
      const numbers = kind === 'option' ? [value, minimum, maximum] : [value];
      return `| \`${name}\` | ${numbers.join(' | ')} | ${sqlstate ?? ''} | ${description} |`;
    });
  return [...head, ...lines].join('\n');
}

test('the page of limits holds the tables of the engine', async () => {
  await using database = await openWithEngine();
  const { rows } = await database.withConnection((connection) =>
    connection.query('SELECT * FROM heliosdb_limits()'),
  );
  let page = readFileSync(PAGE, 'utf8');
  for (const kind of ['option', 'fixed']) {
    const marks = [`<!-- ${kind} -->`, `<!-- end ${kind} -->`] as const;
    const start = page.indexOf(marks[0]) + marks[0].length;
    const end = page.indexOf(marks[1]);
    assert(start > 0 && end > start, `the page has no marks for ${kind}`);
    const table = `\n${printTable(rows as unknown as readonly Row[], kind)}\n`;
    if (process.env.BLESS === '1') page = page.slice(0, start) + table + page.slice(end);
    else assert.equal(page.slice(start, end), table, 'run this test with BLESS=1');
  }
  if (process.env.BLESS === '1') writeFileSync(PAGE, page);
});
