import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { HeliosError } from '#core';
import type { Packed } from './fixtures/message-pack.ts';
import { decimal } from './fixtures/message-pack.ts';
import type { CannedResult, StandInOutcome } from './fixtures/stand-in-host.ts';
import { callWithoutDatabase } from './fixtures/stand-in-host.ts';
import type { CompiledProcedure } from './index.ts';
import { compileProcedure } from './index.ts';
import { readEngine } from './run-engine.ts';

const ENGINE = new URL('../../sdk/python/engine/', import.meta.url);
const NAMESPACE = 'heliosdb_python@3.11';
let directory: string;
let engine: WebAssembly.Module;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'heliosdb-python-'));
  engine = await WebAssembly.compile(await readEngine(ENGINE));
});

after(async () => {
  await rm(directory, { recursive: true });
});

async function compile(text: string, name = 'source.py'): Promise<CompiledProcedure> {
  return compileProcedure({
    source: await write(name, text),
    output: join(directory, `${name}.wasm`),
  });
}

async function write(name: string, text: string): Promise<string> {
  const path = join(directory, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  return path;
}

interface CallOptions {
  readonly parameters?: readonly Packed[];
  readonly onQuery?: (sql: string) => CannedResult;
}

async function run(text: string, options: CallOptions = {}): Promise<StandInOutcome> {
  const { path } = await compile(text);
  return callWithoutDatabase({
    module: new Uint8Array(await readFile(path)),
    interpreter: { namespace: NAMESPACE, module: engine },
    entry: 'f',
    parameters: options.parameters ?? [],
    ...(options.onQuery === undefined ? {} : { onQuery: options.onQuery }),
  });
}

/** What `f` returns, as text; it must not fail. */
async function textOf(text: string, options: CallOptions = {}): Promise<string> {
  const outcome = await run(text, options);
  assert.equal(outcome.error, null);
  return new TextDecoder().decode(outcome.returned?.bytes);
}

const int32 = (value: number): Uint8Array => new Uint8Array(new Int32Array([value]).buffer);
const int64 = (value: bigint): Uint8Array => new Uint8Array(new BigInt64Array([value]).buffer);
const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

test('values arrive in the Python type that fits them', async () => {
  const interval = (months: number): Uint8Array =>
    new Uint8Array([...int32(months), ...int32(-3), ...int64(14_706_500_000n)]);
  const cases: [Packed, string][] = [
    [null, 'None'],
    [true, 'True'],
    [42n, '42'],
    [-(2n ** 63n), '-9223372036854775808'],
    [1.5, '1.5'],
    [decimal('599.99'), "Decimal('599.99')"],
    [{ type: 2, bytes: ascii('-170141183460469231731') }, '-170141183460469231731'],
    [{ type: 11, bytes: ascii('9'.repeat(70)) }, '9'.repeat(70)],
    ['héllo', "'héllo'"],
    [new Uint8Array([1, 2]), "b'\\x01\\x02'"],
    [{ type: 9, bytes: ascii('0101') }, "'0101'"],
    [{ type: 3, bytes: int32(20_634) }, 'datetime.date(2026, 6, 30)'],
    [{ type: 3, bytes: int32(-719_162) }, 'datetime.date(1, 1, 1)'],
    [{ type: 4, bytes: int64(3_723_000_001n) }, 'datetime.time(1, 2, 3, 1)'],
    [{ type: 5, bytes: int64(-1n) }, 'datetime.datetime(1969, 12, 31, 23, 59, 59, 999999)'],
    [
      { type: 6, bytes: int64(0n) },
      'datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)',
    ],
    [{ type: 13, bytes: int64(1n) }, 'datetime.datetime(1970, 1, 1, 0, 0, 1)'],
    [
      { type: 7, bytes: interval(0) },
      'datetime.timedelta(days=-3, seconds=14706, microseconds=500000)',
    ],
    [{ type: 7, bytes: interval(14) }, 'Interval(months=14, days=-3, microseconds=14706500000)'],
    [
      { type: 8, bytes: new Uint8Array(16).fill(0xab) },
      "UUID('abababab-abab-abab-abab-abababababab')",
    ],
    [[1n, null, 'x'], "[1, None, 'x']"],
    [{ a: [1.5] }, "{'a': [1.5]}"],
  ];
  const names = cases.map((_, index) => `p${index}`).join(', ');
  const text = await textOf(
    `def f(${names}):\n    return "\\n".join(repr(each) for each in (${names}))\n`,
    { parameters: cases.map(([value]) => value) },
  );
  assert.deepEqual(
    text.split('\n'),
    cases.map(([, expected]) => expected),
  );
});

test('what Python cannot name is an error that says what to do', async () => {
  const infinite = await run('def f(day):\n    return str(day)\n', {
    parameters: [{ type: 3, bytes: int32(2_147_483_647) }],
  });
  assert.match(infinite.error?.message ?? '', /OverflowError: a DATE .* CAST it AS VARCHAR/);
});

test('every value that arrives can be sent back as it was', async () => {
  const cases: Packed[] = [
    ...[3, 4, 5, 6, 12, 15].map((type) => ({
      type,
      bytes: type === 3 ? int32(-1) : int64(86_399_999_999n),
    })),
    { type: 10, bytes: new Uint8Array([...int64(3_600_000_000n), ...int32(-7200)]) },
    { type: 8, bytes: new Uint8Array(16).fill(7) },
    { type: 7, bytes: new Uint8Array([...int32(2), ...int32(-3), ...int64(4n)]) },
    decimal('-0.000001'),
  ];
  for (const value of cases) {
    const { returned, error } = await run('def f(value):\n    return value\n', {
      parameters: [value],
    });
    assert.equal(error, null);
    const { type, bytes } = value as { type: number; bytes: Uint8Array };
    const [length, kind, ...rest] = [...(returned?.bytes.slice(4) ?? [])];
    assert.deepEqual([length, kind, rest], [bytes.length, type, [...bytes]]);
  }
});

test('results take the plainest form', async () => {
  const returned = async (expression: string): Promise<[number, string]> => {
    const outcome = await run(`${PRELUDE}def f():\n    return ${expression}\n`);
    assert.equal(outcome.error, null);
    const { type, bytes } = outcome.returned ?? { type: -1, bytes: new Uint8Array() };
    return [type, Buffer.from(bytes).toString('hex')];
  };
  const map = 'df00000001db000000016101';
  assert.deepEqual(await returned('None'), [36, '']);
  assert.deepEqual(await returned('True'), [1, '01']);
  assert.deepEqual(await returned('-2'), [5, 'feffffffffffffff']);
  assert.deepEqual(await returned('1.5'), [11, '000000000000f83f']);
  assert.deepEqual(await returned('"é"'), [17, 'c3a9']);
  assert.deepEqual(await returned('Color.RED'), [1001, 'db00000003726564']);
  assert.deepEqual(await returned('{"a": 1}'), [1001, map]);
  assert.deepEqual(await returned('Point(1)'), [1001, map]);
  assert.deepEqual(await returned('Pair(1)'), [1001, map]);
  assert.deepEqual(await returned('{7}'), [1001, 'dd0000000107']);
  assert.deepEqual(await returned('b"\\x07"'), [1001, 'c60000000107']);
});

const PRELUDE = `
import enum
from dataclasses import dataclass
from typing import NamedTuple

class Color(enum.Enum):
    RED = "red"

@dataclass
class Point:
    a: int

class Pair(NamedTuple):
    a: int

`;

test('rows are dicts, their columns are known, and parameters are bound', async () => {
  const onQuery = (): CannedResult => ({
    columns: ['id', 'nested'],
    rows: [
      [1n, { a: [1.5, null] }],
      [2n, null],
    ],
  });
  const text = await textOf(
    `from heliosdb_wasm import heliosdb_query
def f():
    rows = heliosdb_query("SELECT ?", [1, "a", None])
    return repr(list(rows)) + repr([column.name for column in rows.columns])
`,
    { onQuery },
  );
  assert.equal(
    text,
    "[{'id': 1, 'nested': {'a': [1.5, None]}}, {'id': 2, 'nested': None}]['id', 'nested']",
  );
});

test('an error arrives with its message, its code and its traceback', async () => {
  const raised = await run('def f():\n    inner()\n\ndef inner():\n    raise ValueError("boom")\n');
  assert.equal(raised.error?.code, 1);
  assert.equal(raised.error?.message, 'ValueError: boom');
  assert.equal(
    raised.error?.stack,
    'File "source.py", line 5, in inner: raise ValueError("boom")\n' +
      'File "source.py", line 2, in f: inner()',
  );
  const own = await run(
    'from heliosdb_wasm import heliosdb_error\ndef f():\n    heliosdb_error(7, "no such order")\n',
  );
  assert.equal(own.error?.code, 7);
  assert.equal(own.error.message, 'no such order');
  assert.match(own.error.stack, /^File .* line 3, in f:/);
  const onQuery = (): CannedResult => ({ sqlstate: '42P01', message: 'no table nowhere' });
  const caught = `from heliosdb_wasm import QueryError, heliosdb_query
def f():
    try:
        heliosdb_query("…")
    except QueryError as error:
        return f"{error.sqlstate} {error}"
`;
  assert.equal(await textOf(caught, { onQuery }), '42P01 no table nowhere');
});

test('endless recursion and endless nesting are errors and not traps', async () => {
  const endless = [
    'def f():\n    return f()\n',
    'class A:\n    def __repr__(self):\n        return repr(A())\ndef f():\n    return repr(A())\n',
    'def f():\n    def g(n):\n        return max([n], key=g)\n    return g(1)\n',
  ];
  for (const text of endless) {
    assert.match((await run(text)).error?.message ?? '', /^RecursionError/);
  }
  const cyclic = await run('def f():\n    a = []\n    a.append(a)\n    return a\n');
  assert.match(cyclic.error?.message ?? '', /nested too deeply/);
});

test('results with the same and with other columns follow each other', async () => {
  const onQuery = (sql: string): CannedResult => {
    const columns = sql.split(' ');
    return { columns, rows: [columns.map((name) => `${name}!`)] };
  };
  const text = await textOf(
    `from heliosdb_wasm import heliosdb_query
def f():
    found = [heliosdb_query(sql) for sql in ("a", "a", "a b", "a", "b a", "b a")]
    return repr([(list(rows), rows.columns.names, rows.columns[0].name) for rows in found])
`,
    { onQuery },
  );
  const [a, ab, ba] = [
    "([{'a': 'a!'}], ('a',), 'a')",
    "([{'a': 'a!', 'b': 'b!'}], ('a', 'b'), 'a')",
    "([{'b': 'b!', 'a': 'a!'}], ('b', 'a'), 'b')",
  ];
  assert.equal(text, `[${[a, a, ab, a, ba, ba].join(', ')}]`);
});

test('what is printed or logged goes to the log', async () => {
  const { logs } = await run(`import logging, sys
from heliosdb_wasm import heliosdb_log
def f():
    print("a", 1)
    print("open", end="")
    print("w", file=sys.stderr)
    heliosdb_log("debug", "d")
    logging.warning("n %d", 2)
`);
  assert.deepEqual(logs, ['1 a 1', '2 w', '0 d', '2 n 2', '1 open']);
});

test('files, network, processes and threads are refused in words', async () => {
  const refused = async (line: string): Promise<string> =>
    (await run(`import os\ndef f():\n    ${line}\n`)).error?.message ?? '';
  assert.match(await refused('open("/etc/passwd")'), /PermissionError: a procedure has no files/);
  assert.match(await refused('os.listdir("/")'), /PermissionError: a procedure has no files/);
  assert.match(await refused('__import__("socket")'), /No module named 'socket': .* no network/);
  assert.match(await refused('os.system("ls")'), /AttributeError/);
  const rejects = (text: string, message: RegExp): Promise<void> =>
    assert.rejects(compile(text, 'bad.py'), (error) => {
      assert.ok(HeliosError.isInstance(error), String(error));
      assert.match(`${error.name} ${error.message} ${error.detail} ${error.hint}`, message);
      return true;
    });
  await rejects('import subprocess\ndef f(): pass', /bad\.py:1: .*subprocess: .* no programs/);
  await rejects('\nimport numpy as np\ndef f(): pass', /bad\.py:2: .*numpy: .*machine code/);
  await rejects('import nowhere\ndef f(): pass', /nowhere: .*no file beside the source/);
  await rejects('def f(:\n  pass', /bad\.py:1: SyntaxError: invalid syntax\n +def f\(:\n +\^/);
  await rejects('async def f(): pass', /bad\.py:1: f is async/);
  await rejects('def f(*all): pass', /bad\.py:1: f takes \*args/);
  await rejects('x = 1', /invalid_function_definition .*no function/);
  await rejects('def memory(): pass', /reserved_name/);
});

test('a guest imports only what its source names, and its clock is the statement’s', async () => {
  const imports = async (text: string): Promise<string[]> =>
    (await compile(text, 'imports.py')).imports
      .filter(({ module }) => module !== NAMESPACE)
      .map(({ name }) => name);
  assert.deepEqual(await imports('def f(x: int) -> int:\n    return x + 1\n'), []);
  assert.deepEqual(await imports('import random\ndef f():\n    return random.random()\n'), [
    'random_get',
  ]);
  assert.deepEqual(
    await imports('from heliosdb_wasm import *\ndef f():\n    heliosdb_begin_tx()\n'),
    ['heliosdb_begin_tx'],
  );
  const now = 'import datetime\ndef f():\n    return str(datetime.datetime.now())\n';
  assert.equal(await textOf(now), '1970-01-01 00:00:01');
});

test('random numbers are drawn anew in every instance', async () => {
  const outcome = await run(
    'import random, uuid\ndef f():\n    return f"{random.random()} {uuid.uuid4()}"\n',
  );
  // The stand-in's entropy is always the same, and another than the engine was built with.
  assert.match(new TextDecoder().decode(outcome.returned?.bytes), /07070707-0707-4707/);
});

test('signatures come from type hints, and files beside the source are part of the program', async () => {
  await write('beside.py', 'def twice(x):\n    return x * 2\n');
  await write('package/__init__.py', 'from .inner import VALUE\n');
  await write('package/inner.py', 'VALUE = 5\n');
  const { procedures, path } = await compile(
    `from __future__ import annotations
import datetime as dt
from decimal import Decimal
from typing import Annotated, Any, Literal, Optional, TypedDict
from uuid import UUID
import beside
from package import VALUE

class Order(TypedDict):
    id: int

Tier = Literal["gold", "silver"]

def f(a: int, b: float | None, c: Optional[str], d: list[int], e: "dict[str, Any]", g: Decimal,
      h: dt.date, i: dt.datetime, j: UUID, k: Annotated[int, "UINTEGER"], l: Tier, m, n: Any) -> Order:
    """Adds things up,
    slowly.

    More."""
    return {"id": beside.twice(a) + VALUE}

def helper_of_f() -> None:
    pass

__all__ = ["f"]
`,
    'typed.py',
  );
  const types =
    'BIGINT DOUBLE? VARCHAR? BIGINT[] JSON DECIMAL DATE TIMESTAMP UUID UINTEGER VARCHAR';
  assert.equal(procedures.length, 1);
  const [f] = procedures;
  assert.deepEqual(
    f?.parameters.map(({ type, nullable }) => `${type}${nullable ? '?' : ''}`),
    [...types.split(' '), 'null', 'null?'],
  );
  assert.deepEqual([f?.comment, f?.returns], ['Adds things up, slowly.', 'JSON']);
  const outcome = await callWithoutDatabase({
    module: new Uint8Array(await readFile(path)),
    interpreter: { namespace: NAMESPACE, module: engine },
    entry: 'f',
    parameters: [4n, ...new Array<Packed>(12).fill(null)],
  });
  assert.equal(
    Buffer.from(outcome.returned?.bytes ?? []).toString('hex'),
    'df00000001db0000000269640d',
  );
});

test('JSON parameters with a hint are parsed, defaults stand where SQL gives nothing', async () => {
  const parsed =
    'def f(document: dict, text: str, more=5):\n    return f"{document[\'a\']} {text} {more}"\n';
  const parameters = ['{"a": [1]}', '{"a": 2}', 6n];
  assert.equal(await textOf(parsed, { parameters }), '[1] {"a": 2} 6');
});

test('the committed engine is the one its checksum names', async () => {
  const bytes = await readEngine(ENGINE);
  const facts = JSON.parse(await readFile(new URL('engine.json', ENGINE), 'utf8'));
  assert.equal(createHash('sha256').update(bytes).digest('hex'), facts.sha256);
  assert.equal(bytes.length, facts.byteCount);
  assert.equal(facts.namespace, NAMESPACE);
});
