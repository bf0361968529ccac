/** More guests than HELIOSDB_INSTANCES_MAX = 1 allows: by nesting, and by a crowd of sessions. */
import { HeliosError } from '#core';
import { createGuest, openSession, openWithEngine } from '../ddl/scene.ts';

await using database = await openWithEngine();
const session = await openSession(database);
await session.run(createGuest('nest'));
// The second level finds no place, and its caller hears of it.
const nested = await session.error('SELECT nest(1)');

await session.run(createGuest('spin', { clauses: "TIMEOUT '300ms'" }));
const sessions = await Promise.all(Array.from({ length: 4 }, () => database.connect()));
const crowd = await Promise.all(
  sessions.map((connection) =>
    connection.query('SELECT spin(1)').then(
      () => 'returned',
      (error: unknown) => (HeliosError.isInstance(error) ? error.sqlstate : String(error)),
    ),
  ),
);
await session.run(createGuest('identity'));
console.log(
  JSON.stringify({
    nested: nested.sqlstate,
    cause: /caused by 53400: [a-z ]+/.exec(String(nested.detail))?.[0] ?? nested.detail,
    crowd: [...new Set(crowd)].sort(),
    afterwards: String(await session.value('SELECT identity(2)')),
  }),
);
