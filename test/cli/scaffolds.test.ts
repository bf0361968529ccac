/**
 * From an empty folder to SQL in every language: begin, test, compile, register, call. And what is
 * said when a source, a toolchain or a call is wrong.
 */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Outcome } from './run-cli.ts';
import { runShell } from './run-shell.ts';

let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heliosdb-scaffolds-'));
  const made = await run(
    `sql --db own.duckdb "CREATE TABLE customers AS SELECT 1 AS id, 'Ada' AS name"`,
  );
  assert.equal(made.code, 0, made.err);
});

after(async () => {
  await rm(folder, { recursive: true });
});

const run = (line: string): Promise<Outcome> => runShell(`heliosdb ${line}`, folder);

/** Why a source cannot be compiled here; null when it can. */
function missing({ code, err }: Outcome): string | null {
  const says = /^.*(?:is not installed|needs (?:clang|a |the ).*|needs Go.*)$/m.exec(err);
  return code !== 0 && /IN00[23]/.test(err) ? (says?.[0] ?? err) : null;
}

for (const language of [
  'python',
  'ruby',
  'javascript',
  'typescript',
  'rust',
  'go',
  'c',
  'assemblyscript',
  'java',
  'kotlin',
]) {
  test(`a procedure that is begun in ${language} passes its cases and runs in SQL`, async (context) => {
    const name = `hello_${language}`;
    const begun = await run(`procedure new ${name} --lang ${language}`);
    assert.equal(begun.code, 0, begun.err);
    const [check = '', register = ''] = begun.out.trimEnd().split('\n');
    const checked = await runShell(check, folder);
    const reason = missing(checked);
    if (reason !== null) return context.skip(reason);
    assert.equal(checked.code, 0, `${checked.out}${checked.err}`);
    const source = / (\S+) --cases/.exec(check)?.[1] ?? '';
    const compiled = await run(`compile ${source} -o ${name}.wasm --json`);
    assert.equal(compiled.code, 0, compiled.err);
    assert.deepEqual(
      JSON.parse(compiled.out).procedures.map((each: { name: string }) => each.name),
      [name],
    );
    const registered = await runShell(`${register} --db own.duckdb`, folder);
    assert.equal(registered.code, 0, registered.err);
    const called = await run(
      `sql --db own.duckdb --csv "SELECT ${name}(1) AS known, ${name}(2) IS NULL AS unknown"`,
    );
    assert.equal(called.out, 'known,unknown\r\n"Hello, Ada!",true\r\n', called.err);
  });
}

interface Source {
  readonly file: string;
  readonly text: string;
  /** What the source does not say. */
  readonly options?: string;
  /** What SQL calls, and what that gives. */
  readonly call: string;
  readonly gives: string;
}

const KINDS: readonly Source[] = [
  {
    file: 'added.rs',
    text: `use heliosdb_wasm_sdk::*;
#[heliosdb_procedure]
fn added_rs(v: Decimal, n: i64) -> String { format!("{v} {n}") }
`,
    call: 'added_rs(1.5, 7)',
    gives: '1.500 7',
  },
  {
    file: 'added.go',
    text: `package main

import heliosdb "github.com/heliosdb/wasm-sdk-go"

//export added_go
func added(v heliosdb.Decimal, n int64) heliosdb.Decimal {
	return v.Add(heliosdb.NewDecimal(n, 0))
}
`,
    call: 'added_go(1.5, 7)',
    gives: '8.500',
  },
  {
    file: 'added.c',
    text: `#include "heliosdb.h"
HELIOSDB_PROCEDURE(added_c, "v BIGINT, n BIGINT", "BIGINT", "") {
  heliosdb_return_i64(heliosdb_i64(heliosdb_param(0)) + heliosdb_i64(heliosdb_param(1)));
}
`,
    call: 'added_c(1, 7)',
    gives: '8',
  },
  {
    file: 'added.cpp',
    text: `#include "heliosdb.h"
template <typename T> static T sum(T a, T b) { return a + b; }
HELIOSDB_PROCEDURE(added_cpp, "v BIGINT, n BIGINT", "BIGINT", "") {
  heliosdb_return_i64(sum(heliosdb_i64(heliosdb_param(0)), heliosdb_i64(heliosdb_param(1))));
}
`,
    call: 'added_cpp(1, 7)',
    gives: '8',
  },
  {
    file: 'added.ts',
    text: `import type { Decimal } from 'heliosdb-wasm-sdk';
export function added_ts(v: Decimal, n: bigint): Decimal { return v.plus(n); }
`,
    call: 'added_ts(1.5, 7)',
    gives: '8.500',
  },
  {
    file: 'added.as.ts',
    text: `import { Value, Values, query } from "heliosdb";
export function added_as(v: Value, n: i64): Value {
  return query("SELECT ? + ?", new Values().value(v).int(n))[0][0];
}
export function lengthOf(text: string | null): i32 { return text === null ? -1 : text.length; }
export function halved(v: f64, deep: bool): f64 { return deep ? v / 4 : v / 2; }
`,
    options: '--name added_as --params "v:DECIMAL(38,10), n:BIGINT" --returns "DECIMAL(38,10)"',
    call: 'added_as(1234567890123456789012345678.0123456789, 7)',
    gives: '1234567890123456789012345685.0123456789',
  },
  {
    file: 'added.js',
    text: `/**
 * @param {Decimal} v
 * @param {bigint} n
 * @returns {Decimal}
 */
export function added_js(v, n) { return v.plus(n); }
`,
    call: 'added_js(1.5, 7)',
    gives: '8.500',
  },
  {
    file: 'added.py',
    text: `from decimal import Decimal

def added_py(v: Decimal, n: int) -> Decimal:
    return v + n
`,
    call: 'added_py(1.5, 7)',
    gives: '8.500',
  },
];

for (const { file, text, options = '', call, gives } of KINDS) {
  test(`procedure create takes ${file}`, async (context) => {
    await write(file, text);
    const created = await run(`procedure create --file ${file} ${options} --db own.duckdb`);
    const reason = missing(created);
    if (reason !== null) return context.skip(reason);
    assert.equal(created.code, 0, created.err);
    const called = await run(`sql --db own.duckdb --csv "SELECT ${call} AS r"`);
    assert.equal(called.out, `r\r\n${gives}\r\n`, called.err);
  });
}

test('a procedure in AssemblyScript frees what its calls used', async (context) => {
  await write('many.as.ts', 'export function many(text: string): string { return text + "!"; }\n');
  const created = await run('procedure create --file many.as.ts --capabilities "" --db own.duckdb');
  const reason = missing(created);
  if (reason !== null) return context.skip(reason);
  assert.equal(created.code, 0, created.err);
  const called = await run(
    `sql --db own.duckdb --csv "SELECT sum(length(many('text ' || i))) AS r FROM range(300000) t(i)"`,
  );
  assert.equal(called.out, 'r\r\n3488890\r\n', called.err);
});

interface Mistake {
  readonly what: string;
  readonly file: string;
  readonly text: string;
  readonly says: RegExp;
}

const MISTAKES: readonly Mistake[] = [
  {
    what: 'a mistake in Rust',
    file: 'wrong.rs',
    text: 'use heliosdb_wasm_sdk::*;\n#[heliosdb_procedure]\nfn f(v: i64) -> i64 { w }\n',
    says: /wrong\.rs:3[\s\S]*cannot find value `w`|cannot find value `w`[\s\S]*wrong\.rs:3/,
  },
  {
    what: 'a mistake in Go',
    file: 'wrong.go',
    text: 'package main\n\n//export f\nfunc f(v int64) int64 { return w }\n',
    says: /:4:\d+: undefined: w/,
  },
  {
    what: 'a mistake in C',
    file: 'wrong.c',
    text: '#include "heliosdb.h"\nHELIOSDB_PROCEDURE(f, "", "BIGINT", "") { heliosdb_return_i64(w); }\n',
    says: /wrong\.c:2:\d+: error: use of undeclared identifier 'w'/,
  },
  {
    what: 'a mistake in JavaScript',
    file: 'wrong.js',
    text: 'export function f(v) {\n  return v +;\n}\n',
    says: /SyntaxError[\s\S]*wrong\.js:2/,
  },
  {
    what: 'a mistake in TypeScript',
    file: 'wrong.ts',
    text: 'export function f(v: number: number {\n  return v;\n}\n',
    says: /1 \| export function f|Expected|wrong\.ts/,
  },
  {
    what: 'a mistake in AssemblyScript',
    file: 'wrong.as.ts',
    text: 'export function f(v: i64): i64 {\n  return w;\n}\n',
    says: /Cannot find name 'w'[\s\S]*wrong\.as\.ts/,
  },
  {
    what: 'a type that no value becomes in AssemblyScript',
    file: 'list.as.ts',
    text: 'export function f(v: i64[]): i64 {\n  return v[0];\n}\n',
    says: /parameter v of f cannot be a i64\[\][\s\S]*or Value/,
  },
  {
    what: 'a mistake in Python',
    file: 'wrong.py',
    text: 'def f(v: int) -> int:\n    return v +\n',
    says: /wrong\.py:2: SyntaxError/,
  },
  {
    what: 'a module of Python that is not there',
    file: 'network.py',
    text: 'import socket\n\ndef f(v: int) -> int:\n    return v\n',
    says: /network\.py:1: cannot import socket: a procedure has no network/,
  },
  {
    what: 'a module of Node',
    file: 'files.js',
    text: "import { readFileSync } from 'node:fs';\nexport function f(v) { return readFileSync(v); }\n",
    says: /modules of Node are not there[\s\S]*node:fs[\s\S]*out of reach/,
  },
  {
    what: 'a mistake in Kotlin',
    file: 'wrong.kt',
    text: 'import io.heliosdb.wasm.*\n\n@HeliosdbProcedure\nfun f(v: Long): Long = w\n',
    says: /wrong\.kt:4:\d+: error: unresolved reference[^\n]*w/,
  },
  {
    what: 'a mistake in Java',
    file: 'Wrong.java',
    text: 'import io.heliosdb.wasm.*;\n\nclass Wrong {\n  @HeliosdbProcedure\n  static long f(long v) { return w; }\n}\n',
    says: /Wrong\.java:5[\s\S]*cannot find symbol/,
  },
  {
    what: 'a type that no value becomes in Go',
    file: 'channel.go',
    text: 'package main\n\nimport "time"\n\n//export f\nfunc f(v time.Month) int64 { return 0 }\n',
    says: /cannot take a time\.Month; take a string, a number/,
  },
  {
    what: 'a type that no value becomes in Rust',
    file: 'channel.rs',
    text: 'use heliosdb_wasm_sdk::*;\n#[heliosdb_procedure]\nfn f(v: std::time::Duration) -> i64 { 0 }\n',
    says: /FromValue|cannot be a parameter|Duration/,
  },
];

for (const { what, file, text, says } of MISTAKES) {
  test(`${what} is reported where it is`, async (context) => {
    await write(file, text);
    const { code, err, out } = await run(`compile ${file}`);
    const reason = missing({ code, err, out });
    if (reason !== null) return context.skip(reason);
    assert.equal(code, 1, err);
    assert.match(err, says);
  });
}

test('a toolchain that is missing is named, with what installs it', async () => {
  await write('alone.rs', KINDS[0]?.text ?? '');
  await write('alone.c', KINDS[2]?.text ?? '');
  for (const [file, says] of [
    ['alone.rs', /(cargo|rustc)[\s\S]*rustup/],
    ['alone.c', /clang[\s\S]*apt-get install clang/],
  ] as const) {
    const { code, err } = await runShell(
      `HOME=$PWD PATH=$PWD/.bin /bin/sh .bin/heliosdb compile ${file}`,
      folder,
    );
    assert.equal(code, 1, err);
    assert.match(err, says);
  }
});

test('an argument of another type is refused by SQL, with the signatures there are', async () => {
  await write('whole.py', 'def whole(v: int) -> int:\n    return v\n');
  await run('procedure create --file whole.py --db own.duckdb');
  const { code, err } = await run(`sql --db own.duckdb "SELECT whole([1, 2])"`);
  assert.equal(code, 1);
  assert.match(err, /whole[\s\S]*BIGINT/);
  const text = await run(`sql --db own.duckdb "SELECT whole('seven')"`);
  assert.equal(text.code, 1);
  assert.match(text.err, /seven[\s\S]*Called here: whole\(v BIGINT\)/);
});

async function write(file: string, text: string): Promise<void> {
  const path = join(folder, file);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
