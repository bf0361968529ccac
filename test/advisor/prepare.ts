/** Makes the modules that workloads are made of, and the procedures. */
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compileProcedure, Gateway } from '#runtime';
import type { Database } from '#storage';
import { openSession } from '../ddl/scene.ts';
import type { Work } from './workloads.ts';
import { declarationOf } from './workloads.ts';

const GUESTS = join(import.meta.dirname, 'guests');

/** Compiles the sources, and makes the modules that differ from another in one thing only. */
export async function makeGuests(into: string): Promise<void> {
  for (const stem of ['queries', 'computing', 'chatty', 'swallowing', 'writing']) {
    await compileProcedure({
      source: join(GUESTS, `${stem}.py`),
      output: join(into, `${stem}.py.wasm`),
    });
  }
  const columns = await readFile(join(import.meta.dirname, '../columnar/guest.wasm'), 'latin1');
  await writeFile(join(into, 'columns.wasm'), columns, 'latin1');
  // Without the exports that take columns it is called for each row.
  const rows = columns.replaceAll('heliosdb_columnar/', 'heliosdb_kolumnar/');
  await writeFile(join(into, 'rows.wasm'), rows, 'latin1');
  const computing = await readFile(join(into, 'computing.py.wasm'));
  const section = Buffer.concat([Buffer.from([0, 12, 11]), Buffer.from('.debug_info')]);
  await writeFile(join(into, 'debugged.wasm'), Buffer.concat([computing, section]));
  const lookup = join(import.meta.dirname, '../guests/lookup.wat');
  await copyFile(lookup, join(into, 'lookup.wat'));
  const text = await readFile(join(GUESTS, 'many-rows.wat'), 'utf8');
  await writeFile(join(into, 'many-rows.wat'), text);
  await writeFile(join(into, 'many-rows-packed.wat'), text.replace(';; Format (', '('));
}

/** The file of a guest: what its source is compiled to, or itself. */
export function fileOf(guest: string): string {
  return guest.endsWith('.py') ? `${guest}.wasm` : guest;
}

/** Declares a procedure with a module of the folder, and lets it work. */
export async function prepare(database: Database, folder: string, work: Work): Promise<void> {
  const session = await openSession(database);
  const gateway = new Gateway(session.connection, { baseDirectory: folder, allowFiles: true });
  const define = async (guest: string, statement: string): Promise<void> => {
    for await (const _ of gateway.execute(`${statement} AS 'file://${fileOf(guest)}'`)) {
      // A definition has no rows.
    }
  };
  await define(work.guest, declarationOf(work));
  await work.run(session, define);
  await session.connection.close();
}
