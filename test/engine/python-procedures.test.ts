import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { SqlValue } from '#core';
import { HeliosError } from '#core';
import { compileProcedure, ensureEngine, Gateway } from '#runtime';
import type { Connection } from '#storage';
import { Database } from '#storage';

const SOURCE = `
import decimal, random, sys
from heliosdb_wasm import heliosdb_query

def pure(x: int) -> int:
    return x + 1

def same(value):
    return value

def endless() -> str:
    class Recursive:
        def __getattr__(self, name):
            return getattr(Recursive(), name)
    return Recursive().x

def exhaust() -> int:
    chunks = []
    while True:
        chunks.append(bytearray(1 << 20))

def failing(x: int) -> int:
    raise ValueError(f"no {x}")
`;
const RANDOM = 'import random\ndef draw() -> float:\n    return random.random()\n';
const PURE = 'def plus(x: int) -> int:\n    return x + 1\n';
const LOOKUP = `from heliosdb_wasm import heliosdb_query

def stock(id: int) -> int:
    return heliosdb_query("SELECT pieces FROM stock WHERE id = ?", [id])[0]["pieces"]
`;
const HIDDEN = `import heliosdb_wasm

def hidden() -> str:
    return str(getattr(heliosdb_wasm, "heliosdb_" + "query")("SELECT 1"))
`;
let folder: string;
let database: Database;
let connection: Connection;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heliosdb-python-engine-'));
  database = await Database.open({ path: ':memory:', extensions: [await ensureEngine()] });
  connection = await database.connect();
  await connection.run(
    'CREATE TABLE stock AS SELECT range AS id, range % 7 AS pieces FROM range(5000)',
  );
  const all = { SOURCE, RANDOM, PURE, LOOKUP, HIDDEN };
  for (const [name, text] of Object.entries(all)) {
    const source = join(folder, `${name.toLowerCase()}.py`);
    await writeFile(source, text);
    await compileProcedure({ source, output: join(folder, `${name.toLowerCase()}.wasm`) });
  }
  await define("pure(x BIGINT) RETURNS BIGINT LANGUAGE wasm ENTRY 'pure' AS 'file://source.wasm'");
  await define("endless() RETURNS VARCHAR LANGUAGE wasm ENTRY 'endless' AS 'file://source.wasm'");
  await define("exhaust() RETURNS BIGINT LANGUAGE wasm ENTRY 'exhaust' AS 'file://source.wasm'");
  await define(
    "failing(x BIGINT) RETURNS BIGINT LANGUAGE wasm ENTRY 'failing' AS 'file://source.wasm'",
  );
  await define("draw() RETURNS DOUBLE LANGUAGE wasm AS 'file://random.wasm'");
  await define("plus(x BIGINT) RETURNS BIGINT LANGUAGE wasm AS 'file://pure.wasm'");
  await define("hidden() RETURNS VARCHAR LANGUAGE wasm AS 'file://hidden.wasm'");
  await define(
    "stock_of(id BIGINT) RETURNS BIGINT LANGUAGE wasm CAPABILITIES ('read:stock') ENTRY 'stock' AS 'file://lookup.wasm'",
  );
});

after(async () => {
  connection?.close();
  await database?.close();
  await rm(folder, { recursive: true });
});

async function define(rest: string): Promise<void> {
  const gateway = new Gateway(connection, { baseDirectory: folder, allowFiles: true });
  for await (const _ of gateway.execute(`CREATE PROCEDURE ${rest}`)) {
    // A definition has no rows.
  }
}

async function value(sql: string): Promise<SqlValue> {
  return (await connection.query(sql)).rows[0]?.[0] ?? null;
}

async function fails(sql: string, message: RegExp): Promise<void> {
  await assert.rejects(connection.query(sql), (error) => {
    assert.ok(HeliosError.isInstance(error), String(error));
    assert.match(`${error.sqlstate} ${error.message} ${error.hint ?? ''}`, message);
    return true;
  });
}

test('what a program names decides what it can do and how volatile it is', async () => {
  const { rows } = await connection.query(
    "SELECT name, lower(volatility) FROM heliosdb_procedures() WHERE name IN ('plus', 'draw', 'stock_of') ORDER BY name",
  );
  assert.deepEqual(rows, [
    ['draw', 'volatile'],
    ['plus', 'immutable'],
    ['stock_of', 'stable'],
  ]);
  await fails('SELECT hidden()', /0A000 .*heliosdb_query_params, which its module does not import/);
});

test('a Python procedure has the memory its interpreter needs unless told otherwise', async () => {
  assert.equal(
    await value("SELECT options->>'memory_bytes_max' FROM heliosdb.procedures WHERE name = 'plus'"),
    '33554432',
  );
  await fails('SELECT exhaust()', /38000 MemoryError/);
  assert.equal(await value('SELECT plus(1)'), 2n);
});

test('exceptions and endless recursion fail the statement and not the session', async () => {
  await fails('SELECT failing(5)', /38000 ValueError: no 5 $/);
  await fails('SELECT endless()', /38000 RecursionError/);
  assert.equal(await value('SELECT pure(41)'), 42n);
});

test('random numbers differ between instances', async () => {
  const first = await value('SELECT draw()');
  assert.notEqual(first, await value('SELECT draw()'));
});

test('rows that query are answered together, in waves that fit large instances', async () => {
  const differing = await value(
    'SELECT count(*) FROM stock WHERE stock_of(id) IS DISTINCT FROM pieces AND id < 600',
  );
  assert.equal(Number(differing), 0);
});
