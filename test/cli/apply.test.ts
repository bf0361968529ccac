import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import type { Outcome } from './run-cli.ts';
import { ROOT_FOLDER, runShell } from './run-shell.ts';

const HALF = `/**
 * @param {number} value
 * @returns {number}
 */
export function half(value) {
  return value / 2;
}
`;
const CONSTANT =
  '  - {name: constant, file: constant.wat, returns: INT, capabilities: ["read:Orders"]}';
const BOTH = `procedures:
  - name: half
    file: half.js
    capabilities: []
    comment: Half of what it's given
    memory: 32MB
    timeout: 5s
${CONSTANT}
`;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heliosdb-apply-'));
  await mkdir(join(folder, 'code'));
  await writeFile(join(folder, 'code/half.js'), HALF);
  await useConstant(1);
  await manifest(BOTH);
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

test('a folder is applied once, and a second run changes nothing', async () => {
  const absent = await run('diff code');
  assert.equal(absent.code, 5, absent.err);
  assert.match(absent.err, /own\.duckdb does not exist yet: compared with an empty database/);
  assert.ok(!existsSync(join(folder, 'own.duckdb')));
  const planned = await run('apply code --dry-run');
  assert.equal(planned.code, 0, planned.err);
  assert.equal(planned.out, '+ half(DOUBLE)\n+ constant()\n');
  assert.equal((await run('diff code')).code, 5);

  const applied = await run('apply code');
  assert.equal(applied.code, 0, applied.err);
  assert.equal(applied.out, planned.out);
  const called = await run('sql "SELECT half(3) AS h, constant() AS c" --csv');
  assert.equal(called.out, 'h,c\r\n1.5,1\r\n', called.err);

  const again = await run('apply code --json');
  assert.deepEqual(JSON.parse(again.out), { applied: true, changes: [] });
  assert.equal((await run('diff code')).code, 0);
});

test('another module and other rights are a new version', async () => {
  await run('apply code');
  await useConstant(2);
  await manifest(BOTH.replace('capabilities: []', 'capabilities: ["read:orders"]'));
  const { code, out, err } = await run('diff code');
  assert.equal(code, 5, err);
  assert.match(
    out,
    /^~ half\(DOUBLE\)\n {4}capabilities: \[\] → \[read:orders\]\n~ constant\(\)\n/,
  );
  assert.match(out, /module: [0-9a-f]{12} → [0-9a-f]{12}\n$/);
  await run('apply code');
  const called = await run(`sql "SELECT constant() AS c, constant(version := 1) AS o" --csv`);
  assert.equal(called.out, 'c,o\r\n2,1\r\n', called.err);
  assert.equal((await run('diff code')).code, 0);
});

test('a key that is taken out goes back to its default', async () => {
  const given = BOTH.replace('timeout: 5s', 'timeout: 5s\n    volatility: volatile').replace(
    'capabilities: []',
    'capabilities: ["read:orders"]',
  );
  await manifest(given);
  await run('apply code');
  assert.equal((await run('diff code')).code, 0);
  await manifest(
    'procedures: [{name: half, file: half.js}, {name: constant, file: constant.wat, returns: INT}]',
  );
  const { out, err } = await run('diff code');
  const lines = [
    '~ half(DOUBLE)',
    '    capabilities: [read:orders] → [read:*]',
    '    volatility: VOLATILE → IMMUTABLE',
    "    comment: Half of what it's given → none",
    '    memory_bytes_max: 33554432 → 16777216',
    '    timeout_ms: 5000 → 10000',
    '~ constant()',
    '    capabilities: [read:Orders] → [read:*]',
  ];
  assert.deepEqual(out.trimEnd().split('\n'), lines, err);
  await run('apply code');
  const again = await run('diff code');
  assert.equal(again.out, '', again.err);
  assert.equal(again.code, 0);
});

test('a program in Python has the memory that its interpreter needs, and no difference in it', async () => {
  await writeFile(join(folder, 'code/twice.py'), 'def twice(x: int) -> int:\n    return 2 * x\n');
  await manifest('procedures: [{name: twice, file: twice.py}]');
  assert.equal((await run('apply code')).out, '+ twice(BIGINT)\n');
  const again = await run('diff code');
  assert.equal(again.out, '', again.err);
});

test('result types that the engine does not know yet are applied in one transaction', async () => {
  await writeFile(
    join(folder, 'code/pair.js'),
    'export function pair(a) { return { a, b: [a] }; }',
  );
  const entry = (name: string, returns: string): string =>
    `  - {name: ${name}, file: pair.js, entry: pair, params: "a:DOUBLE", returns: "${returns}"}`;
  await manifest(`procedures:
${entry('one', 'STRUCT(a double, b DOUBLE[])')}
${entry('other', 'struct(a DECIMAL(9, 2), b varchar[])')}
`);
  const applied = await run('apply code');
  assert.equal(applied.code, 0, applied.err);
  assert.equal(applied.out, '+ one(DOUBLE)\n+ other(DOUBLE)\n');
  const called = await run('sql "SELECT one(1.5).b[1] AS o, other(1.5).a AS d" --csv');
  assert.equal(called.out, 'o,d\r\n1.5,1.50\r\n', called.err);
  // Spelled otherwise than DuckDB does, and yet the same.
  const again = await run('diff code');
  assert.equal(again.out, '', again.err);
});

test('a type that is more than a type is not asked for', async () => {
  await manifest(
    `procedures:\n${CONSTANT.replace('returns: INT', 'returns: "INT), (SELECT 1"')}\n`,
  );
  const refused = await run('apply code');
  assert.equal(refused.code, 1);
  assert.match(refused.err, /INT\), \(SELECT 1|42601|42704/);
});

test('when one procedure cannot be registered none is', async () => {
  await writeFile(join(folder, 'code/broken.wat'), '(module');
  await manifest(`${BOTH}  - {name: broken, file: broken.wat, returns: INT}\n`);
  assert.equal((await run('apply code')).code, 1);
  const { out } = await run('sql "SELECT count(*) AS n FROM heliosdb_procedures()" --csv');
  assert.equal(out, 'n\r\n0\r\n');
});

test('what the folder does not define is dropped only with --prune', async () => {
  await run('apply code');
  await manifest(`procedures:\n${CONSTANT}\n`);
  const kept = await run('diff code');
  assert.equal(kept.code, 0);
  assert.match(kept.err, /kept without --prune: half\(DOUBLE\)/);
  assert.equal((await run('apply code --prune')).out, '- half(DOUBLE)\n');
  assert.equal((await run('diff code --prune')).code, 0);
});

test('mistakes in the manifest say where they are', async () => {
  const says = async (text: string, message: RegExp): Promise<void> => {
    await manifest(text);
    const { code, err } = await run('apply code');
    assert.equal(code, 2);
    assert.match(err, message);
  };
  await says('procedures: [{name: a, file: ../half.js}]', /\.\.\/half\.js lies outside the folder/);
  await says('procedures: [{name: a, fil: half.js}]', /file[\s\S]*fil/);
  await says('procedures: [', /is not YAML/);
  await says(`procedures:\n${CONSTANT}\n${CONSTANT}\n`, /constant is defined twice/);
  const none = await run('diff .');
  assert.equal(none.code, 1);
  assert.match(none.err, /the folder needs a procedures\.yaml/);
});

async function run(line: string): Promise<Outcome> {
  return await runShell(`heliosdb ${line} --db own.duckdb`, folder);
}

async function manifest(text: string): Promise<void> {
  await writeFile(join(folder, 'code/procedures.yaml'), text);
}

async function useConstant(version: 1 | 2): Promise<void> {
  const guest = join(ROOT_FOLDER, `test/guests/constant-${version}.wat`);
  await copyFile(guest, join(folder, 'code/constant.wat'));
}
