import assert from 'node:assert/strict';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { HeliosError } from '#core';
import type { Connection, QueryResult } from '#storage';
import { Database } from '#storage';
import type { ProcedureStatement } from '../ddl/index.ts';
import { encodeStatement } from '../ddl/index.ts';
import type { DefinitionPlan, DefinitionRequest, EnginePort } from './engine-port.ts';
import type { GatewayOptions, StatementResult } from './gateway.ts';
import { Gateway } from './gateway.ts';
import { MODULE_BYTES_MAX } from './module-file.ts';
import { transactionState } from './transaction.ts';

/** Stands in for the engine where its answers have to be chosen: half-way failures, notices. */
class ScriptedEngine implements EnginePort {
  readonly events: string[] = [];
  readonly requests: DefinitionRequest[] = [];
  answer: Partial<DefinitionPlan> = {};
  error: Error | null = null;
  /** Runs while a definition is being planned. */
  meanwhile: (() => Promise<void>) | null = null;
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async migrate(): Promise<void> {
    this.events.push('migrate');
    await this.#connection.run(
      `CREATE SCHEMA IF NOT EXISTS heliosdb;
       CREATE TABLE IF NOT EXISTS heliosdb.procedures (id TEXT, schema_name TEXT, name TEXT, volatility TEXT);
       CREATE TABLE IF NOT EXISTS heliosdb.procedure_versions (procedure_id TEXT, version INTEGER)`,
    );
  }

  async plan(request: DefinitionRequest): Promise<DefinitionPlan> {
    this.events.push('plan');
    this.requests.push(request);
    await this.meanwhile?.();
    if (this.error !== null) throw this.error;
    const { schema, name } = request.statement as ProcedureStatement;
    const statements = [
      `INSERT INTO heliosdb.procedures VALUES ('${name}', '${schema}', '${name}', 'STABLE')`,
      `CREATE MACRO "${name}"(a, b := 2) AS a * 10 + b`,
    ];
    return { statements, notices: [], needsNewTransaction: false, ...this.answer };
  }

  async refresh(): Promise<void> {
    this.events.push('refresh');
  }

  procedures(): Promise<QueryResult> {
    return this.#connection.query('FROM heliosdb.procedures');
  }
}

async function collect(results: AsyncIterable<StatementResult>): Promise<StatementResult[]> {
  const collected: StatementResult[] = [];
  for await (const result of results) collected.push(result);
  return collected;
}

interface Scene {
  readonly connection: Connection;
  readonly engine: ScriptedEngine;
  run(script: string): Promise<StatementResult[]>;
  fail(script: string): Promise<HeliosError>;
}

async function withScene(
  work: (scene: Scene) => Promise<void>,
  options: Partial<GatewayOptions> = {},
): Promise<void> {
  await using database = await Database.open({ path: ':memory:' });
  await using connection = await database.connect();
  const engine = new ScriptedEngine(connection);
  const access = { baseDirectory: null, allowFiles: false };
  const gateway = new Gateway(connection, { ...access, engine, ...options });
  const run = (script: string): Promise<StatementResult[]> => collect(gateway.execute(script));
  const fail = async (script: string): Promise<HeliosError> => {
    try {
      await run(script);
    } catch (error) {
      assert(HeliosError.isInstance(error), String(error));
      return error;
    }
    return assert.fail(`no error for ${script}`);
  };
  await work({ connection, engine, run, fail });
}

const create = (name: string): string =>
  `CREATE PROCEDURE ${name}(a BIGINT) RETURNS BIGINT LANGUAGE wasm AS 'AGFzbQ=='`;

test('statements of DuckDB pass, each with its result, text and offset', () =>
  withScene(async ({ run, engine }) => {
    const script =
      "CREATE TABLE t (a INT);\n INSERT INTO t VALUES (1), (2);; SELECT a, ';' FROM t -- x";
    const results = await run(script);
    assert.deepEqual(
      results.map(({ kind, rowCount }) => [kind, rowCount]),
      [
        ['ok', 0],
        ['ok', 2],
        ['rows', 2],
      ],
    );
    assert.equal(results[2]?.text, "SELECT a, ';' FROM t");
    assert.equal(script.indexOf('SELECT'), results[2]?.offset);
    assert.deepEqual(results[2]?.rows, [
      [1, ';'],
      [2, ';'],
    ]);
    assert.deepEqual(engine.events, []);
  }));

test('a failing statement leaves the earlier ones done and says which it is', () =>
  withScene(async ({ run, fail }) => {
    const script =
      'CREATE TABLE t (a INT); INSERT INTO t VALUES (1);\n  SELECT nosuch\nFROM t; SELECT 4';
    const error = await fail(script);
    assert.equal(error.sqlstate, '42703');
    assert.equal(error.fields.statement, 3);
    assert.equal(error.fields.offset, script.indexOf('nosuch'));
    assert.equal(error.fields.line, 2);
    assert.equal(error.fields.column, 10);
    assert.equal(error.detail, 'LINE 2:   SELECT nosuch\n                 ^');
    assert.equal((await run('FROM t'))[0]?.rowCount, 1);
  }));

test('an error in a long line points at the right character', () =>
  withScene(async ({ fail }) => {
    const padding = `'${'x'.repeat(300)}'`;
    const script = `SELECT 1; SELECT ${padding}, nosuch, ${padding}`;
    assert.equal((await fail(script)).fields.offset, script.indexOf('nosuch'));
  }));

test('a mistyped word gets a hint', () =>
  withScene(async ({ fail }) => {
    const error = await fail('CREATE PROCEDUR p() RETURNS INT');
    assert.equal(error.sqlstate, '42601');
    assert.equal(error.hint, 'Perhaps PROCEDURE was meant.');
    assert.equal((await fail('SELEC 1')).hint, null);
  }));

test('nothing runs when one of our statements has a syntax error', () =>
  withScene(async ({ run, fail }) => {
    const error = await fail('CREATE TABLE t (a INT); CREATE PROCEDURE p(a) RETURNS INT');
    assert.equal(error.fields.statement, 2);
    assert.equal(error.fields.offset, 44);
    assert.equal((await fail('FROM t')).sqlstate, '42P01');
    assert.deepEqual(await run(''), []);
  }));

test('a definition runs in a transaction of its own and is read afterwards', () =>
  withScene(async ({ run, engine, connection }) => {
    const results = await run(`${create('p')}; SELECT p(1)`);
    assert.deepEqual(engine.events, ['migrate', 'plan', 'refresh']);
    assert.deepEqual(
      results.map(({ kind }) => kind),
      ['ddl', 'rows'],
    );
    assert.deepEqual(results[1]?.rows, [[12]]);
    assert.equal(await transactionState(connection), 'none');
    const [request] = engine.requests;
    assert.deepEqual([...(request?.module ?? [])], [0, 0x61, 0x73, 0x6d]);
    assert.equal(request?.current, null);
    assert.match(
      encodeStatement(request?.statement ?? assert.fail()),
      /"schema":"main","name":"p"/,
    );
  }));

test('the registry is migrated once, before the first statement', () =>
  withScene(async ({ run, engine }) => {
    await run(`BEGIN; ${create('p')}; ROLLBACK`);
    await run(create('q'));
    assert.deepEqual(engine.events, ['migrate', 'plan', 'refresh', 'plan', 'refresh']);
  }));

test('DROP asks for no registry', () =>
  withScene(async ({ run, engine }) => {
    engine.answer = { statements: [], notices: ['nothing to drop'] };
    const [result] = await run('DROP PROCEDURE IF EXISTS p');
    assert.deepEqual(engine.events, ['plan']);
    assert.deepEqual(result?.notices, ['nothing to drop']);
  }));

test('the engine sees the rows of the name as the transaction sees them', () =>
  withScene(async ({ run, engine }) => {
    await run(`BEGIN; ${create('p')}`);
    await run(`${create('P')}`).catch(() => undefined);
    assert.deepEqual(JSON.parse(engine.requests[1]?.current ?? ''), [
      { id: 'p', schema_name: 'main', name: 'p', volatility: 'STABLE', versions: [] },
    ]);
  }));

test('a definition that fails half way leaves nothing behind', () =>
  withScene(async ({ run, fail, engine, connection }) => {
    await run('CREATE MACRO p(a) AS a');
    const error = await fail(`SELECT 1; ${create('p')}`);
    assert.equal(error.sqlstate, '42723');
    assert.equal(error.fields.statement, 2);
    assert.equal(await transactionState(connection), 'none');
    assert.equal((await run('FROM heliosdb.procedures'))[0]?.rowCount, 0);
    assert.deepEqual(engine.events, ['migrate', 'plan']);
  }));

test('a definition is planned again when the procedure changes meanwhile', () =>
  withScene(async ({ run, fail, engine, connection }) => {
    const change = async (): Promise<void> =>
      connection.run(
        "INSERT INTO heliosdb.procedures VALUES (gen_random_uuid()::TEXT, 'other', 'p', 'STABLE')",
      );
    engine.meanwhile = async () => {
      engine.meanwhile = null;
      await change();
    };
    await run(create('p'));
    assert.deepEqual(engine.events, ['migrate', 'plan', 'plan', 'refresh']);
    assert.match(engine.requests[1]?.current ?? '', /other/);
    engine.meanwhile = change;
    assert.equal((await fail(create('P'))).sqlstate, '40001');
    assert.equal(await transactionState(connection), 'none');
  }));

test('a definition that fails half way inside a transaction takes it along', () =>
  withScene(async ({ run, fail, connection }) => {
    await run(`CREATE MACRO p(a) AS a; ${create('q')}; BEGIN; CREATE TABLE t (a INT)`);
    assert.equal((await fail(create('p'))).sqlstate, '42723');
    assert.equal(await transactionState(connection), 'failed');
    assert.equal((await fail('SELECT 1')).sqlstate, '25P02');
    assert.equal((await fail(create('r'))).sqlstate, '25P02');
    await run('COMMIT');
    assert.equal((await fail('FROM t')).sqlstate, '42P01');
    assert.equal((await run('FROM heliosdb.procedures'))[0]?.rowCount, 1);
  }));

test('a definition that is refused leaves the transaction open', () =>
  withScene(async ({ run, fail, engine, connection }) => {
    await run(`${create('q')}; BEGIN; CREATE TABLE t (a INT)`);
    engine.error = new HeliosError('invalid_function_definition');
    assert.equal((await fail(create('p'))).sqlstate, '42P13');
    assert.equal(await transactionState(connection), 'open');
    await run('COMMIT; FROM t');
  }));

for (const end of ['COMMIT', 'ROLLBACK', 'end transaction', 'ABORT']) {
  test(`the engine reads again after ${end}`, () =>
    withScene(async ({ run, engine }) => {
      await run(`BEGIN; ${create('p')}; SELECT p(1)`);
      assert(!engine.events.includes('refresh'));
      await run(`${end}; SELECT 1`);
      assert.equal(engine.events.filter((event) => event === 'refresh').length, 1);
    }));
}

test('the engine reads again after a transaction that ended elsewhere', () =>
  withScene(async ({ run, engine, connection }) => {
    await run(`BEGIN; ${create('p')}`);
    await connection.run('COMMIT');
    await run('SELECT 1');
    assert.equal(engine.events.at(-1), 'refresh');
  }));

test('a failed COMMIT ends the transaction and keeps its own error', () =>
  withScene(async ({ run, fail, engine, connection }) => {
    await run(`CREATE TABLE k (a INT PRIMARY KEY); BEGIN; ${create('p')}`);
    assert.equal((await fail('INSERT INTO k VALUES (1), (1)')).sqlstate, '23505');
    assert.equal(await transactionState(connection), 'failed');
    await run('ROLLBACK');
    assert.equal(engine.events.at(-1), 'refresh');
  }));

test('a result type registered just now cannot be used in a transaction', () =>
  withScene(async ({ run, fail, engine }) => {
    engine.answer = { needsNewTransaction: true };
    await run(create('p'));
    assert.equal((await fail(`BEGIN; ${create('q')}`)).sqlstate, '25W01');
  }));

test("CALL of a procedure is a query, CALL of anything else is DuckDB's", () =>
  withScene(async ({ run, fail }) => {
    await run(create('p'));
    const [positional, named, qualified] = await run(
      'CALL p(1); call /* why */ P(b => 3, a := 1) ; CALL main.p(\n1, b := 1)',
    );
    assert.deepEqual(positional?.rows, [[12]]);
    assert.deepEqual(positional?.columns, [{ name: 'p', type: 'INTEGER' }]);
    assert.deepEqual(named?.rows, [[13]]);
    assert.deepEqual(qualified?.rows, [[11]]);
    assert.equal((await run('CALL pragma_version()'))[0]?.rowCount, 1);
    const error = await fail('SELECT 1; CALL p(nosuch)');
    assert.equal(error.sqlstate, '42703');
    assert.equal(error.fields.offset, 17);
  }));

test('for who calls only procedures, CALL is a query and the registry is not read', () =>
  withScene(
    async ({ run, fail }) => {
      await run('CREATE MACRO range(x) AS x + 40');
      assert.deepEqual((await run('CALL range(2)'))[0]?.rows, [[42]]);
      assert.equal((await fail('CALL pragma_version()')).sqlstate, '42000');
    },
    { callsOnlyProcedures: true },
  ));

test('places where a procedure cannot be called are refused with a reason', () =>
  withScene(async ({ run, fail }) => {
    await run(`${create('p')}; CREATE MACRO "Outer"(x) AS p(x) + 1; CREATE TABLE t (i INT, j INT);
      INSERT INTO t VALUES (1, 2)`);
    for (const statement of [
      'ALTER TABLE t ALTER COLUMN i SET DATA TYPE VARCHAR USING p(i)::VARCHAR',
      'ALTER TABLE t ALTER i TYPE VARCHAR USING CAST("outer" (i) AS VARCHAR)',
      'CREATE INDEX ix ON t (main.P(i))',
      'create unique index ix on t (/* */ outer(i))',
    ]) {
      const error = await fail(`SELECT 1; ${statement}`);
      assert.equal(error.sqlstate, '0A000', statement);
      assert.equal(error.fields.statement, 2);
    }
    await run('ALTER TABLE t ALTER i TYPE VARCHAR USING (i + 1)::VARCHAR');
    // The name alone, or in a string, calls nothing.
    await run("ALTER TABLE t ALTER j TYPE VARCHAR USING 'p(1)'; CREATE INDEX ix ON t (i)");
  }));

test('a module that may not be read is refused', () =>
  withScene(async ({ fail, run }) => {
    const from = (path: string): string =>
      `CREATE PROCEDURE p() RETURNS INT LANGUAGE wasm AS 'file://${path}'`;
    assert.equal((await fail(from('/tmp/x.wasm'))).sqlstate, '42501');
    await run('SELECT 1');
  }));

test('modules are read relative to the base directory', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'heliosdb-gateway-'));
  const from = (path: string): string =>
    `CREATE PROCEDURE p() RETURNS INT LANGUAGE wasm AS 'file://${path}'`;
  try {
    await writeFile(join(folder, 'a b.wasm'), Uint8Array.of(1, 2, 3));
    await writeFile(join(folder, 'large.wasm'), '');
    await truncate(join(folder, 'large.wasm'), MODULE_BYTES_MAX + 1);
    await withScene(
      async ({ run, fail, engine }) => {
        await run(from('./a b.wasm'));
        assert.deepEqual([...(engine.requests[0]?.module ?? [])], [1, 2, 3]);
        const missing = await fail(`SELECT 1; ${from('x/../nosuch.wasm')}`);
        assert.equal(missing.sqlstate, '58030');
        assert.equal(missing.detail, join(folder, 'nosuch.wasm'));
        assert.equal(missing.fields.statement, 2);
        assert.equal((await fail(from('.'))).sqlstate, '58030');
        assert.equal((await fail(from('large.wasm'))).sqlstate, '54000');
      },
      { baseDirectory: folder, allowFiles: true },
    );
    await withScene(
      async ({ run, fail }) => {
        assert.equal((await fail(from('a.wasm'))).sqlstate, '42501');
        await run(from(join(folder, 'a b.wasm')));
      },
      { baseDirectory: null, allowFiles: true },
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('without the engine, statements about procedures say so', async () => {
  await using database = await Database.open({ path: ':memory:' });
  await using connection = await database.connect();
  const gateway = new Gateway(connection, { baseDirectory: null, allowFiles: false });
  for (const statement of [create('p'), 'DROP PROCEDURE p', 'SHOW PROCEDURES']) {
    await assert.rejects(collect(gateway.execute(statement)), { name: 'engine_missing' });
  }
  assert.equal((await collect(gateway.execute('SELECT 1'))).length, 1);
});

test('notices reach the result and the listener', async () => {
  const heard: string[] = [];
  await withScene(
    async ({ run, engine }) => {
      engine.answer = { notices: ['version 2 is active'] };
      const [result] = await run(create('p'));
      assert.deepEqual(result?.notices, ['version 2 is active']);
      assert.deepEqual(heard, ['version 2 is active']);
    },
    { onNotice: (notice) => heard.push(notice) },
  );
});

test('leaving the loop early runs nothing more', () =>
  withScene(async ({ connection }) => {
    const gateway = new Gateway(connection, { baseDirectory: null, allowFiles: false });
    for await (const result of gateway.execute('SELECT 1; CREATE TABLE never (a INT)')) {
      assert.equal(result.rowCount, 1);
      break;
    }
    const { rowCount } = await connection.query("FROM duckdb_tables() WHERE table_name = 'never'");
    assert.equal(rowCount, 0);
  }));
