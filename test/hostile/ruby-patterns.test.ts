/** Regular expressions of Ruby procedures that would search for ever or need all memory. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { compileProcedure } from '#runtime';
import type { Database } from '#storage';
import type { Session } from '../ddl/scene.ts';
import { openSession, openWithEngine } from '../ddl/scene.ts';

const SOURCE = `def matches(pattern, text) = text.match?(Regexp.new(pattern))

# Says what an earlier row left behind, too.
def first_group(pattern, text)
  before = $1
  text =~ Regexp.new(pattern)
  "#{before.inspect} #{$1.inspect}"
end
`;

const FOLDER = mkdtempSync(join(tmpdir(), 'heliosdb-ruby-patterns-'));
let database: Database;
let session: Session;

before(async () => {
  const output = join(FOLDER, 'patterns.wasm');
  writeFileSync(join(FOLDER, 'patterns.rb'), SOURCE);
  await compileProcedure({ source: join(FOLDER, 'patterns.rb'), output });
  database = await openWithEngine();
  session = await openSession(database);
  await session.run(`
    CREATE PROCEDURE matches(pattern VARCHAR, text VARCHAR) RETURNS BOOLEAN LANGUAGE wasm
      ENTRY 'matches' SET (timeout_ms = 300) AS 'file://${output}';
    CREATE PROCEDURE first_group(pattern VARCHAR, text VARCHAR) RETURNS VARCHAR LANGUAGE wasm
      ENTRY 'first_group' AS 'file://${output}'`);
});
after(async () => {
  await database.close();
  rmSync(FOLDER, { recursive: true });
});

/** The instance, or the next one, goes on. */
async function assertGoesOn(): Promise<void> {
  assert.equal(await session.value("SELECT matches('^b+$', 'bbb')"), true);
}

test('a search that goes through every division of a text ends at the limit of time', async () => {
  await assertGoesOn();
  const patterns = ['(a+)+$', '^(?:(?:a|aa)+)+b', '(a*)*\\1b', '(?=(a+)+$)b|(?<!(a|aa)+b)$c'];
  for (const pattern of patterns) {
    const error = await session.error(`SELECT matches('${pattern}', repeat('a', 60) || '!')`);
    assert.equal(error.sqlstate, '57014', `${pattern}: ${error.message}`);
  }
  await assertGoesOn();
});

test('a search that remembers more places than fit is an error', async () => {
  const error = await session.error("SELECT matches('(?:(a)|b)*c', repeat('ab', 1000000))");
  assert.equal(error.sqlstate, '38000');
  assert.match(error.message, /NoMemoryError/);
  await assertGoesOn();
});

test('a pattern nested without end is an error and no trap', async () => {
  for (const [open, close] of [
    ['(', ')'],
    ['(?>', ')'],
    ['(?=', ')'],
    ['[', ']'],
  ]) {
    const nested = (depth: number): string =>
      `SELECT matches(repeat('${open}', ${depth}) || 'a' || repeat('${close}', ${depth}), 'a')`;
    assert.equal(await session.value(nested(190)), true, open);
    const error = await session.error(nested(100_000));
    assert.match(error.message, /too deep nest level/, open);
  }
});

test('the last match of a row is none of the next', async () => {
  const rows = await session.rows(
    `SELECT first_group('(' || c || ')', 'abc') FROM (VALUES (1, 'a'), (2, 'z'), (3, 'c')) t(i, c)
     ORDER BY i`,
  );
  assert.deepEqual(rows, [['nil "a"'], ['nil nil'], ['nil "c"']]);
});
