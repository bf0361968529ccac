import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGuest, openSession, openWithEngine } from './scene.ts';

test('two databases of one process do not see each other', async () => {
  await using left = await openWithEngine();
  await using right = await openWithEngine();
  const one = await openSession(left);
  const two = await openSession(right);
  const clauses = "ENTRY 'constant'";
  await one.run(createGuest('constant-1', { name: 'p', parameters: '', clauses }));
  assert.equal((await two.error('SELECT p()')).sqlstate, '42883');
  await two.run(createGuest('constant-2', { name: 'p', parameters: '', clauses }));
  await two.run(createGuest('identity'));
  assert.equal(await one.value('SELECT p()'), 1n);
  assert.equal(await two.value('SELECT p()'), 2n);
  assert.equal((await one.run('SHOW PROCEDURES'))[0]?.rowCount, 1);
  await two.value('SELECT identity(1)');
  assert.equal(await one.logCount('identity'), 0);
  assert.equal(await two.logCount('identity'), 1);
});

test('sessions of one database define procedures at the same time', async () => {
  await using database = await openWithEngine();
  const sessions = await Promise.all(Array.from({ length: 4 }, () => openSession(database)));
  await sessions[0]?.run(createGuest('identity', { name: 'earlier', clauses: "ENTRY 'identity'" }));
  // Either may lose a race with a coded error; the registry and the functions agree afterwards.
  const outcomes: string[] = [];
  await Promise.all(
    sessions.map(async (session, index) => {
      for (const name of [`p${index}`, 'same', `q${index}`, 'other']) {
        const create = createGuest('identity', { name, clauses: "ENTRY 'identity'" });
        outcomes.push(
          await session.run(create).then(
            () => 'done',
            (error: { sqlstate: string }) => error.sqlstate,
          ),
        );
      }
    }),
  );
  for (const outcome of outcomes) assert.match(outcome, /^(done|42723|40001|42000)$/);
  const [session] = sessions;
  const count = await session?.value(`SELECT count(*) FROM heliosdb.procedures p
    JOIN duckdb_functions() f ON f.function_name = p.name AND f.function_type = 'macro'`);
  assert.equal(count, await session?.value('SELECT count(*) FROM heliosdb.procedures'));
  assert.equal(await session?.value('SELECT same(5)'), 5n);
});
