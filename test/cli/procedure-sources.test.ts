import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ROOT_FOLDER, runShell } from './run-shell.ts';

/** JavaScript throughout: it needs no toolchain, and its engine compiles in a second. */
const HALF = `/**
 * @param {number} value
 * @returns {number}
 */
export function half(value) {
  if (value < 0) throw Object.assign(new RangeError('value is negative'), { code: 7 });
  return value / 2;
}
`;
const TIER = `import { heliosdbQuery } from 'heliosdb-wasm-sdk';
/**
 * @param {bigint} id
 * @returns {object}
 */
export function tier(id) {
  const [row] = heliosdbQuery('SELECT tier FROM customers WHERE id = ?', [id]);
  return { id, tier: row === undefined ? null : row.tier };
}
`;
let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heliosdb-sources-'));
  await writeFile(join(folder, 'half.js'), HALF);
  await writeFile(join(folder, 'tier.js'), TIER);
});

after(async () => {
  await rm(folder, { recursive: true });
});

test("the specification's own line passes on the bundled shop", async () => {
  const module = join(ROOT_FOLDER, 'examples/procedures/calculate_discount.wasm');
  const { code, out, err } = await runShell(
    `heliosdb-wasm-test ${module} --param customer_id=12345 --param order_total=599.99 --expect 119.998`,
    folder,
  );
  assert.equal(code, 0, err);
  assert.match(out, /^ok {3}calculate_discount\(12345, 599\.99\) = 119\.998/);
  assert.match(err, /info Applied platinum discount: \$120\.00/);
});

test('a source is compiled and registered in one step, with what it declares', async () => {
  const created = await runShell(
    'heliosdb procedure create --file half.js --db own.duckdb',
    folder,
  );
  assert.equal(created.code, 0, created.err);
  assert.match(created.err, /half\(value DOUBLE\) RETURNS DOUBLE is at version 1/);
  const { out } = await runShell('heliosdb sql --db own.duckdb "SELECT half(3)" --csv', folder);
  assert.match(out, /1\.5/);
  const compiled = await runShell('heliosdb compile half.js --json', folder);
  assert.equal(JSON.parse(compiled.out).procedures[0].name, 'half');
});

test('what a source does not declare is asked for', async () => {
  await writeFile(join(folder, 'untyped.py'), 'def untyped(value):\n    return value\n');
  const { code, err } = await runShell(
    'heliosdb procedure create --file untyped.py --db own.duckdb',
    folder,
  );
  assert.equal(code, 2);
  assert.match(
    err,
    /declares no type that SQL knows for its parameter value[\s\S]*--params "value:TYPE/,
  );
});

test('cases are reported one by one, and one that fails shows what differs', async () => {
  await writeFile(
    join(folder, 'cases.yaml'),
    `- params: { value: 3 }
  expect: 1.5
- name: negative numbers are refused
  params: { value: -1 }
  expect_error: value is negative
- params: { value: NULL }
  expect: null
- params: { value: 4 }
  expect: 3
`,
  );
  const { code, out, err } = await runShell(
    'heliosdb test half.js --db own.duckdb --cases cases.yaml',
    folder,
  );
  assert.equal(code, 1, err);
  assert.deepEqual(out.split('\n'), [
    'ok   half(3) = 1.5',
    'ok   negative numbers are refused',
    'ok   half(NULL) = NULL',
    'FAIL half(4)',
    '     expected 3',
    '     got      2.0 (DOUBLE)',
    '',
  ]);
  assert.match(err, /3 of 4 cases passed/);
});

test('tables come from a script beside the module or from the command line', async () => {
  const rows = `--query-result 'customers=[{"id": 5, "tier": "gold"}]'`;
  const fixture = await runShell(
    `heliosdb test tier.js --param id=5 ${rows} --expect-json '{"id": 5, "tier": "silver"}' --json`,
    folder,
  );
  assert.equal(fixture.code, 1, fixture.err);
  assert.deepEqual(JSON.parse(fixture.out).cases[0].differences, [
    '$.tier: expected "silver", got "gold"',
  ]);
  await writeFile(
    join(folder, 'tier.test.sql'),
    "CREATE TABLE customers AS SELECT 6 AS id, 'bronze' AS tier;",
  );
  const beside = await runShell(
    `heliosdb test tier.js --param id=6 --expect-json '{"id": 6, "tier": "bronze"}'`,
    folder,
  );
  assert.equal(beside.code, 0, `${beside.out}${beside.err}`);
});

test('mistakes on the command line say what to write', async () => {
  const says = async (line: string, message: RegExp): Promise<void> => {
    const { code, err } = await runShell(`heliosdb test ${line}`, folder);
    assert.match(err, message);
    assert.ok(code !== 0);
  };
  await says('half.js', /parameter value \(DOUBLE\) has no value[\s\S]*--param value=/);
  await says('half.js --param value=1 --param other=2', /no parameter other[\s\S]*value/);
  await says('half.js --param value', /written as --param/);
  await says('none.js', /there is no file none\.js/);
  await says('half.js --param value=1 --expect 1 --expect-error x', /one outcome/);
});

test('a place where no folder can be made is an error, and no end of trying', {
  skip: existsSync('/proc/self') ? false : 'there is no /proc',
}, async () => {
  for (const line of [
    'compile half.js -o /proc/absent/folder/half.wasm',
    'procedure new hello --lang ts --output /proc/absent/folder',
  ]) {
    const { code, err } = await runShell(`heliosdb ${line}`, folder);
    assert.equal(code, 1, line);
    assert.match(err, /a folder cannot be made[\s\S]*\/proc\/absent/);
  }
});

test('a new procedure passes its own cases', async () => {
  const begun = await runShell('heliosdb procedure new hello --lang ts', folder);
  assert.equal(begun.code, 0, begun.err);
  const [check = ''] = begun.out.split('\n');
  const { code, out, err } = await runShell(check, folder);
  assert.equal(code, 0, `${out}${err}`);
  const again = await runShell('heliosdb procedure new hello --lang ts', folder);
  assert.equal(again.code, 2);
  assert.match(again.err, /exists already/);
});

test('what a compiler says is printed once, and a path with a quote makes a statement', async () => {
  await writeFile(join(folder, "it's.js"), HALF);
  const { out } = await runShell(`heliosdb compile "it's.js" -o "it's.wasm"`, folder);
  assert.match(out, /AS 'file:\/\/it''s\.wasm';/);
  await writeFile(join(folder, 'wrong.as.ts'), 'export function wrong(): i64 { return 1 +; }\n');
  const { code, err } = await runShell('heliosdb compile wrong.as.ts', folder);
  assert.equal(code, 1);
  assert.equal(err.split('Expression expected').length, 2, err);
  assert.match(err, /wrong\.as\.ts\(1,/);
});
