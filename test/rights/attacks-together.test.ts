/** The attacks again, as the queries of many rows that the engine answers together. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openAttackScene } from './attack-scene.ts';

test('no attack succeeds when the queries of many rows are answered together', async () => {
  const { session, families, state, close } = await openAttackScene();
  const untouched = await state();
  const alone = (statements: readonly string[]): boolean => statements.length === 1;
  const attacks = families.flatMap((family) => family.attacks.filter(alone).flat());
  const twins = families.flatMap((family) => family.twins.filter(alone).flat());
  const pairs = families
    .flatMap((family) => family.attacks)
    .filter(([first = '', ...rest]) => rest.length === 1 && first.startsWith('SELECT'));
  await session.run(
    'CREATE OR REPLACE TEMP TABLE tried (place INTEGER, kind VARCHAR, sql VARCHAR)',
  );
  const insert = 'INSERT INTO tried SELECT row, $1, $2 FROM range($3, $3 + 32) r(row)';
  for (const sql of twins) await session.connection.run(insert, ['twin', sql, 0]);
  for (const sql of attacks) await session.connection.run(insert, ['attack', sql, 0]);
  // The first of a pair is allowed and looks like the second, which is not.
  for (const [first = '', second = ''] of pairs) {
    await session.connection.run(insert, ['first', first, 0]);
    await session.connection.run(insert, ['attack', second, 0]);
  }
  const holes = await session.rows(`
    SELECT DISTINCT kind, sql FROM (
      SELECT kind, sql, collecting(sql) AS result FROM (FROM tried ORDER BY place, kind DESC)
    ) WHERE (kind = 'attack' AND result IS NOT NULL) OR (kind = 'twin' AND result IS NULL)`);
  await session.run('DROP TABLE tried');
  assert.deepEqual(holes, []);
  assert.equal(await state(), untouched);
  await close();
});
