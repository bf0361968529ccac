import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { HeliosError } from '#core';
import type { Packed } from './fixtures/message-pack.ts';
import { decimal } from './fixtures/message-pack.ts';
import type { CannedResult, StandInOutcome } from './fixtures/stand-in-host.ts';
import { callWithoutDatabase } from './fixtures/stand-in-host.ts';
import type { CompiledProcedure } from './index.ts';
import { compileProcedure, readModuleFacts } from './index.ts';

const PROCEDURES = fileURLToPath(new URL('../../examples/procedures/', import.meta.url));
const DOUBLE = 11;

let directory: string;
/** Why nothing can be compiled here, or false. */
let absent: string | false = false;
let rebuilt: CompiledProcedure | null = null;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'heliosdb-rust-'));
  try {
    rebuilt = await compileProcedure({
      source: join(PROCEDURES, 'calculate_discount'),
      output: join(directory, 'calculate_discount.wasm'),
    });
  } catch (error) {
    if (!HeliosError.isInstance(error, 'toolchain_missing')) throw error;
    absent = `${error.message}: ${error.hint}`;
  }
});

after(async () => {
  await rm(directory, { recursive: true });
});

async function discount(
  module: Uint8Array<ArrayBuffer>,
  parameters: readonly Packed[],
  result: CannedResult,
): Promise<StandInOutcome> {
  return callWithoutDatabase({
    module,
    entry: 'calculate_discount',
    parameters,
    onQuery: () => result,
  });
}

async function committed(): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await readFile(join(PROCEDURES, 'calculate_discount.wasm')));
}

function doubleOf(outcome: StandInOutcome): number {
  assert.equal(outcome.returned?.type, DOUBLE);
  const { buffer } = Uint8Array.from(outcome.returned.bytes);
  return new DataView(buffer).getFloat64(0, true);
}

const platinum: CannedResult = { columns: ['loyalty_tier'], rows: [['platinum']] };

test('the committed discount reads the tier, logs one line and returns a fifth', async () => {
  const outcome = await discount(await committed(), [12345n, decimal('599.99')], platinum);
  assert.deepEqual(outcome.queries, ['SELECT loyalty_tier FROM customers WHERE id = 12345']);
  assert.deepEqual(outcome.logs, ['1 Applied platinum discount: $120.00']);
  assert.equal(doubleOf(outcome), 119.998);
  assert.equal(outcome.status, 0);
});

test('a result that does not fit at first is fetched without a second query', async () => {
  const tier = 'x'.repeat(10_000);
  const outcome = await discount(await committed(), [1n, 10], {
    columns: ['loyalty_tier'],
    rows: [[tier]],
  });
  assert.equal(outcome.queries.length, 1);
  assert.equal(doubleOf(outcome), 0.5);
  assert.deepEqual(outcome.logs, [`1 Applied ${tier} discount: $0.50`]);
});

test('errors carry the words of whoever raised them', async () => {
  const module = await committed();
  const failures: [readonly Packed[], CannedResult, string][] = [
    [
      [1n, 10],
      { sqlstate: '42P01', message: 'table customers does not exist' },
      'table customers does not exist (SQLSTATE 42P01)',
    ],
    [[1n, 10], { columns: ['loyalty_tier'], rows: [] }, 'the query returned no row'],
    [
      [1n, 10],
      { columns: ['loyalty_tier'], rows: [[null]] },
      'column `loyalty_tier`: expected VARCHAR, found NULL; use Option<…> where NULL may occur',
    ],
    [['x', 10], platinum, 'parameter `customer_id`: expected BIGINT, found VARCHAR'],
  ];
  for (const [parameters, result, message] of failures) {
    const outcome = await discount(module, parameters, result);
    assert.deepEqual([outcome.error?.code, outcome.error?.message], [1, message]);
    assert.equal(outcome.returned, null);
  }
});

test('the module declares its procedure and imports host functions only', async () => {
  const facts = await readModuleFacts(await committed());
  assert.deepEqual(facts.procedures, [
    {
      name: 'calculate_discount',
      comment: 'The discount in dollars that a customer gets on an order, by loyalty tier',
      parameters: [
        { name: 'customer_id', type: 'BIGINT', nullable: false },
        { name: 'order_total', type: 'DOUBLE', nullable: false },
      ],
      returns: 'DOUBLE',
    },
  ]);
  assert.deepEqual([...new Set(facts.imports.map(({ module }) => module))], ['heliosdb']);
  // Compiled for speed; what would not be used of the SDK must not be in it.
  assert.ok(facts.byteCount < 110_000, `${facts.byteCount} bytes`);
});

test('a rebuilt module behaves like the committed one', async (context) => {
  if (absent !== false || rebuilt === null) return context.skip(String(absent));
  const modules = [await committed(), new Uint8Array(await readFile(rebuilt.path))];
  for (const tier of ['platinum', 'gold', 'silver', 'bronze', null]) {
    for (const total of [decimal('599.99'), 0, -12.5, 1e15]) {
      const result = { columns: ['loyalty_tier'], rows: [[tier]] };
      const [kept, made] = await Promise.all(
        modules.map((module) => discount(module, [7n, total], result)),
      );
      // Lines move with the source: where an error was made is no part of the comparison.
      const placed = (outcome = kept): unknown => ({ ...outcome, error: outcome?.error?.message });
      assert.deepEqual(placed(made), placed(kept));
    }
  }
});

test('a module does not say where the files of its machine are', async (context) => {
  if (absent !== false) return context.skip(absent);
  assert.ok(rebuilt !== null);
  const repository = fileURLToPath(new URL('../..', import.meta.url));
  for (const module of [await readFile(rebuilt.path), Buffer.from(await committed())]) {
    assert.ok(module.includes('heliosdb-wasm-sdk/src/'), 'places of panics are in the module');
    for (const folder of [repository, join(homedir(), '.cargo')])
      assert.ok(!module.includes(folder));
  }
});

test('a single file becomes a module, and a panic an error with its message', async (context) => {
  if (absent !== false) return context.skip(absent);
  const source = join(directory, 'halve.rs');
  await writeFile(
    source,
    `use heliosdb_wasm_sdk::*;
#[heliosdb_procedure]
fn halve(value: Option<i64>) -> Option<i64> {
    let value = value?;
    assert!(value % 2 == 0, "{value} is odd");
    Some(value / 2)
}
`,
  );
  const output = join(directory, 'halve.wasm');
  const compiled = await compileProcedure({ source, output });
  assert.deepEqual(compiled.procedures[0]?.parameters, [
    { name: 'value', type: 'BIGINT', nullable: true },
  ]);
  const module = new Uint8Array(await readFile(output));
  assert.ok(!Buffer.from(module).includes(directory), 'where the source lies');
  const call = (value: Packed): Promise<StandInOutcome> =>
    callWithoutDatabase({ module, entry: 'halve', parameters: [value] });
  const { returned } = await call(42n);
  assert.deepEqual(returned, { type: 5, bytes: new Uint8Array([21, 0, 0, 0, 0, 0, 0, 0]) });
  assert.deepEqual((await call(null)).returned, { type: 36, bytes: new Uint8Array() });
  const { error } = await call(3n);
  assert.equal(error?.code, -1);
  assert.equal(error.message, 'panic: 3 is odd');
  assert.equal(error.stack, 'at halve.rs:5:5');
});

test('the compiler reports its own errors, in the words of the SDK where it can', async (context) => {
  if (absent !== false) return context.skip(absent);
  const cases: [string, RegExp][] = [
    ['fn f(value: &i64) -> i64 { 1 }', /borrows texts and bytes as &str and &\[u8\]/],
    ['async fn f() -> i64 { 1 }', /a procedure cannot be async/],
    ['fn f<T>(value: T) -> i64 { 1 }', /a procedure cannot be generic/],
    ['fn f(value: i64) -> i64 { value + }', /expected expression, found `}`/],
  ];
  for (const [text, message] of cases) {
    const source = join(directory, 'wrong.rs');
    await writeFile(source, `use heliosdb_wasm_sdk::*;\n#[heliosdb_procedure]\n${text}\n`);
    await assert.rejects(
      compileProcedure({ source, output: join(directory, 'wrong.wasm') }),
      (error) =>
        HeliosError.isInstance(error, 'compile_failed') && message.test(error.detail ?? ''),
      text,
    );
  }
});

test('without a compiler the error says what to install', async (context) => {
  const environment = { PATH: '/nowhere', HOME: '/nowhere', XDG_CACHE_HOME: directory };
  const source = join(PROCEDURES, 'calculate_discount');
  const output = join(directory, 'none.wasm');
  try {
    await compileProcedure({ source, output, environment });
    context.skip('a compiler in /usr/bin is found without a search path');
  } catch (error) {
    assert.ok(HeliosError.isInstance(error, 'toolchain_missing'), String(error));
    assert.match(error.hint ?? '', /rustup target add wasm32-unknown-unknown/);
  }
});

test('a source that nothing compiles is refused with the languages there are', async () => {
  const source = join(directory, 'query.cobol');
  await writeFile(source, '');
  await assert.rejects(compileProcedure({ source, output: join(directory, 'x.wasm') }), {
    name: 'feature_not_supported',
  });
});
