import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGuest, openSession, openWithEngine } from './scene.ts';

// A mixed statement returns two versions in one row; a failed one throws. Both were seen on
// designs that settle the version when a statement is bound or when a thread starts.
test('versions are swapped under load: no statement fails and none mixes them', async () => {
  await using database = await openWithEngine();
  const swapper = await openSession(database);
  const clauses = "ENTRY 'constant'";
  await swapper.run(createGuest('constant-1', { name: 'p', parameters: 'x BIGINT', clauses }));
  await swapper.run("ALTER PROCEDURE p VERSION 2 ENTRY 'constant' AS 'file://constant-2.wat'");
  let isOver = false;
  const seen = new Set<bigint>();
  const load = Array.from({ length: 2 }, async () => {
    await using connection = await database.connect();
    // Several occurrences, and enough row groups for both threads.
    using prepared = await connection.prepare(
      'SELECT min(p(i % 7)), max(p(i % 7)), min(p(i % 5 + 9)), max(p(-1)) FROM range(150000) r(i)',
    );
    let executionCount = 0;
    while (!isOver) {
      const [row = []] = (await prepared.query()).rows;
      assert.equal(new Set(row).size, 1, `versions mixed: ${row}`);
      seen.add(row[0] as bigint);
      executionCount += 1;
    }
    return executionCount;
  });
  for (let swapCount = 0; swapCount < 20; swapCount += 1) {
    await swapper.run(`ALTER PROCEDURE p USE VERSION ${1 + (swapCount % 2)}`);
    // The next swap comes when a statement has run in between.
    await swapper.value('SELECT p(0)');
  }
  isOver = true;
  for (const executionCount of await Promise.all(load)) assert(executionCount > 0);
  assert.deepEqual([...seen].sort(), [1n, 2n]);
});
