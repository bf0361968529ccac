/** Calls a procedure one statement after another until it is killed. */
import { openWithEngine } from '../ddl/scene.ts';

const database = await openWithEngine(process.argv[2]);
const connection = await database.connect();
for (let id = 0; ; id += 1) {
  await connection.query('SELECT lookup(?)', [BigInt(id % 100)]);
  if (id === 0) process.stdout.write('calling\n');
}
