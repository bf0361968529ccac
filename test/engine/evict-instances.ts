/** Two procedures take turns where HELIOSDB_INSTANCES_MAX = 1 leaves room for one guest. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createGuest, openSession, openWithEngine } from '../ddl/scene.ts';

await using database = await openWithEngine();
const session = await openSession(database);
for (const name of ['a', 'b']) {
  await session.run(createGuest('counter', { name, clauses: "ENTRY 'counter' VOLATILE" }));
}
const counts: string[] = [];
for (const name of ['a', 'b', 'a', 'b']) {
  counts.push(String(await session.value(`SELECT ${name}(1)`)));
  // Time for a warm guest to take the only place.
  await sleep(100);
}
console.log(JSON.stringify({ counts }));
