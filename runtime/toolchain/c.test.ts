import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { HeliosError } from '#core';
import { readProcedures } from './c.ts';
import type { Packed } from './fixtures/message-pack.ts';
import { decimal } from './fixtures/message-pack.ts';
import type { CannedResult, StandInOutcome } from './fixtures/stand-in-host.ts';
import { callWithoutDatabase } from './fixtures/stand-in-host.ts';
import type { CompiledProcedure } from './index.ts';
import { compileProcedure } from './index.ts';

const SOURCE = `#include "heliosdb.h"

HELIOSDB_PROCEDURE(calculate_discount, "customer_id BIGINT, order_total DECIMAL(12,2)", "DOUBLE",
                   "The discount of a customer, "
                   "by \\"tier\\"") {
  long long customer_id = heliosdb_i64(heliosdb_param(0));
  double total = heliosdb_f64(heliosdb_param(1));
  heliosdb_rows rows =
      heliosdb_queryf("SELECT loyalty_tier FROM customers WHERE id = %lld", customer_id);
  if (!heliosdb_next(&rows)) heliosdb_fail(404, "no customer %lld", customer_id);
  const char *tier = heliosdb_text(heliosdb_column(&rows, 0));
  double discount = total * (strcmp(tier, "platinum") == 0 ? 0.20 : 0.05);
  heliosdb_log(HELIOSDB_INFO, "Applied %s discount: $%.2f", tier, discount);
  heliosdb_return_f64(discount);
}

HELIOSDB_PROCEDURE(look_inside, "value STRUCT(a INTEGER[], b DATE)", "BIGINT", "") {
  heliosdb_value value = heliosdb_param(0);
  if (heliosdb_is_null(value)) {
    heliosdb_return_null();
    return;
  }
  heliosdb_value list = heliosdb_field(value, "a");
  int64_t sum = heliosdb_date(heliosdb_field(value, "b"));
  for (uint32_t index = 0; index < list.length; index++) {
    sum += heliosdb_i64(heliosdb_item(list, index));
  }
  heliosdb_return_i64(sum);
}
`;

let directory: string;
let compiled: CompiledProcedure | null = null;
let absent = 'clang is not installed';

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'heliosdb-c-'));
  const source = join(directory, 'procedures.c');
  await writeFile(source, SOURCE);
  try {
    compiled = await compileProcedure({ source, output: join(directory, 'procedures.wasm') });
  } catch (error) {
    if (!HeliosError.isInstance(error, 'toolchain_missing')) throw error;
    absent = `${error.message}: ${error.hint}`;
  }
});

after(async () => {
  await rm(directory, { recursive: true });
});

async function call(
  entry: string,
  parameters: readonly Packed[],
  result?: CannedResult,
): Promise<StandInOutcome> {
  const module = new Uint8Array(await readFile(join(directory, 'procedures.wasm')));
  const onQuery = result === undefined ? {} : { onQuery: () => result };
  return callWithoutDatabase({ module, entry, parameters, ...onQuery });
}

const tierIs = (tier: Packed): CannedResult => ({ columns: ['loyalty_tier'], rows: [[tier]] });

test('the macro describes a procedure', () => {
  assert.deepEqual(readProcedures(SOURCE), [
    {
      name: 'calculate_discount',
      comment: 'The discount of a customer, by "tier"',
      parameters: [
        { name: 'customer_id', type: 'BIGINT', nullable: false },
        { name: 'order_total', type: 'DECIMAL(12,2)', nullable: false },
      ],
      returns: 'DOUBLE',
    },
    {
      name: 'look_inside',
      comment: null,
      parameters: [{ name: 'value', type: 'STRUCT(a INTEGER[], b DATE)', nullable: false }],
      returns: 'BIGINT',
    },
  ]);
});

test('a C procedure queries, logs and returns', async (context) => {
  if (compiled === null) return context.skip(absent);
  const outcome = await call('calculate_discount', [12345n, decimal('599.99')], tierIs('platinum'));
  assert.deepEqual(outcome.queries, ['SELECT loyalty_tier FROM customers WHERE id = 12345']);
  assert.deepEqual(outcome.logs, ['1 Applied platinum discount: $120.00']);
  assert.deepEqual(outcome.returned, {
    type: 11,
    bytes: new Uint8Array(new Float64Array([119.998]).buffer),
  });
  assert.ok(compiled.byteCount < 80_000, `${compiled.byteCount} bytes`);
});

test('nested values and NULL can be read', async (context) => {
  if (compiled === null) return context.skip(absent);
  const date = { type: 3, bytes: new Uint8Array(new Int32Array([1000]).buffer) };
  const { returned } = await call('look_inside', [{ a: [1n, 20n, 300n], b: date }]);
  assert.deepEqual(returned?.bytes, new Uint8Array(new BigInt64Array([1321n]).buffer));
  assert.equal((await call('look_inside', [null])).returned?.type, 36);
});

test('errors of a C procedure arrive with their words', async (context) => {
  if (compiled === null) return context.skip(absent);
  const error = async (result: CannedResult): Promise<StandInOutcome['error']> =>
    (await call('calculate_discount', [7n, 1], result)).error;
  assert.deepEqual(await error({ columns: ['loyalty_tier'], rows: [] }), {
    code: 404,
    message: 'no customer 7',
    // The database is asked for it.
    stack: '',
  });
  assert.deepEqual(await error({ sqlstate: '42P01', message: 'no table customers' }), {
    code: 1,
    message: 'no table customers (SQLSTATE 42P01)',
    stack: '',
  });
  assert.deepEqual(await error(tierIs(null)), { code: 1, message: 'expected VARCHAR', stack: '' });
});

test('C++ compiles with the same header, and mistakes are reported', async (context) => {
  if (compiled === null) return context.skip(absent);
  const compileText = async (name: string, text: string): Promise<CompiledProcedure> => {
    const source = join(directory, name);
    await writeFile(source, text);
    return compileProcedure({ source, output: join(directory, `${name}.wasm`) });
  };
  const body = '{ heliosdb_return_i64(2 * heliosdb_i64(heliosdb_param(0))); }';
  const macro = 'HELIOSDB_PROCEDURE(twice, "value BIGINT", "BIGINT", "Twice the value")';
  const twice = await compileText('twice.cpp', `#include "heliosdb.h"\n${macro} ${body}\n`);
  assert.deepEqual(
    twice.procedures.map(({ name }) => name),
    ['twice'],
  );
  await assert.rejects(
    compileText('wrong.c', `#include "heliosdb.h"\n${macro} { return oops; }\n`),
    (error) => HeliosError.isInstance(error, 'compile_failed') && /oops/.test(error.detail ?? ''),
  );
});
