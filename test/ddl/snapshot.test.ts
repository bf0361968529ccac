import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGuest, openSession, openWithEngine } from './scene.ts';

// The calls of a statement run on several threads, each with a transaction of its own. Had one of
// them begun after a commit that another did not see, two values would come out.
test('all calls of a statement see one snapshot', async () => {
  await using database = await openWithEngine();
  const writer = await openSession(database);
  await writer.run('CREATE TABLE lookup AS SELECT i AS id, 0::BIGINT AS v FROM range(50) r(i)');
  await writer.run(createGuest('lookup'));
  let isOver = false;
  const writing = (async () => {
    let writeCount = 0;
    for (; !isOver; writeCount += 1) await writer.run(`UPDATE lookup SET v = ${writeCount}`);
    return writeCount;
  })();
  const reader = await openSession(database);
  const seen = new Set<unknown>();
  for (let readCount = 0; readCount < 12; readCount += 1) {
    const [row = []] = await reader.rows(
      'SELECT min(lookup(i % 50)), max(lookup(i % 50)), count(*) FROM range(150000) r(i)',
    );
    assert.equal(row[0], row[1], 'one statement saw two states of the table');
    assert.equal(row[2], 150_000n);
    seen.add(row[0]);
  }
  isOver = true;
  assert((await writing) > 0);
  assert(seen.size > 1, 'no write fell between two reads, so nothing was tested');
});
