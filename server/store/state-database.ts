import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureEngine } from '#runtime';
import { Database } from '#storage';

/** Where the service keeps what it remembers about a database. */
export interface StateDatabase {
  readonly database: Database;
  /** Closes it, unless it is the served database itself. */
  close(): Promise<void>;
}

/**
 * The served database with schema heliosdb in it, or, where that cannot be written, a database of
 * our own in `directory`.
 */
export async function openStateDatabase(
  served: Database,
  directory: string,
): Promise<StateDatabase> {
  if (!served.isReadOnly) {
    await migrate(served);
    return { database: served, close: async () => undefined };
  }
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const name = createHash('sha256').update(served.path).digest('hex').slice(0, 16);
  const database = await Database.open({
    path: join(directory, `service-${name}.duckdb`),
    extensions: [await ensureEngine()],
  });
  try {
    await migrate(database);
  } catch (error) {
    await database.close();
    throw error;
  }
  return { database, close: () => database.close() };
}

async function migrate(database: Database): Promise<void> {
  await database.withConnection((connection) => connection.run('SELECT heliosdb_migrate()'));
}
