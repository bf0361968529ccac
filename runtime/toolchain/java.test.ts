import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { HeliosError } from '#core';
import { callWithoutDatabase } from './fixtures/stand-in-host.ts';
import type { CompiledProcedure } from './index.ts';
import { compileProcedure } from './index.ts';

const SOURCE = `import static io.heliosdb.wasm.Heliosdb.*;
import io.heliosdb.wasm.*;
import java.math.BigDecimal;
import java.util.*;

final class Spent {
  record Total(String label, BigDecimal sum) {}

  /**
   * Adds up what a customer spent,
   * all of it.
   *
   * @param factor of the sum
   */
  @HeliosdbProcedure("spent")
  static double total(long customerId, Double factor, @Nullable String note) {
    if (customerId < 0) throw new IllegalStateException("no such customer");
    double sum = 0;
    for (Row row : heliosdbQuery("SELECT total FROM orders WHERE customer_id = ?", customerId)) {
      heliosdbLog("info", "adds " + row.get("total"));
      sum += row.getDouble("total");
    }
    return factor == null ? sum : sum * factor;
  }

  @HeliosdbProcedure
  static List<Total> totals(@SqlType("UINTEGER") long n, Map<String, List<Long>> by, Object any) {
    return List.of(new Total("a", BigDecimal.ONE));
  }

  @HeliosdbProcedure
  static void refuse() {
    heliosdbError(42, "not today");
  }
}
`;

let directory: string;
let compiled: CompiledProcedure | null = null;
/** Why nothing can be compiled here. */
let absent = 'Java is not installed';

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'heliosdb-java-test-'));
  const source = join(directory, 'Spent.java');
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

test('Java procedures are described by their declarations', (context) => {
  if (compiled === null) return context.skip(absent);
  assert.deepEqual(compiled.procedures, [
    {
      name: 'spent',
      comment: 'Adds up what a customer spent, all of it',
      parameters: [
        { name: 'customerId', type: 'BIGINT', nullable: false },
        { name: 'factor', type: 'DOUBLE', nullable: true },
        { name: 'note', type: 'VARCHAR', nullable: true },
      ],
      returns: 'DOUBLE',
    },
    {
      name: 'totals',
      comment: null,
      parameters: [
        { name: 'n', type: 'UINTEGER', nullable: false },
        { name: 'by', type: 'MAP(VARCHAR, BIGINT[])', nullable: false },
        { name: 'any', type: null, nullable: false },
      ],
      returns: 'STRUCT(label VARCHAR, sum DECIMAL)[]',
    },
    { name: 'refuse', comment: null, parameters: [], returns: null },
  ]);
  const systems = compiled.imports.filter(({ module }) => module !== 'heliosdb');
  assert.deepEqual(
    systems.map(({ name }) => name),
    ['fd_write'],
    'neither arguments nor a clock are asked for',
  );
});

test('a Java procedure queries, logs, returns and throws', async (context) => {
  if (compiled === null) return context.skip(absent);
  const module = new Uint8Array(await readFile(join(directory, 'spent.wasm')));
  const rows = { columns: ['total'], rows: [[1.25], [2.5]] };
  const outcome = await callWithoutDatabase({
    module,
    entry: 'spent',
    parameters: [7n, 2, null],
    onQuery: () => rows,
  });
  assert.deepEqual(outcome.logs, ['1 adds 1.25', '1 adds 2.5']);
  const seven = new Uint8Array(new Float64Array([7.5]).buffer);
  assert.deepEqual(outcome.returned, { type: 11, bytes: seven });
  const thrown = await callWithoutDatabase({ module, entry: 'spent', parameters: [-1n, 2, null] });
  assert.equal(thrown.error?.code, 1);
  assert.equal(thrown.error?.message, 'java.lang.IllegalStateException: no such customer');
  assert.match(thrown.error?.stack ?? '', /^at Spent\.total \(Spent\.java:\d+\)\n/);
  const refused = await callWithoutDatabase({ module, entry: 'refuse', parameters: [] });
  assert.deepEqual([refused.error?.code, refused.error?.message], [42, 'not today']);
  assert.match(refused.error?.stack ?? '', /^at Spent\.refuse \(Spent\.java:\d+\)\n/);
  const wrong = await callWithoutDatabase({ module, entry: 'spent', parameters: ['x', 2, null] });
  assert.deepEqual(wrong.error, {
    code: 1,
    message: 'parameter customerId: expected an integer, found a text',
    stack: '',
  });
});

test('mistakes in Java are reported with their place', async (context) => {
  if (compiled === null) return context.skip(absent);
  const cases: [string, string, RegExp][] = [
    ['static void f() {}', 'invalid_function_definition', /marks no procedure/],
    ['@HeliosdbProcedure static int f() { return "a"; }', 'compile_failed', /incompatible types/],
    ['@HeliosdbProcedure void f() {}', 'compile_failed', /a static method that is not private/],
    ['@HeliosdbProcedure static void f(Thread t) {}', 'compile_failed', /cannot take a java\.lang/],
    [
      '@HeliosdbProcedure static void f() throws Exception { new java.net.ServerSocket(1); }',
      'compile_failed',
      /java\.net\.ServerSocket/,
    ],
  ];
  for (const [body, name, message] of cases) {
    const source = join(directory, 'Wrong.java');
    await writeFile(source, `import io.heliosdb.wasm.*;\n\nfinal class Wrong {\n  ${body}\n}\n`);
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
