/** Every configurable limit one below, at and one above its value, and its own range. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Session } from '../ddl/scene.ts';
import { createGuest, withSession } from '../ddl/scene.ts';

function create(entry: string, options: string): string {
  return `CREATE OR REPLACE PROCEDURE bounds(x BIGINT) RETURNS VARCHAR LANGUAGE wasm
    ENTRY '${entry}' SET (${options}) AS 'file://bounds.wat'`;
}

interface Boundary {
  readonly limit: string;
  readonly value: number;
  readonly entry: string;
  /** What the entry is asked for to use exactly the limit. */
  readonly atLimit: number;
  readonly sqlstate: string;
  readonly text: RegExp;
}

const BOUNDARIES: readonly Boundary[] = [
  {
    limit: 'memory_bytes_max',
    value: 5 * 65536,
    entry: 'pages',
    atLimit: 5,
    sqlstate: '53400',
    text: /limit 327680 bytes, current 131072 bytes, requested 393216 bytes/,
  },
  {
    limit: 'result_bytes_max',
    value: 1000,
    entry: 'result',
    atLimit: 1000,
    sqlstate: '53400',
    text: /limit 1000 bytes, returned 1001 bytes/,
  },
  {
    limit: 'queries_max',
    value: 7,
    entry: 'queries',
    atLimit: 7,
    sqlstate: '53400',
    text: /limit 7/,
  },
  {
    limit: 'query_rows_max',
    value: 3000,
    entry: 'rows',
    atLimit: 3000,
    sqlstate: '38000',
    text: /caused by 53400: .*more rows/,
  },
];

for (const { limit, value, entry, atLimit, sqlstate, text } of BOUNDARIES) {
  test(`${limit}: one below and exactly ${value} pass, one above fails with ${sqlstate}`, async () => {
    await withSession(async (session) => {
      await session.run(create(entry, `${limit} = ${value}`));
      for (const amount of [atLimit - 1, atLimit]) {
        const returned = String(await session.value(`SELECT bounds(${amount})`));
        assert.equal(entry === 'result' ? returned.length : Number(returned), amount);
      }
      const error = await session.error(`SELECT bounds(${atLimit + 1})`);
      assert.equal(error.sqlstate, sqlstate);
      assert.match(`${error.message}\n${error.detail}`, text);
      assert.equal(Number(await session.value('SELECT 1')), 1);
    });
  });
}

test('query_result_bytes_max: the size that just passes fails with one byte less', async () => {
  await withSession(async (session) => {
    const sizeOf = async (limit: number): Promise<string> => {
      await session.run(create('bytes', `query_result_bytes_max = ${limit}`));
      const outcome = await session.run('SELECT bounds(500)').then(
        () => 'passes',
        (error: { detail: string }) => error.detail,
      );
      return outcome;
    };
    let limit = 500;
    while ((await sizeOf(limit)) !== 'passes') limit += 1;
    assert(limit > 500 && limit < 800, `${limit} bytes`);
    assert.match(await sizeOf(limit - 1), /caused by 53400/);
  });
});

async function messages(session: Session): Promise<readonly string[]> {
  const { rows } = await session.connection.query(
    'SELECT message FROM heliosdb_logs() ORDER BY sequence',
  );
  return rows.map(([message]) => String(message));
}

for (const [limit, bound] of [
  ['log_messages_max', 5],
  ['log_bytes_max', 40],
] as const) {
  test(`${limit}: five messages of eight bytes are kept, a sixth is counted`, async () => {
    await withSession(async (session) => {
      await session.run(create('messages', `${limit} = ${bound}`));
      await session.value('SELECT bounds(4)');
      await session.value('SELECT bounds(5)');
      assert.deepEqual(
        await messages(session),
        Array.from({ length: 9 }, () => 'SELECT 1'),
      );
      await session.value('SELECT bounds(6)');
      const [dropped = '', ...more] = (await messages(session)).slice(14);
      assert.match(dropped, /messages were dropped: the call logged 6 in 48 bytes/);
      assert.deepEqual(more, []);
    });
  });
}

test('log_message_bytes_max: a message of that size is whole, a longer one is cut', async () => {
  await withSession(async (session) => {
    await session.run(create('message', 'log_message_bytes_max = 100'));
    for (const size of [99, 100, 101, 60_000]) await session.value(`SELECT bounds(${size})`);
    assert.deepEqual(
      (await messages(session)).map((message) => message.length),
      [99, 100, 100, 100],
    );
  });
});

test('every option takes its least and its greatest value, and none beyond', async () => {
  await withSession(async (session) => {
    const { rows } = await session.connection.query(
      "SELECT name, minimum, maximum FROM heliosdb_limits() WHERE kind = 'option'",
    );
    assert(rows.length >= 12);
    await session.run(createGuest('counter', { name: 'bounds', clauses: "ENTRY 'counter'" }));
    for (const [name, minimum, maximum] of rows as [string, bigint, bigint][]) {
      for (const value of [minimum, maximum]) {
        await session.run(`ALTER PROCEDURE bounds SET (${name} = ${value})`);
      }
      for (const value of [minimum - 1n, maximum + 1n]) {
        const { sqlstate } = await session.error(`ALTER PROCEDURE bounds SET (${name} = ${value})`);
        assert.match(sqlstate, /^(22023|42601)$/, `${name} = ${value}`);
      }
      await session.run(`ALTER PROCEDURE bounds SET (${name} = DEFAULT)`).catch(() => undefined);
    }
  });
});
