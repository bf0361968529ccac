/** The engine in Python's DuckDB: one binary for every supported version. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ensureEngine, Gateway } from '#runtime';
import { Database } from '#storage';
import { missingWheel, runPython } from './python-wheels.ts';

const SUPPORTED = ['1.5.5', '1.5.6', '2.0.0'];
const TOO_OLD = '1.4.4';

const folder = mkdtempSync(join(tmpdir(), 'heliosdb-python-'));
const guests = join(import.meta.dirname, '..', 'guests');
let engine: string;

before(async () => {
  engine = await ensureEngine({ onProgress: (line) => console.error(line) });
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** A database file with a procedure, as Node's DuckDB writes it. */
async function makeDatabase(name: string): Promise<string> {
  const path = join(folder, name);
  await using database = await Database.open({ path, extensions: [engine] });
  await database.withConnection(async (connection) => {
    const gateway = new Gateway(connection, { baseDirectory: guests, allowFiles: true });
    const script =
      "CREATE PROCEDURE echo(value BIGINT) RETURNS BIGINT LANGUAGE wasm ENTRY 'identity' AS 'file://identity.wat'";
    for await (const { kind } of gateway.execute(script)) assert.equal(kind, 'ddl');
  });
  return path;
}

for (const version of SUPPORTED) {
  test(`DuckDB ${version} for Python runs a procedure that Node stored`, {
    skip: missingWheel(version) ?? false,
  }, async () => {
    const path = await makeDatabase(`${version}.duckdb`);
    const report = runPython(version, 'load_and_call.py', engine, path);
    assert.equal(report.error, undefined);
    assert.equal(report.duckdb, version);
    assert.deepEqual([report.one, report.many], [42, 4999950000]);
    assert.deepEqual(report.procedures, [['echo']]);
  });
}

for (const version of SUPPORTED) {
  test(`DuckDB ${version} for Python defines procedures through plain functions`, {
    skip: missingWheel(version) ?? false,
  }, () => {
    const path = join(folder, `define-${version}.duckdb`);
    const report = runPython(version, 'define.py', engine, path, guests);
    const { again, unknown, broken, gone, version: notice, ...rest } = report;
    assert.match(String(again), /HELIOS-42723: /);
    assert.match(String(unknown), /HELIOS-22023: /);
    assert.match(String(broken), /HELIOS-[0-9A-Z]{5}: /);
    assert.match(String(gone), /Catalog Error: .*chosen/);
    assert.match(String(notice), /\+ read:u/);
    assert.deepEqual(rest, {
      duckdb: version,
      created: '',
      called: 42,
      overload: '',
      both: [1, 'a'],
      limits: '500',
      chosen: '',
      after: [2, 1],
      back: 'rights of chosen change: − read:u',
      active: 1,
      set: '',
      dropped: '',
      skipped: 'procedure chosen does not exist, skipped',
      attached: '',
      there: 7,
      planned: 8,
    });
  });
}

for (const version of SUPPORTED) {
  test(`DuckDB ${version} for Python streams what cursors read`, {
    skip: missingWheel(version) ?? false,
  }, () => {
    const { late, ...rest } = runPython(version, 'stream.py', engine, guests);
    assert.match(String(late), /HELIOS-38000: .*\n.*caused by 22000: late/);
    assert.deepEqual(rest, {
      duckdb: version,
      // Rows, batches and sum: far more than the host holds of a result at once.
      large: '200000 26 19999900000',
      counts: { cursors_streamed: 1, cursors_kept: 0 },
      parallel: 7,
      after: '10 1 45',
    });
  });
}

test(`DuckDB ${TOO_OLD} is refused with both versions named, and the process lives on`, {
  skip: missingWheel(TOO_OLD) ?? false,
}, () => {
  const report = runPython(TOO_OLD, 'load_and_call.py', engine, ':memory:');
  assert.match(String(report.error), /1\.4\.4/);
  assert.match(String(report.error), /HELIOS-IN005: /);
});
