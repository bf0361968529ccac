import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { HeliosError, toText } from '#core';
import type { CatalogSnapshot, Plan, Task } from '#planner';
import { Database, readCatalog } from '#storage';
import { compositeSql } from '../answer/composite-sql.ts';
import type { RunEvent } from '../events.ts';
import type { RunLimits } from '../limits.ts';
import { DEFAULT_RUN_LIMITS } from '../limits.ts';
import type { RunResult } from './execute-plan.ts';
import { executePlan } from './execute-plan.ts';

const SETUP = `
  CREATE SCHEMA other;
  CREATE TABLE customers AS
    SELECT range + 1 AS id, 'c' || range AS name, ['gold', 'platinum'][1 + range % 2] AS tier
    FROM range(100);
  CREATE TABLE orders AS SELECT range + 1 AS order_id, 1 + range % 100 AS customer_id,
    (range % 37 + 0.25)::DECIMAL(10,2) AS total FROM range(5000);
  CREATE TABLE other.rates AS SELECT 0.2::DECIMAL(4,2) AS rate;
  CREATE TYPE mood AS ENUM ('sad', 'happy');
  CREATE TABLE feelings AS SELECT 'happy'::mood AS mood;
  CREATE TABLE task1 AS SELECT 'a table of the person' AS mine;
  CREATE MACRO calculate_discount(total, rate) AS round(total * rate, 2);`;

let folder: string;
let database: Database;
let catalog: CatalogSnapshot;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'helios-run-'));
  const path = join(folder, 'data.duckdb');
  await using writable = await Database.open({ path });
  await writable.withConnection((connection) => connection.run(SETUP));
  await writable.close();
  database = await Database.open({ path, readOnly: true });
  catalog = await database.withConnection((connection) => readCatalog(connection));
});

after(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});

type TaskText = Pick<Task, 'sql'> & { readonly dependsOn?: readonly string[] };

function planOf(...texts: readonly TaskText[]): Plan {
  const tasks = texts.map(({ sql, dependsOn = [] }, index) => ({
    kind: 'query' as const,
    id: `task${index + 1}`,
    title: `Step ${index + 1}`,
    dependsOn: [...dependsOn],
    sql,
    columns: [],
  }));
  return {
    request: 'test',
    tasks,
    answer: { kind: 'answer', from: `task${texts.length}`, shape: 'table', template: null },
    assumptions: [],
    grounding: [],
  };
}

interface RunOptions {
  readonly limits?: Partial<RunLimits>;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: RunEvent) => void;
  readonly on?: Database;
}

async function run(plan: Plan, options: RunOptions = {}): Promise<RunResult> {
  return await executePlan({
    plan,
    catalog,
    database: options.on ?? database,
    signal: options.signal ?? new AbortController().signal,
    limits: { ...DEFAULT_RUN_LIMITS, ...options.limits },
    onEvent: options.onEvent ?? (() => {}),
  });
}

async function attached(): Promise<string[]> {
  const result = await database.withConnection((connection) =>
    connection.query('SELECT database_name FROM duckdb_databases() WHERE NOT internal'),
  );
  return result.rows.map(([name]) => String(name));
}

const DISCOUNTS = planOf(
  { sql: "SELECT id, name FROM customers WHERE tier = 'platinum'" },
  {
    sql: `SELECT c.id, c.name, calculate_discount(o.total, r.rate) AS discount
          FROM task1 AS c JOIN orders AS o ON o.customer_id = c.id CROSS JOIN other.rates AS r`,
    dependsOn: ['task1'],
  },
  {
    sql: `WITH sums AS (SELECT id, name, sum(discount) AS savings FROM task2 GROUP BY ALL)
          SELECT name, savings FROM sums ORDER BY savings DESC, name LIMIT 10;`,
    dependsOn: ['task2'],
  },
);

function texts(result: Pick<RunResult, 'rows'>): string[][] {
  return result.rows.map((row) => row.map((value) => toText(value)));
}

describe('executePlan', () => {
  it('reads earlier results by name, on a read-only database, and leaves nothing behind', async () => {
    const result = await run(DISCOUNTS);
    assert.deepEqual(
      result.columns.map(({ name, type }) => `${name} ${type}`),
      ['name VARCHAR', 'savings DECIMAL(38,2)'],
    );
    assert.equal(result.rowCount, 10);
    assert.deepEqual(
      result.tasks.map(({ task, rowCount }) => [task, rowCount]),
      [
        ['task1', 50],
        ['task2', 2500],
        ['task3', 10],
      ],
    );
    assert.deepEqual(await attached(), ['data']);
  });

  it('gives what its SQL as one statement gives', async () => {
    const result = await run(DISCOUNTS);
    const sql = compositeSql(DISCOUNTS);
    const direct = await database.withConnection((connection) => connection.query(sql));
    assert.deepEqual(texts(direct), texts(result));
    assert.deepEqual(direct.columns, result.columns);
  });

  it('runs independent tasks at the same time', async () => {
    const heavy = 'SELECT count(*) AS n FROM range(3000000) AS a(x) WHERE hash(x) % 7 = 0';
    const events: string[] = [];
    await run(
      planOf(
        { sql: heavy },
        { sql: heavy },
        { sql: 'SELECT a.n + b.n AS n FROM task1 AS a, task2 AS b', dependsOn: ['task1', 'task2'] },
      ),
      { onEvent: (event) => event.type.startsWith('task') && events.push(event.type) },
    );
    assert.deepEqual(events, [
      'task-start',
      'task-start',
      'task-end',
      'task-end',
      'task-start',
      'task-end',
    ]);
  });

  it('stores every type a column can have', async () => {
    const result = await run(
      planOf(
        {
          sql: `SELECT mood, {'a': 1, 'b': [1, 2]} AS s, MAP {'k': 1} AS m, DATE '2026-01-02' AS d,
                  TIMESTAMPTZ '2026-01-02 03:04:05+00' AS t, 1::HUGEINT AS h, NULL AS n, 'x'::BLOB AS b,
                  1 AS twice, 2 AS twice
                FROM feelings`,
        },
        { sql: 'FROM task1', dependsOn: ['task1'] },
      ),
    );
    assert.equal(result.rowCount, 1);
    assert.equal(result.columns.length, 10);
  });

  it('prefers an earlier result to a table of the same name', async () => {
    const result = await run(
      planOf({ sql: 'SELECT 42 AS n' }, { sql: 'SELECT n FROM task1', dependsOn: ['task1'] }),
    );
    assert.deepEqual(texts(result), [['42']]);
  });

  it('answers from a task that another one reads', async () => {
    const plan = planOf(
      { sql: 'SELECT 1 AS n UNION ALL SELECT 2 ORDER BY n DESC' },
      { sql: 'SELECT count(*) AS c FROM task1', dependsOn: ['task1'] },
    );
    const result = await run({ ...plan, answer: { ...plan.answer, from: 'task1' } });
    assert.deepEqual(texts(result), [['2'], ['1']]);
  });

  it('keeps runs on one database apart', async () => {
    const results = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        run(planOf({ sql: `SELECT ${index} AS n` }, { sql: 'FROM task1', dependsOn: ['task1'] })),
      ),
    );
    assert.deepEqual(
      results.map((result) => texts(result)[0]?.[0]),
      ['0', '1', '2', '3', '4', '5'],
    );
  });

  it('stops at the limit of rows and says so; exactly the limit is not too many', async () => {
    const plan = planOf({ sql: 'SELECT order_id FROM orders ORDER BY order_id' });
    const cut = await run(plan, { limits: { rowsMax: 4999 } });
    assert.deepEqual([cut.rowCount, cut.isTruncated], [4999, true]);
    const whole = await run(plan, { limits: { rowsMax: 5000 } });
    assert.deepEqual([whole.rowCount, whole.isTruncated], [5000, false]);
  });

  it('stops at the limit of bytes', async () => {
    const result = await run(planOf({ sql: "SELECT repeat('x', 1000) AS t FROM range(100)" }), {
      limits: { bytesMax: 20_000 },
    });
    assert.ok(result.isTruncated && result.rowCount > 0 && result.rowCount < 20);
  });
});

const ENDLESS =
  'SELECT count(*) AS n FROM range(100000000) AS a(x), range(100000) AS b(y) WHERE hash(x + y) = 1';

describe('a run that does not end well', () => {
  it('names the task and its cause, skips what follows and leaves nothing behind', async () => {
    const events: string[] = [];
    await assert.rejects(
      run(
        planOf(
          { sql: 'SELECT 1 AS n' },
          { sql: "SELECT error('broken ' || n) AS n FROM task1", dependsOn: ['task1'] },
          { sql: 'FROM task2', dependsOn: ['task2'] },
        ),
        {
          onEvent: (event) =>
            events.push('task' in event ? `${event.type} ${event.task}` : event.type),
        },
      ),
      (error) =>
        HeliosError.isInstance(error, 'task_failed') &&
        error.fields.task === 'task2' &&
        HeliosError.isInstance(error.cause),
    );
    assert.deepEqual(events, [
      'task-start task1',
      'task-end task1',
      'task-start task2',
      'task-error task2',
    ]);
    assert.deepEqual(await attached(), ['data']);
  });

  it('interrupts the tasks beside a failed one', async () => {
    const startedAt = performance.now();
    await assert.rejects(
      run(
        planOf(
          { sql: ENDLESS },
          { sql: "SELECT error('no') AS n" },
          { sql: 'FROM task1, task2', dependsOn: ['task1', 'task2'] },
        ),
      ),
      (error) => HeliosError.isInstance(error, 'task_failed') && error.fields.task === 'task2',
    );
    assert.ok(performance.now() - startedAt < 5000);
    assert.deepEqual(await attached(), ['data']);
  });

  it('ends with 57014 when it is cancelled', async () => {
    const abort = new AbortController();
    const running = run(planOf({ sql: ENDLESS }, { sql: 'FROM task1', dependsOn: ['task1'] }), {
      signal: abort.signal,
      onEvent: (event) => event.type === 'task-start' && abort.abort(),
    });
    await assert.rejects(running, { sqlstate: '57014' });
    assert.deepEqual(await attached(), ['data']);
  });

  it('runs nothing when it is cancelled before it begins', async () => {
    await assert.rejects(run(DISCOUNTS, { signal: AbortSignal.abort() }), { sqlstate: '57014' });
    assert.deepEqual(await attached(), ['data']);
  });

  it('ends with the reason of its signal where that is one of our errors', async () => {
    const abort = new AbortController();
    const running = run(planOf({ sql: ENDLESS }), {
      signal: abort.signal,
      onEvent: () => abort.abort(new HeliosError('query_canceled', { detail: 'time is over' })),
    });
    await assert.rejects(running, { detail: 'time is over' });
  });

  it('can be followed by another run on the same database', async () => {
    await assert.rejects(run(planOf({ sql: "SELECT error('no') AS n" })));
    assert.equal((await run(DISCOUNTS)).rowCount, 10);
  });

  it('refuses a cycle before anything runs', async () => {
    const plan = planOf(
      { sql: 'FROM task2', dependsOn: ['task2'] },
      { sql: 'FROM task1', dependsOn: ['task1'] },
    );
    await assert.rejects(run(plan), { name: 'cyclic_plan' });
  });
});

describe('the guard', () => {
  const refused = [
    'INSERT INTO orders VALUES (1, 2, 3)',
    'DROP TABLE orders',
    'SELECT 1; SELECT 2',
    'SELECT 1; DROP TABLE orders',
    '',
    '-- nothing',
    'PRAGMA version',
    "ATTACH ':memory:' AS x",
    "COPY orders TO '/tmp/stolen.csv'",
    'EXPLAIN ANALYZE SELECT 1',
    'CALL range(3)',
    'SET threads = 1',
    'SHOW TABLES',
    'DESCRIBE orders',
    "SELECT * FROM 'secret.csv'",
    "SELECT * FROM read_csv('secret.csv')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT (SELECT content FROM read_text('/etc/passwd')) AS a FROM orders",
    "SELECT * FROM query('SELECT 1')",
    "SELECT * FROM query_table('orders')",
    'SELECT * FROM duckdb_settings()',
    "SELECT * FROM glob('*')",
    "WITH a AS (SELECT * FROM '/etc/passwd') SELECT * FROM a",
    'WITH "/etc/passwd" AS (SELECT 1) SELECT * FROM (SELECT * FROM "/etc/passwd")',
    "SELECT nextval('s')",
    "SELECT getenv('HOME')",
    'SELECT * FROM nowhere.orders',
    'SELECT * FROM task7',
    'SELECT $1',
    "SELECT heliosdb_invoke_double('x', 1)",
    'SELEC 1',
  ];
  for (const sql of refused) {
    it(`refuses ${sql === '' ? 'an empty statement' : sql}`, async () => {
      await assert.rejects(run(planOf({ sql })), (error) => {
        assert.ok(HeliosError.isInstance(error, 'task_failed'));
        assert.ok(HeliosError.isInstance(error.cause));
        assert.match(error.cause.sqlstate, /^(PN001|42601)$/);
        return true;
      });
    });
  }

  const allowed = [
    'FROM orders LIMIT 1',
    'SELECT * FROM main.orders LIMIT 1',
    'SELECT * FROM "Orders" LIMIT 1',
    'VALUES (1)',
    'SELECT unnest([1, 2]) AS n',
    'SELECT * FROM range(3), unnest([1])',
    'WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 3) SELECT * FROM t',
    'SELECT o.total FROM orders AS o WHERE o.customer_id IN (SELECT id FROM customers) LIMIT 1',
    'SELECT calculate_discount(total, 0.1) AS d FROM orders LIMIT 1',
    '(SELECT 1 AS n) UNION ALL (SELECT 2) ORDER BY n',
  ];
  for (const sql of allowed) {
    it(`allows ${sql}`, async () => {
      assert.ok((await run(planOf({ sql }))).rowCount > 0);
    });
  }
});
