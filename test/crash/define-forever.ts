/**
 * Defines procedures in a database file until it is killed: creates, adds versions, switches,
 * renames, replaces and drops. Usage: define-forever.ts <database file> <seed>
 */
import { join } from 'node:path';
import { ensureEngine, Gateway } from '#runtime';
import { Database } from '#storage';
import { randomOf } from './random.ts';

const [path = '', seed = '1'] = process.argv.slice(2);
const random = randomOf(Number(seed));
const baseDirectory = join(import.meta.dirname, '..', 'guests');
const database = await Database.open({ path, extensions: [await ensureEngine()] });
const connection = await database.connect();
const gateway = new Gateway(connection, { baseDirectory, allowFiles: true });

const guest = (): string => `AS 'file://constant-${1 + random(2)}.wat'`;
const create = (name: string): string =>
  `CREATE OR REPLACE PROCEDURE ${name}(x BIGINT) RETURNS BIGINT LANGUAGE wasm ENTRY 'constant' ${guest()}`;
const STATEMENTS: readonly ((name: string) => string)[] = [
  create,
  create,
  (name) => `ALTER PROCEDURE ${name} VERSION ${2 + random(5)} ENTRY 'constant' ${guest()}`,
  (name) => `ALTER PROCEDURE ${name} USE VERSION ${1 + random(5)}`,
  (name) => `ALTER PROCEDURE ${name} RENAME TO ${name === 'a' ? 'b' : 'a'}`,
  (name) => `ALTER PROCEDURE ${name} SET (memory_bytes_max = ${65536 * (1 + random(9))})`,
  (name) => `DROP PROCEDURE IF EXISTS ${name}`,
  (name) => `BEGIN; DROP PROCEDURE IF EXISTS ${name}; ${create(name)}; COMMIT`,
  (name) => `BEGIN; ${create(name)}; ROLLBACK`,
  () => 'CHECKPOINT',
];

process.stdout.write('ready\n');
for (;;) {
  const statement = STATEMENTS[random(STATEMENTS.length)]?.(['a', 'b', 'c'][random(3)] ?? 'a');
  try {
    for await (const _ of gateway.execute(statement ?? ''));
  } catch {
    // Most fail at some moment: the name is taken, or the version does not exist.
    await connection.run('ROLLBACK').catch(() => undefined);
  }
}
