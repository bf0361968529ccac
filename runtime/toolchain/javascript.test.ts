import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';
import { HeliosError } from '#core';
import type { Packed } from './fixtures/message-pack.ts';
import { decimal } from './fixtures/message-pack.ts';
import type { CannedResult, StandInOutcome } from './fixtures/stand-in-host.ts';
import { callWithoutDatabase } from './fixtures/stand-in-host.ts';
import type { CompiledProcedure } from './index.ts';
import { compileProcedure } from './index.ts';
import { readSignature } from './javascript-signature.ts';
import { readEngine } from './run-engine.ts';

const SDK = "import { heliosdbQuery, heliosdbLog, heliosdbError } from 'heliosdb-wasm-sdk';\n";
const ENGINE = new URL('../../sdk/js/engine/', import.meta.url);
const NAMESPACE = 'heliosdb_quickjs@0.16';
let directory: string;
let engine: WebAssembly.Module;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'heliosdb-js-'));
  engine = await WebAssembly.compile(await readEngine(ENGINE));
});

after(async () => {
  await rm(directory, { recursive: true });
});

async function compile(text: string, name = 'source.js'): Promise<CompiledProcedure> {
  const source = join(directory, name);
  await writeFile(source, text);
  return compileProcedure({ source, output: join(directory, `${name}.wasm`) });
}

interface CallOptions {
  readonly parameters?: readonly Packed[];
  readonly onQuery?: (sql: string) => CannedResult;
  readonly entry?: string;
}

async function run(text: string, options: CallOptions = {}): Promise<StandInOutcome> {
  const { path } = await compile(text);
  return callWithoutDatabase({
    module: new Uint8Array(await readFile(path)),
    interpreter: { namespace: NAMESPACE, module: engine },
    entry: options.entry ?? 'f',
    parameters: options.parameters ?? [],
    ...(options.onQuery === undefined ? {} : { onQuery: options.onQuery }),
  });
}

/** What a function without parameters returns, as text. */
async function textOf(body: string, options: CallOptions = {}): Promise<string> {
  const parameters = (options.parameters ?? []).map((_, index) => `p${index}`);
  const outcome = await run(
    `${SDK}export function f(${parameters.join(', ')}) { ${body} }`,
    options,
  );
  assert.equal(outcome.error, null);
  return new TextDecoder().decode(outcome.returned?.bytes);
}

test('values arrive in the JavaScript type that fits them', async () => {
  const days = (count: number): Uint8Array => new Uint8Array(new Int32Array([count]).buffer);
  const micros = (count: bigint): Uint8Array => new Uint8Array(new BigInt64Array([count]).buffer);
  const interval = new Uint8Array([...days(14), ...days(-3), ...micros(14_706_500_000n)]);
  const cases: [Packed, string][] = [
    [null, 'object null'],
    [true, 'boolean true'],
    [42n, 'number 42'],
    [-(2n ** 53n), 'bigint -9007199254740992'],
    [1.5, 'number 1.5'],
    [decimal('599.99'), 'object 599.99'],
    [
      decimal('-12345678901234567890123456789012345.678'),
      'object -12345678901234567890123456789012345.678',
    ],
    [{ type: 2, bytes: new TextEncoder().encode('12') }, 'number 12'],
    [
      { type: 2, bytes: new TextEncoder().encode('-170141183460469231731') },
      'bigint -170141183460469231731',
    ],
    ['héllo', 'string héllo'],
    [new Uint8Array([1, 2]), 'object 1,2'],
    [{ type: 3, bytes: days(20_634) }, 'string 2026-06-30'],
    [{ type: 3, bytes: days(-1) }, 'string 1969-12-31'],
    [{ type: 4, bytes: micros(3_723_000_001n) }, 'string 01:02:03.000001'],
    [{ type: 5, bytes: micros(-1n) }, 'string 1969-12-31T23:59:59.999999'],
    [{ type: 6, bytes: micros(0n) }, 'string 1970-01-01T00:00:00Z'],
    [{ type: 7, bytes: interval }, 'string 1 year 2 months -3 days 04:05:06.5'],
    [
      { type: 8, bytes: new Uint8Array(16).fill(0xab) },
      'string abababab-abab-abab-abab-abababababab',
    ],
    [[1n, null, 'x'], 'object 1,,x'],
  ];
  const parameters = cases.map(([value]) => value);
  const text = await textOf(
    'return [...arguments].map((v) => typeof v + " " + String(v)).join("\\n")',
    {
      parameters,
    },
  );
  assert.deepEqual(
    text.split('\n'),
    cases.map(([, expected]) => expected),
  );
});

test('rows are objects, and their columns are known', async () => {
  const onQuery = (): CannedResult => ({
    columns: ['id', 'nested'],
    rows: [
      [1n, { a: [1.5, null], __proto__x: 'y' }],
      [2n, null],
    ],
  });
  const text = await textOf(
    'const rows = heliosdbQuery("SELECT …", [1, "a", null]); return JSON.stringify([rows, rows.columns, rows[1].id])',
    { onQuery },
  );
  assert.deepEqual(JSON.parse(text), [
    [
      { id: 1, nested: { a: [1.5, null], __proto__x: 'y' } },
      { id: 2, nested: null },
    ],
    [
      { name: 'id', type: 'ANY' },
      { name: 'nested', type: 'ANY' },
    ],
    2,
  ]);
});

test('results take the plainest form', async () => {
  const returned = async (expression: string): Promise<[number, string]> => {
    const outcome = await run(`export const f = () => ${expression};`);
    const { type, bytes } = outcome.returned ?? { type: -1, bytes: new Uint8Array() };
    return [type, Buffer.from(bytes).toString('hex')];
  };
  assert.deepEqual(await returned('null'), [36, '']);
  assert.deepEqual(await returned('undefined'), [36, '']);
  assert.deepEqual(await returned('true'), [1, '01']);
  assert.deepEqual(await returned('-2'), [5, 'feffffffffffffff']);
  assert.deepEqual(await returned('1.5'), [11, '000000000000f83f']);
  assert.deepEqual(await returned("'é'"), [17, 'c3a9']);
  assert.deepEqual(await returned('2n ** 64n'), [
    1001,
    `c90000001402${Buffer.from('18446744073709551616').toString('hex')}`,
  ]);
  assert.deepEqual(await returned('({ a: 1, b: undefined })'), [1001, 'df00000001db000000016101']);
  assert.deepEqual(await returned('new Date(1)'), [1001, 'd705e803000000000000']);
  assert.deepEqual(await returned('new Uint8Array([7])'), [1001, 'c60000000107']);
  assert.deepEqual(await returned('new Map([[1, 2]])'), [1001, 'df000000010102']);
  assert.deepEqual(await returned('new Set([1, 2])'), [1001, 'dd000000020102']);
  assert.deepEqual(await returned('Promise.resolve(3)'), [5, '0300000000000000']);
});

test('an error arrives with its message, its code and where it was thrown', async () => {
  const thrown = await run(`export function f() {
  inner();
}
function inner() {
  throw Object.assign(new RangeError('too much'), { code: 4021 });
}`);
  assert.equal(thrown.error?.code, 4021);
  assert.equal(thrown.error.message, 'RangeError: too much');
  assert.match(thrown.error.stack, /^ {4}at inner \(source\.js:5:\d+\)\n {4}at f/);
  const own = await run(`${SDK}export function f() { heliosdbError(7, 'no such order'); }`);
  assert.equal(own.error?.code, 7);
  assert.equal(own.error.message, 'Error: no such order');
  assert.match(own.error.stack, /^ {4}at .*\n? {4}at f \(source\.js:\d+:\d+\)/);
  const rejected = await run(`export async function f() { throw new Error('later'); }`);
  assert.match(rejected.error?.message ?? '', /^Error: later/);
  const waiting = await run('export const f = () => new Promise(() => {});');
  assert.match(waiting.error?.message ?? '', /waits for something that never comes/);
});

test("the database's errors can be caught, with their SQLSTATE", async () => {
  const onQuery = (): CannedResult => ({ sqlstate: '42P01', message: 'no table nowhere' });
  const text = await textOf(
    'try { heliosdbQuery("…"); } catch (error) { return error.sqlstate + " " + error.message; }',
    { onQuery },
  );
  assert.equal(text, '42P01 no table nowhere');
});

test('endless recursion and endless nesting are errors and not traps', async () => {
  const recursion = await run('export function f() { return f() + 1; }');
  assert.match(recursion.error?.message ?? '', /RangeError: Maximum call stack size exceeded/);
  const cyclic = await run('export function f() { const a = []; a.push(a); return a; }');
  assert.match(cyclic.error?.message ?? '', /nested too deeply/);
});

test('console lines go to the log, objects as JSON', async () => {
  const { logs } = await run(
    `${SDK}export function f() { console.log('a', 1, { b: [2] }); console.warn('w'); heliosdbLog('debug', 'd'); }`,
  );
  assert.deepEqual(logs, ['1 a 1 {"b":[2]}', '2 w', '0 d']);
});

test('the clock is the statement’s, and only who draws random numbers imports a source of them', async () => {
  assert.equal(await textOf('return String(Date.now())'), '1000');
  const plain = await compile('export const f = () => 1;', 'plain.js');
  const random = await compile('export const f = () => Math.random();', 'random.js');
  const entropy = ({ imports }: CompiledProcedure): boolean =>
    imports.some(({ name }) => name === 'random_get');
  assert.deepEqual([entropy(plain), entropy(random)], [false, true]);
  // The engine was frozen with its generator: what the host draws must be what seeds it.
  const [one, other] = await Promise.all(
    [7, 8].map(async (entropyByte) =>
      callWithoutDatabase({
        module: new Uint8Array(await readFile(random.path)),
        interpreter: { namespace: NAMESPACE, module: engine },
        entry: 'f',
        parameters: [],
        entropyByte,
      }),
    ),
  );
  assert.notDeepEqual(one?.returned?.bytes, other?.returned?.bytes);
});

test('a program says which of the host’s functions it reaches', async () => {
  const imported = async (body: string): Promise<string[]> => {
    const names = ['heliosdbQuery', 'heliosdbBeginTx', 'heliosdbFetch', 'heliosdbCursorOpen'];
    const used = names.filter((name) => body.includes(name));
    const source = `import { ${used.join(', ')} } from 'heliosdb-wasm-sdk';
      export function f() { ${body} }`;
    const { imports } = await compile(source, 'needs.js');
    return imports.filter(({ module }) => module !== NAMESPACE).map(({ name }) => name);
  };
  assert.deepEqual(await imported('return 1'), []);
  assert.deepEqual(await imported('heliosdbQuery("x")'), ['heliosdb_query_params']);
  assert.deepEqual(await imported('heliosdbCursorOpen("x")'), ['heliosdb_query_params']);
  assert.deepEqual(await imported('heliosdbBeginTx()'), ['heliosdb_begin_tx']);
  assert.deepEqual(await imported('heliosdbFetch("x")'), ['random_get']);
  assert.deepEqual(await imported('return new Date()'), ['heliosdb_now']);
});

test('a program of another version of the engine is compiled again from its source', async () => {
  const { path } = await compile('export const f = () => "from source";', 'older.js');
  const bytes = await readFile(path);
  const facts = JSON.parse(await readFile(new URL('engine.json', ENGINE), 'utf8'));
  const at = bytes.indexOf(`${facts.quickjs}\0older.js\0`);
  assert.ok(at > 0, 'the program does not begin with the version');
  bytes.write('0', at + facts.quickjs.length - 1);
  // Its bytecode cannot be run, so that only the source can have answered.
  const source = 'export const f = () => "from source";\0';
  bytes.fill(
    0xff,
    bytes.indexOf(source) + source.length,
    bytes.indexOf(source) + source.length + 8,
  );
  const outcome = await callWithoutDatabase({
    module: new Uint8Array(bytes),
    interpreter: { namespace: NAMESPACE, module: engine },
    entry: 'f',
    parameters: [],
  });
  assert.equal(new TextDecoder().decode(outcome.returned?.bytes), 'from source');
});

test('decimals compute exactly, and stand in for numbers', async () => {
  const parameters = [decimal('12345678901234.5678'), decimal('0.1')];
  const body = `return [
    p0.plus(p1), p0.times(2n), p1.dividedBy(3), p0.round(2), p0 > 5, p1 * 10, \`\${p0}\`,
    JSON.stringify({ p0 }), p0.equals('12345678901234.56780'), p0.compare(p1), p0.toFixed(1),
  ].join(' ')`;
  assert.equal(
    await textOf(body, { parameters }),
    '12345678901234.6678 24691357802469.1356 0.033333333333333333 12345678901234.57 true 1 ' +
      '12345678901234.5678 {"p0":12345678901234.5678} true 1 12345678901234.6',
  );
  const { returned } = await run('export const f = (p) => p;', { parameters });
  assert.match(new TextDecoder().decode(returned?.bytes), /12345678901234\.5678$/);
});

test('TypeScript is compiled and describes its procedures', async () => {
  const { procedures } = await compile(
    `${SDK}
/** Adds things up, slowly.
 * @internal
 */
export function add(a: bigint, b: number | null, list: string[], options?: { deep: boolean }): number {
  return Number(a) + (b ?? 0) + list.length;
}
export const greet = async (name: string = 'you', at: Date): Promise<'hi' | 'ho'> => 'hi';
`,
    'typed.ts',
  );
  assert.deepEqual(procedures, [
    {
      name: 'add',
      comment: 'Adds things up, slowly.',
      parameters: [
        { name: 'a', type: 'BIGINT', nullable: false },
        { name: 'b', type: 'DOUBLE', nullable: true },
        { name: 'list', type: 'VARCHAR[]', nullable: false },
        { name: 'options', type: 'JSON', nullable: true },
      ],
      returns: 'DOUBLE',
    },
    {
      name: 'greet',
      comment: null,
      parameters: [
        { name: 'name', type: 'VARCHAR', nullable: false },
        { name: 'at', type: 'TIMESTAMP', nullable: false },
      ],
      returns: 'VARCHAR',
    },
  ]);
});

test('comments, patterns and letters of other alphabets among parameters are read', () => {
  const source = `
/** @param {bigint} größe */
export function f(größe, /** @type {string} */ note /* what (for */, { a, b }, // the "rest
  [c], d = 'x, ( /* y', e: Date) {}`;
  assert.deepEqual(readSignature(source, 'f').parameters, [
    { name: 'größe', type: 'BIGINT', nullable: false },
    { name: 'note', type: 'VARCHAR', nullable: false },
    { name: 'parameter_3', type: 'JSON', nullable: false },
    { name: 'parameter_4', type: 'JSON', nullable: false },
    { name: 'd', type: null, nullable: false },
    { name: 'e', type: 'TIMESTAMP', nullable: false },
  ]);
});

test('JSDoc types serve where the language has none, and unknown ones stay open', () => {
  const source = `
/**
 * Doubles.
 * @param {number} value what to double
 * @param {string|null} note
 * @returns {boolean}
 */
export function twice(value, note, other) {}`;
  assert.deepEqual(readSignature(source, 'twice'), {
    name: 'twice',
    comment: 'Doubles.',
    parameters: [
      { name: 'value', type: 'DOUBLE', nullable: false },
      { name: 'note', type: 'VARCHAR', nullable: true },
      { name: 'other', type: null, nullable: false },
    ],
    returns: 'BOOLEAN',
  });
});

test('mistakes are reported before anything reaches a database', async () => {
  const rejects = (text: string, name: string, message: RegExp, file?: string): Promise<void> =>
    assert.rejects(compile(text, file), (error) => {
      assert.ok(HeliosError.isInstance(error), String(error));
      assert.equal(error.name, name);
      assert.match(`${error.message} ${error.detail}`, message);
      return true;
    });
  await rejects(
    'export function f() { return 1 +; }',
    'compile_failed',
    /SyntaxError.*\n.*source\.js:1/,
  );
  await rejects('let a: = 1;', 'compile_failed', /at bad\.ts:1/, 'bad.ts');
  await rejects('const a = 1;', 'invalid_function_definition', /exports no function/);
  await rejects(
    'import("node:fs"); import { x } from "heliosdb-wasm-sdk"; export const f = x;',
    'compile_failed',
    /x/,
  );
  await rejects(
    'import { readFileSync } from "node:fs"; export const f = readFileSync;',
    'compile_failed',
    /modules of Node.*node:fs/,
  );
  await rejects('export function memory() {}', 'reserved_name', /memory/);
});

test('the committed engine is the one its checksum names', async () => {
  const bytes = await promisify(brotliDecompress)(
    await readFile(new URL('engine.wasm.br', ENGINE)),
  );
  const facts = JSON.parse(await readFile(new URL('engine.json', ENGINE), 'utf8'));
  assert.equal(createHash('sha256').update(bytes).digest('hex'), facts.sha256);
  assert.equal(bytes.length, facts.byteCount);
});
