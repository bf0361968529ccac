/**
 * A chunk computed by one call must give what a call a row gives: the same results, errors and
 * log lines. Random values of every type; a failing run prints its seed (HELIOSDB_SEED repeats it).
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { Gateway } from '#runtime';
import type { Session } from '../ddl/scene.ts';
import { openSession, openWithEngine } from '../ddl/scene.ts';

const SEED = Number(process.env.HELIOSDB_SEED ?? Math.floor(Math.random() * 2 ** 31)) % 100_000;
const ROWS = 3000;

/** A result limit this small is checked at every return, so it keeps the engine from columns. */
const ONE_BY_ONE = 'SET (result_bytes_max = 63)';

const TEXTS = `['', '7', '007', 'ü', '🦆', 'O''Brien', repeat('x', (hash(i, ${SEED}) % 40)::INTEGER)][1 + i % 7]`;
const BYTES = `unhex(left(md5((i + ${SEED})::VARCHAR), 2 * (i % 14)::INTEGER))`;

/** Procedure, type, and an expression over `i` that gives its values. */
const ECHOES: readonly (readonly [string, string, string])[] = [
  ['bigint', 'BIGINT', `hash(i, ${SEED})::HUGEINT - 9223372036854775808`],
  ['tinyint', 'TINYINT', `(hash(i, ${SEED}) % 256)::INTEGER - 128`],
  ['uinteger', 'UINTEGER', `hash(i, ${SEED}) % 4294967296`],
  ['ubigint', 'UBIGINT', `hash(i, ${SEED})`],
  [
    'float',
    'FLOAT',
    `[1.5, 'nan', 'inf', '-inf', -0.0, 3.4e38, hash(i, ${SEED}) / 7][1 + i % 7]::FLOAT`,
  ],
  [
    'double',
    'DOUBLE',
    `[1.5, 'nan', 'inf', '-inf', -0.0, 1e308, hash(i, ${SEED}) / 7][1 + i % 7]::DOUBLE`,
  ],
  ['boolean', 'BOOLEAN', `hash(i, ${SEED}) % 2 = 0`],
  ['varchar', 'VARCHAR', TEXTS],
  ['lent_varchar', 'VARCHAR', TEXTS],
  ['blob', 'BLOB', BYTES],
  ['lent_blob', 'BLOB', BYTES],
  ['decimal', 'DECIMAL(9, 2)', `(hash(i, ${SEED}) % 1000000)::BIGINT / 100 - 5000`],
  ['decimal', 'DECIMAL(4, 1)', `(hash(i, ${SEED}) % 10000) / 10 - 500`],
  ['decimal', 'DECIMAL(18, 3)', `(hash(i, ${SEED}) % 1000000000000)::BIGINT / 1000 - 500000`],
  ['decimal', 'DECIMAL(38, 10)', `(hash(i, ${SEED})::HUGEINT * 7 - 5) / 1000`],
  ['date', 'DATE', `['infinity', '1600-02-29', '2024-12-31'][1 + i % 3]::DATE`],
  ['time', 'TIME', `TIME '00:00:00' + to_seconds(i % 86400)`],
  ['timestamp', 'TIMESTAMP', `['infinity', '1600-02-29 01:02:03.000004'][1 + i % 2]::TIMESTAMP`],
  ['timestamptz', 'TIMESTAMPTZ', `TIMESTAMPTZ '2024-01-01 00:00:00+00' + to_minutes(i)`],
];

async function prepare(session: Session): Promise<void> {
  await session.run('SET threads = 1');
  const gateway = new Gateway(session.connection, {
    baseDirectory: join(import.meta.dirname),
    allowFiles: true,
  });
  session.run = async (script) => {
    const results = [];
    for await (const result of gateway.execute(script)) results.push(result);
    return results;
  };
}

interface Definition {
  readonly entry: string;
  readonly parameters: string;
  readonly returns: string;
  readonly clauses?: string;
}

/** Defines an entry twice, as `together` and as `alone`. */
async function define(session: Session, definition: Definition): Promise<void> {
  const { entry, parameters, returns, clauses = '' } = definition;
  for (const name of ['together', 'alone']) {
    await session.run(`DROP PROCEDURE IF EXISTS ${name}`);
    await session.run(
      `CREATE PROCEDURE ${name}(${parameters}) RETURNS ${returns} LANGUAGE wasm
       ENTRY '${entry}' ${clauses} AS 'file://guest.wasm'`,
    );
  }
  await session.run(`ALTER PROCEDURE alone ${ONE_BY_ONE}`);
}

/** Rows that `together`, as it is defined now, computed together. */
async function columnarRows(session: Session): Promise<number> {
  const { rows } = await session.connection.query(`
    SELECT sum(columnar_rows)::INTEGER FROM heliosdb_metrics() m
    JOIN heliosdb_procedures() p ON p.name = m.procedure AND p.id = m.procedure_id
    WHERE procedure = 'together'`);
  return (rows[0]?.[0] ?? 0) as number;
}

test(`every type comes back as it went (seed ${SEED})`, async (t) => {
  await using database = await openWithEngine();
  const session = await openSession(database);
  await prepare(session);
  for (const [echo, type, expression] of ECHOES) {
    for (const onNull of ['', 'CALLED ON NULL INPUT']) {
      await t.test(`${type} ${onNull}`, async () => {
        await define(session, {
          entry: `echo_${echo}`,
          parameters: `value ${type}, turn BIGINT`,
          returns: type,
          clauses: onNull,
        });
        const { rows } = await session.connection.query(`
          SELECT i, v, together(v, i), alone(v, i) FROM (
            SELECT i, CASE WHEN hash(i, ${SEED + 1}) % 6 > 0 THEN (${expression})::${type} END AS v
            FROM range(${ROWS}) r(i))
          WHERE together(v, i) IS DISTINCT FROM alone(v, i) LIMIT 3`);
        assert.deepEqual(rows, []);
        // Values beyond BIGINT are returned one by one.
        if (echo !== 'ubigint') assert((await columnarRows(session)) > ROWS / 2);
      });
    }
  }
});

test('lists, and numbers of other types, are columns too', async () => {
  await using database = await openWithEngine();
  const session = await openSession(database);
  await prepare(session);
  const cases = [
    [
      'sum_list',
      'BIGINT[]',
      'CASE i % 3 WHEN 0 THEN NULL WHEN 1 THEN [] ELSE [i, 2, -5] END',
      'BIGINT',
    ],
    ['as_double', 'DECIMAL(12, 4)', 'i / 7', 'DOUBLE'],
    ['as_double', 'INTEGER', 'i - 50', 'DOUBLE'],
    ['as_double', 'FLOAT', 'i / 3', 'DECIMAL(18, 3)'],
  ];
  for (const [entry, type, expression, returns] of cases) {
    await define(session, {
      entry: entry ?? '',
      parameters: `value ${type}, turn BIGINT`,
      returns: returns ?? '',
    });
    const sql = `SELECT list(f(v, i) ORDER BY i) FROM (SELECT i, (${expression})::${type} AS v FROM range(3000) r(i))`;
    const answers = [];
    for (const name of ['together', 'alone']) {
      answers.push((await session.connection.query(sql.replace('f(', `${name}(`))).rows);
    }
    assert.deepEqual(answers[0], answers[1]);
    assert((await columnarRows(session)) > 0, `${entry} ${type}`);
  }
});

test('borrowed texts and bytes are those of their row, and rows with NULL are left out', async () => {
  await using database = await openWithEngine();
  const session = await openSession(database);
  await prepare(session);
  await define(session, {
    entry: 'lent_length',
    parameters: 'text VARCHAR, bytes BLOB',
    returns: 'BIGINT',
  });
  const { rows } = await session.connection.query(`
    SELECT i, together(t, b), alone(t, b) FROM (
      SELECT i, CASE WHEN i % 5 > 0 THEN ${TEXTS} END AS t, CASE WHEN i % 3 > 0 THEN ${BYTES} END AS b
      FROM range(${ROWS}) r(i))
    WHERE together(t, b) IS DISTINCT FROM alone(t, b)
      OR together(t, b) IS NULL IS DISTINCT FROM (t IS NULL OR b IS NULL)
      OR together(t, b) // 100000 <> length(t) LIMIT 3`);
  assert.deepEqual(rows, []);
  assert((await columnarRows(session)) > ROWS / 3);
});

test('rows that fail, fail alike', async () => {
  await using database = await openWithEngine();
  const session = await openSession(database);
  await prepare(session);
  for (const onError of ['NULL', 'FAIL']) {
    await define(session, {
      entry: 'refuse',
      parameters: 'value BIGINT, turn BIGINT',
      returns: 'BIGINT',
      clauses: `ON ERROR ${onError}`,
    });
    const outcomes = [];
    for (const name of ['together', 'alone']) {
      const sql = `SELECT list(${name}(i + ${SEED}, i) ORDER BY i) FROM range(3000) r(i)`;
      const outcome = await session.connection.query(sql).then(
        ({ rows }) => rows,
        (error: Error) => error.message.replaceAll(name, ''),
      );
      const logs = await session.connection.query(
        'SELECT level, message FROM heliosdb_logs() WHERE procedure = ? ORDER BY sequence',
        [name],
      );
      outcomes.push({
        outcome,
        logs: logs.rows.map(([level, message]) => [level, String(message).replaceAll(name, '')]),
      });
    }
    assert.deepEqual(outcomes[0], outcomes[1]);
  }
});

test('a row that never ends is stopped', async () => {
  await using database = await openWithEngine();
  const session = await openSession(database);
  await prepare(session);
  await define(session, {
    entry: 'spin_at',
    parameters: 'value BIGINT, turn BIGINT',
    returns: 'BIGINT',
  });
  await session.run('ALTER PROCEDURE together SET (timeout_ms = 300)');
  const sum = await session.value('SELECT sum(together(i, -1))::INTEGER FROM range(70) r(i)');
  assert.equal(sum, 2415);
  const error = await session.error('SELECT sum(together(i, -1)) FROM range(100) r(i)');
  assert.equal(error.sqlstate, '57014');
});

test('chunks that do not fit the guest are split', async () => {
  await using database = await openWithEngine();
  const session = await openSession(database);
  await prepare(session);
  await define(session, {
    entry: 'echo_varchar',
    parameters: 'value VARCHAR, turn BIGINT',
    returns: 'VARCHAR',
  });
  const value = await session.value(
    "SELECT count(*)::INTEGER FROM range(2000) r(i) WHERE together(repeat('x', 10000 + i::INTEGER % 5), i) = repeat('x', 10000 + i::INTEGER % 5)",
  );
  assert.equal(value, 2000 - Math.floor(2000 / 7));
  assert((await columnarRows(session)) > 1000);
  // Where NULLs come from and go to, parts do not begin at a multiple of 64 rows.
  const { rows } = await session.connection.query(`
    SELECT i, left(v, 10), left(together(v, i), 10) FROM (
      SELECT i, CASE WHEN hash(i, ${SEED}) % 4 > 0 THEN repeat('y', 10000 + i::INTEGER % 5) END AS v
      FROM range(2000) r(i))
    WHERE together(v, i) IS DISTINCT FROM CASE WHEN i % 7 < 6 THEN v END LIMIT 3`);
  assert.deepEqual(rows, []);
});

test('rows are left out in any pattern', async () => {
  await using database = await openWithEngine();
  const session = await openSession(database);
  await prepare(session);
  const patterns = [
    'true',
    'i % 64 > 0',
    'i % 64 = 63',
    'i // 64 % 2 = 0',
    'i // 100 % 3 > 0',
    'i // 2048 = 1',
    `hash(i, ${SEED}) % 2 = 0`,
  ];
  for (const [entry, type, expression] of ECHOES.filter(([echo]) =>
    ['bigint', 'boolean', 'varchar', 'date'].includes(echo),
  )) {
    await define(session, {
      entry: `echo_${entry}`,
      parameters: `value ${type}, turn BIGINT`,
      returns: type,
    });
    for (const pattern of patterns) {
      const { rows } = await session.connection.query(`
        SELECT i, v, together(v, i) FROM (
          SELECT i, CASE WHEN ${pattern} THEN (${expression})::${type} END AS v FROM range(5000) r(i))
        WHERE together(v, i) IS DISTINCT FROM CASE WHEN i % 7 < 6 THEN v END LIMIT 3`);
      assert.deepEqual(rows, [], `${type} where ${pattern}`);
    }
    assert((await columnarRows(session)) > 0, type);
  }
});

test('memory that was freed serves again, whatever it was used for', async () => {
  await using database = await openWithEngine();
  const session = await openSession(database);
  await prepare(session);
  await define(session, {
    entry: 'churn',
    parameters: 'value BIGINT, turn BIGINT',
    returns: 'BIGINT',
    clauses: "MEMORY '16MB'",
  });
  // Were 9 MB of small blocks not to become a block of 9 MB, or not each time, it would not fit.
  const { rows } = await session.connection.query(
    `SELECT sum(together(${SEED} + i, i))::INTEGER FROM range(5) r(i)`,
  );
  assert.deepEqual(rows, [[5 * SEED + 20]]);
});

test('a guest is asked for room again only when more is needed', async () => {
  await using database = await openWithEngine();
  const session = await openSession(database);
  await prepare(session);
  await session.run(
    "CREATE PROCEDURE asked(value BIGINT) RETURNS BIGINT LANGUAGE wasm ENTRY 'asked' AS 'file://asked.wat'",
  );
  const { rows } = await session.connection.query(
    'SELECT min(asked(i))::INTEGER, max(asked(i))::INTEGER, count(asked(i))::INTEGER FROM range(10000) r(i)',
  );
  assert.deepEqual(rows, [[1, 1, 10_000]]);
});

test('a macro may name its procedure by a text, as earlier ones do', async () => {
  await using database = await openWithEngine();
  const session = await openSession(database);
  await prepare(session);
  await define(session, {
    entry: 'echo_bigint',
    parameters: 'value BIGINT, turn BIGINT',
    returns: 'BIGINT',
  });
  const id = await session.value("SELECT id FROM heliosdb_procedures() WHERE name = 'together'");
  const macro = (argument: string) => `heliosdb_invoke_bigint(${argument}, NULL, i, i)`;
  for (const argument of [`'${id}'`, `CAST('${id}' AS ENUM('${id}'))`]) {
    const { rows } = await session.connection.query(
      `SELECT i FROM range(3000) r(i) WHERE ${macro(argument)} IS DISTINCT FROM together(i, i)`,
    );
    assert.deepEqual(rows, []);
  }
  const definition = await session.value(
    "SELECT macro_definition FROM duckdb_functions() WHERE function_name = 'together'",
  );
  assert.match(String(definition), /CAST\(NULL AS "?ENUM"?\('[0-9a-f-]+'\)/);
});
