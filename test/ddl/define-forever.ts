/** Defines and drops procedures in a database file until it is killed: `node define-forever.ts FILE`. */
import { createGuest, openSession, openWithEngine } from './scene.ts';

const database = await openWithEngine(process.argv[2]);
const { run } = await openSession(database);
for (let round = 0; ; round += 1) {
  const name = `p${round % 3}`;
  const clauses = "ENTRY 'constant'";
  await run(`DROP PROCEDURE IF EXISTS ${name}`);
  await run(createGuest('constant-1', { name, parameters: '', clauses }));
  await run(`ALTER PROCEDURE ${name} VERSION 2 ENTRY 'constant' AS 'file://constant-2.wat'`);
  await run(`ALTER PROCEDURE ${name} USE VERSION 1`);
  if (round % 4 === 0) await run('CHECKPOINT');
  process.stdout.write('.');
}
