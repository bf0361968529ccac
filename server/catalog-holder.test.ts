import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Database } from '#storage';
import { CatalogHolder } from './catalog-holder.ts';

const ADD_TURN =
  'INSERT INTO heliosdb.conversation_turns SELECT $1, coalesce(max(turn), 0) + 1\nFROM heliosdb.conversation_turns';

describe('the snapshot of a service', () => {
  const cases: readonly (readonly [string, readonly string[], boolean])[] = [
    ['reading', ['SELECT 1', '-- a note\nFROM t'], true],
    ['adding to a conversation', ['BEGIN TRANSACTION', ADD_TURN, 'COMMIT'], true],
    ['a transaction that reads', ['BEGIN', 'FROM t', 'COMMIT;'], true],
    ['writing', ['INSERT INTO t VALUES (1)'], false],
    ['more after the end of a transaction', ['COMMIT; DROP TABLE t'], false],
    ['more after adding to a conversation', [`${ADD_TURN}; DROP TABLE t`], false],
    ['remembering SQL', ["INSERT INTO heliosdb.verified_questions VALUES ('a', 'b')"], false],
  ];
  for (const [what, statements, isKept] of cases) {
    it(`${isKept ? 'holds after' : 'is read anew after'} ${what}`, async () => {
      await using scene = await makeScene();
      const before = scene.holder.get();
      const note = scene.holder.followSession();
      for (const sql of statements) note(sql);
      assert.equal(scene.holder.get() === before, isKept);
    });
  }

  it('is read anew when a transaction that has written commits', async () => {
    await using scene = await makeScene();
    const note = scene.holder.followSession();
    note('BEGIN');
    note('UPDATE t SET a = 2');
    // Somebody asks before the commit and gets what was there.
    const meanwhile = scene.holder.get();
    note('COMMIT');
    assert.notEqual(scene.holder.get(), meanwhile);
  });
});

async function makeScene() {
  const database = await Database.open({ path: ':memory:' });
  await database.withConnection((connection) => connection.run('CREATE TABLE t AS SELECT 1 AS a'));
  const holder = new CatalogHolder({
    database,
    semanticsFile: null,
    stateDirectory: '.',
    stopping: new AbortController().signal,
  });
  return {
    holder,
    async [Symbol.asyncDispose]() {
      await holder.get();
      await database.close();
    },
  };
}
