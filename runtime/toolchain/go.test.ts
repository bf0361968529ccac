import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { HeliosError } from '#core';
import type { Packed } from './fixtures/message-pack.ts';
import { decimal } from './fixtures/message-pack.ts';
import type { CannedResult, StandInOutcome } from './fixtures/stand-in-host.ts';
import { callWithoutDatabase } from './fixtures/stand-in-host.ts';
import type { CompiledProcedure } from './index.ts';
import { compileProcedure } from './index.ts';

const SOURCE = `package main

import (
	"errors"

	heliosdb "github.com/heliosdb/wasm-sdk-go"
)

// Adds up what a customer spent,
// all of it.
//
//export spent
func spent(customerID int64, factor *float64) (float64, error) {
	if customerID < 0 {
		return 0, errors.New("no such customer")
	}
	total := 0.0
	for _, row := range heliosdb.Query("SELECT total, day FROM orders WHERE customer_id = ?", customerID) {
		total += row["total"].(float64)
		heliosdb.Log("info", row["day"].(string))
	}
	if factor != nil {
		total *= *factor
	}
	return total, nil
}

//export crash
func crash(list []string) map[string]any {
	return map[string]any{"fourth": list[3]}
}

//export refuse
func refuse() {
	heliosdb.Fail(42, "not today")
}
`;

let directory: string;
let compiled: CompiledProcedure | null = null;
/** Why nothing can be compiled here. */
let absent = 'Go is not installed';

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'heliosdb-go-test-'));
  const source = join(directory, 'spent.go');
  await writeFile(source, SOURCE);
  try {
    compiled = await compileProcedure({ source, output: join(directory, 'spent.wasm') });
  } catch (error) {
    const isMissing =
      HeliosError.isInstance(error, 'toolchain_missing') ||
      HeliosError.isInstance(error, 'toolchain_outdated');
    if (!isMissing) throw error;
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
  const module = new Uint8Array(await readFile(join(directory, 'spent.wasm')));
  const onQuery = result === undefined ? {} : { onQuery: () => result };
  return callWithoutDatabase({ module, entry, parameters, ...onQuery });
}

test('Go procedures are described by their declarations', (context) => {
  if (compiled === null) return context.skip(absent);
  assert.deepEqual(compiled.procedures, [
    {
      name: 'spent',
      comment: 'Adds up what a customer spent, all of it.',
      parameters: [
        { name: 'customerID', type: 'BIGINT', nullable: false },
        { name: 'factor', type: 'DOUBLE', nullable: true },
      ],
      returns: 'DOUBLE',
    },
    {
      name: 'crash',
      comment: null,
      parameters: [{ name: 'list', type: 'VARCHAR[]', nullable: false }],
      returns: 'JSON',
    },
    { name: 'refuse', comment: null, parameters: [], returns: null },
  ]);
});

test('a Go procedure queries, logs and returns', async (context) => {
  if (compiled === null) return context.skip(absent);
  const day = { type: 3, bytes: new Uint8Array(new Int32Array([20_634]).buffer) };
  const orders = {
    columns: ['total', 'day'],
    rows: [
      [decimal('1.25'), day],
      [2.5, day],
    ],
  };
  const outcome = await call('spent', [7n, 2], orders);
  assert.deepEqual(outcome.logs, ['1 2026-06-30', '1 2026-06-30']);
  assert.deepEqual(outcome.returned, {
    type: 11,
    bytes: new Uint8Array(new Float64Array([7.5]).buffer),
  });
  const plain = await call('spent', [7n, null], { columns: ['total', 'day'], rows: [] });
  assert.deepEqual(plain.returned?.bytes, new Uint8Array(8));
});

test('errors, panics and refusals of Go arrive with their words', async (context) => {
  if (compiled === null) return context.skip(absent);
  const error = async (...args: Parameters<typeof call>): Promise<StandInOutcome['error']> =>
    (await call(...args)).error;
  const returned = { code: 1, message: 'no such customer', stack: '' };
  assert.deepEqual(await error('spent', [-1n, null]), returned);
  const refused = await error('refuse', []);
  assert.deepEqual([refused?.code, refused?.message], [42, 'not today']);
  assert.match(refused?.stack ?? '', /^at main\.refuse/);
  const noTable = { sqlstate: '42P01', message: 'no table orders' };
  assert.deepEqual(await error('spent', [1n, null], noTable), {
    code: 1,
    message: 'no table orders (SQLSTATE 42P01)',
    stack: 'at main.spent(0x1, 0x0) procedure/main.go:18',
  });
  assert.deepEqual(await error('spent', ['x', null]), {
    ...returned,
    message: 'parameter customerID: expected int64, found string',
  });
  const panic = await error('crash', [['a']]);
  assert.match(panic?.message ?? '', /index out of range \[3\] with length 1$/);
  assert.match(panic?.stack ?? '', /^at main\.crash\(.* \S*\.go:\d+$/);
});

test('mistakes in Go are reported with their place', async (context) => {
  if (compiled === null) return context.skip(absent);
  const cases: [string, string, RegExp][] = [
    ['func f() {}', 'invalid_function_definition', /marks no procedure/],
    ['//export f\nfunc f(x ...int) {}', 'compile_failed', /variable number of parameters/],
    ['//export f\nfunc f(x time.Month) {}', 'compile_failed', /cannot take a time\.Month/],
    ['//export f\nfunc f() int { return "a" }', 'compile_failed', /cannot use "a"/],
  ];
  for (const [body, name, message] of cases) {
    const source = join(directory, 'wrong.go');
    await writeFile(source, `package main\n\n${body}\n`);
    await assert.rejects(
      compileProcedure({ source, output: join(directory, 'wrong.wasm') }),
      (error) =>
        HeliosError.isInstance(error) &&
        error.name === name &&
        message.test(`${error.message} ${error.detail}`),
      body,
    );
  }
});
