import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Sample } from './run-cli.ts';
import { makeSample, runCli } from './run-cli.ts';

let sample: Sample;

before(async () => {
  sample = await makeSample();
});

after(() => sample[Symbol.asyncDispose]());

function sql(script: string, ...options: readonly string[]) {
  return runCli(['sql', script, '--db', sample.file, ...options]);
}

describe('heliosdb sql', () => {
  it('prints each result as a table, and nothing else, on stdout', async () => {
    const { code, out, err } = await sql(
      "SELECT 1 AS a, NULL AS b, 'NULL' AS c; CREATE TEMP TABLE t AS SELECT 1; SELECT 'x' || chr(10) AS d;",
    );
    assert.deepEqual([code, err], [0, '']);
    assert.equal(out, "a │    b │ c\n──┼──────┼───────\n1 │ NULL │ 'NULL'\n\nd\n───\nx\\n\n");
  });

  it('prints JSON, one result a line, and CSV', async () => {
    const json = await sql(
      "SELECT 1.50::DECIMAL(9,2) AS d, [1, 2] AS l; SELECT 'a' AS t",
      '--json',
    );
    assert.deepEqual(
      json.out
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { rows: unknown }).rows),
      [[[1.5, [1, 2]]], [['a']]],
    );
    const csv = await sql(`SELECT 'a,"b"' AS t, NULL AS n, '' AS e`, '--csv');
    assert.equal(csv.out, 't,n,e\r\n"a,""b""",,""\r\n');
  });

  it('stops at the first error with its place, and keeps what ran before', async () => {
    const { code, out, err } = await sql(
      'CREATE TABLE kept AS SELECT 1 AS n; FROM kept; SELECT nothing; SELECT 2',
    );
    assert.equal(code, 1);
    assert.match(out, /n\n─\n1\n/);
    assert.doesNotMatch(out, /2/);
    assert.match(err, /42703/);
    assert.equal((await sql('FROM kept', '--csv')).out, 'n\r\n1\r\n');
  });

  it('reads a script from standard input and from a file', async () => {
    const piped = await runCli(['sql', '--csv', '--db', ':memory:'], { input: 'SELECT 7 AS n' });
    assert.equal(piped.out, 'n\r\n7\r\n');
    const folder = join(sample.folder, 'scripts');
    await mkdir(folder);
    await writeFile(join(folder, 'seven.sql'), 'SELECT 7 AS n;\n-- the end\n');
    const read = await runCli([
      'sql',
      '-f',
      join(folder, 'seven.sql'),
      '--csv',
      '--db',
      ':memory:',
    ]);
    assert.equal(read.out, 'n\r\n7\r\n');
  });

  it('says how many rows it did not print, and refuses to hold too many', async () => {
    const table = await sql('FROM range(1500)', '--limit', '10');
    assert.equal(table.out.trimEnd().split('\n').length, 12);
    assert.match(table.err, /1,490 more rows/);
    const csv = await sql('FROM range(1000001)', '--csv');
    assert.equal(csv.code, 1);
    assert.match(csv.err, /54000/);
  });

  it('creates a database that is not there, and says so', async () => {
    const file = join(sample.folder, 'fresh.duckdb');
    const { code, err } = await runCli(['sql', 'CREATE TABLE t (n INT)', '--db', file]);
    assert.equal(code, 0);
    assert.match(err, /creating database/);
    assert.equal(
      (await runCli(['sql', 'SELECT count(*) AS n FROM t', '--csv', '--db', file])).out,
      'n\r\n0\r\n',
    );
  });

  it('is interrupted at once, with code 130', async () => {
    const { code, out, err } = await runCli(
      [
        'sql',
        'SELECT 1 AS started; SELECT count(*) FROM range(100000000) a(x), range(100000) b(y) WHERE hash(x + y) = 1',
        '--db',
        ':memory:',
      ],
      { interruptAt: 'started' },
    );
    assert.equal(code, 130, err);
    assert.match(out, /started/);
    assert.match(err, /57014/);
  });

  it('interrupts a procedure that never returns', async () => {
    const module = '(module (memory (export "memory") 1) (func (export "spin") (loop (br 0))))';
    const { code, err } = await runCli(
      [
        'sql',
        `CREATE PROCEDURE spin() RETURNS BIGINT LANGUAGE wasm AS '${module}';
         SELECT 1 AS started; SELECT spin()`,
        '--db',
        ':memory:',
      ],
      { interruptAt: 'started' },
    );
    assert.equal(code, 130, err);
    assert.match(err, /57014/);
  });

  it('ends with 141 and no word when its reader goes away', async () => {
    const { code, err } = await runCli(
      [
        'sql',
        "SELECT range, repeat('x', 100) AS t FROM range(500000)",
        '--csv',
        '--db',
        ':memory:',
      ],
      { closesOutput: true },
    );
    assert.deepEqual([code, err], [141, '']);
  });

  const wrong: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['two scripts', ['sql', 'SELECT 1', 'SELECT 2'], /one script/],
    ['a script and a file', ['sql', 'SELECT 1', '-f', 'x.sql'], /argument or a file/],
    ['two formats', ['sql', 'SELECT 1', '--json', '--csv'], /exclude/],
    ['arguments to the shell', ['shell', 'SELECT 1'], /no arguments/],
  ];
  for (const [what, args, message] of wrong) {
    it(`ends with code 2 for ${what}`, async () => {
      const { code, err } = await runCli(args);
      assert.equal(code, 2);
      assert.match(err, message);
    });
  }

  it('fails with 58P01 for a script file that is missing', async () => {
    const { code, err } = await runCli(['sql', '-f', join(sample.folder, 'no.sql')]);
    assert.equal(code, 1);
    assert.match(err, /58P01/);
  });
});

describe('procedures', () => {
  it('are defined, listed, called and refused with their code, and the session goes on', async () => {
    const trap = '(module (memory (export "memory") 1) (func (export "trap") unreachable))';
    const created = await sql(
      `CREATE PROCEDURE trap(a BIGINT) RETURNS BIGINT LANGUAGE wasm AS '${trap}'`,
    );
    assert.deepEqual([created.code, created.out], [0, ''], created.err);
    const listed = await runCli(['procedures', '--db', sample.file]);
    assert.match(listed.out, /trap\(a BIGINT\)/);
    const json = await runCli(['procedures', '--db', sample.file, '--json']);
    assert.equal((JSON.parse(json.out) as { name: string }[])[0]?.name, 'trap');
    const shell = await runCli(['shell', '--db', sample.file], {
      input: "SELECT trap(1);\nSELECT 'alive' AS state;\n",
    });
    assert.match(shell.err, /39W01/);
    assert.match(shell.out, /alive/);
    assert.equal((await sql('DROP PROCEDURE trap')).code, 0);
  });

  const guests = {
    trap: ['unreachable', '39W01'],
    spin: ['(loop (br 0))', '57014'],
    grow: [
      '(if (i32.eq (memory.grow (i32.const 1600)) (i32.const -1)) (then unreachable))',
      '53400',
    ],
  } as const;
  it('fail their own statement when they trap, never return or ask for 100 MB', async () => {
    const script = Object.entries(guests).map(
      ([name, [body]]) =>
        `CREATE PROCEDURE ${name}() RETURNS BIGINT LANGUAGE wasm TIMEOUT '100ms'
           AS '(module (memory (export "memory") 1) (func (export "${name}") ${body}))';
         SELECT ${name}();
         SELECT 'alive after ${name}' AS state;`,
    );
    const { code, out, err } = await runCli(['shell', '--db', ':memory:'], {
      input: script.join('\n'),
    });
    assert.equal(code, 1);
    assert.deepEqual(
      [...err.matchAll(/^ +code +(\w+)/gm)].map((match) => match[1]),
      Object.values(guests).map(([, state]) => state),
      err,
    );
    for (const name of Object.keys(guests)) assert.ok(out.includes(`alive after ${name}`), out);
  });

  it('tell the code and the stack of their own errors, to people and to programs', async () => {
    const script = `CREATE PROCEDURE refuse() RETURNS BIGINT LANGUAGE wasm AS '(module
      (import "heliosdb" "heliosdb_error_stack" (func $e (param i32 i32 i32 i32 i32)))
      (memory (export "memory") 1) (data (i32.const 0) "no stock") (data (i32.const 9) "at f\\0aat g")
      (func (export "refuse")
        (call $e (i32.const 4021) (i32.const 0) (i32.const 8) (i32.const 9) (i32.const 9))))';
      SELECT refuse()`;
    const told = await runCli(['sql', script, '--db', ':memory:']);
    assert.equal(
      told.err,
      'error: no stock\n  code    38000 external_routine_exception, 4021 in refuse\n' +
        '  stack   at f\n          at g\n',
    );
    const json = await runCli(['sql', script, '--db', ':memory:', '--json']);
    assert.equal(json.code, 1);
    const { error } = JSON.parse(json.err) as {
      error: { sqlstate: string; fields: Record<string, unknown> };
    };
    const { procedure, code, stack } = error.fields;
    assert.deepEqual(
      [error.sqlstate, procedure, code, stack],
      ['38000', 'refuse', 4021, 'at f\nat g'],
    );
  });

  it('have neither logs nor figures in a database that ran none', async () => {
    const file = join(sample.folder, 'idle.duckdb');
    await runCli(['sql', 'SELECT 1', '--db', file]);
    for (const command of ['logs', 'metrics', 'procedures']) {
      const { code, out, err } = await runCli([command, '--db', file]);
      assert.deepEqual([code, out], [0, '']);
      assert.match(err, /^no /);
    }
  });
});

describe('heliosdb shell, from a pipe', () => {
  function shell(input: string) {
    return runCli(['shell', '--db', sample.file], { input });
  }

  it('runs statements over several lines, without prompts', async () => {
    const { code, out, err } = await shell(
      "SELECT 'a\n;b' AS x; -- why\nSELECT 2\nAS y\n;\nSELECT 3 AS z",
    );
    assert.deepEqual([code, err], [0, '']);
    assert.deepEqual(
      out.split('\n').filter((line) => /^[xyz]$/.test(line)),
      ['x', 'y', 'z'],
    );
  });

  it('goes on after an error and ends with code 1', async () => {
    const { code, out, err } = await shell('SELECT nothing;\n.timr on\nSELECT 5 AS five;\n');
    assert.equal(code, 1);
    assert.match(err, /42703/);
    assert.match(err, /did you mean \.timer\?/);
    assert.match(out, /five/);
  });

  it('lists tables and schemas, answers questions, and leaves', async () => {
    const { out, err } = await shell(
      '.tables\n.schema orders\n.ask How many orders are there?\n.timer on\nSELECT 1;\n.quit\nSELECT 9 AS never;\n',
    );
    assert.match(out, /main +│ orders/);
    assert.match(out, /CREATE TABLE orders/);
    assert.match(out, /2,000/);
    assert.match(err, /1 row {2}[\d.]+ ms/);
    assert.doesNotMatch(out, /never/);
  });

  it('keeps one session: a transaction spans statements', async () => {
    const { out } = await shell(
      "BEGIN;\nCREATE TABLE gone (n INT);\nROLLBACK;\nSELECT count(*) AS n FROM duckdb_tables() WHERE table_name = 'gone';\n",
    );
    assert.match(out, /n\n─\n0\n/);
  });
});
