import type { ReplayPorts } from '#advisor';
import { HeliosError } from '#core';
import { ensureEngine, Gateway } from '#runtime';
import { Database } from '#storage';

export interface OpenDatabaseOptions {
  /** A file, or `:memory:`. */
  readonly path: string;
  /** Opened read-only, the file may be open in other read-only processes too. */
  readonly isReadOnly: boolean;
  /** `if-used` loads the engine only when the database holds procedures. */
  readonly engine: 'always' | 'if-used';
  /** Told what is being prepared, when that takes a while. */
  readonly onProgress?: (text: string) => void;
  /** Ends the building of the engine. */
  readonly signal?: AbortSignal;
}

/** Opens a database with everything it needs to run its procedures. The caller closes it. */
export async function openDatabase(options: OpenDatabaseOptions): Promise<Database> {
  const { path, isReadOnly: readOnly } = options;
  if (options.engine === 'if-used') {
    const database = await Database.open({ path, readOnly });
    if (!(await usesEngine(database))) return database;
    await database.close();
  }
  const { onProgress, signal } = options;
  const extension = await ensureEngine({
    ...(onProgress === undefined ? {} : { onProgress }),
    ...(signal === undefined ? {} : { signal }),
  });
  return await Database.open({ path, readOnly, extensions: [extension] });
}

async function usesEngine(database: Database): Promise<boolean> {
  try {
    const result = await database.withConnection((connection) =>
      connection.query(
        `SELECT 1 FROM duckdb_schemas()
         WHERE database_name = current_database() AND schema_name = 'heliosdb'`,
      ),
    );
    return result.rows.length > 0;
  } catch (error) {
    // A catalog that refers to functions of the engine may not even be listed without it.
    if (HeliosError.isInstance(error) && error.sqlstate.startsWith('42')) return true;
    await database.close();
    throw error;
  }
}

/** What the advisor replays and applies with. Copies are put below the directory, if there is one. */
export function createReplayPorts(directory: string | null = null): ReplayPorts {
  return {
    directory,
    openDatabase: (path) => openDatabase({ path, isReadOnly: false, engine: 'always' }),
    async runScript(connection, script) {
      const gateway = new Gateway(connection, { baseDirectory: null, allowFiles: false });
      for await (const _ of gateway.execute(script)) {
        // Nothing to read: changes have no rows.
      }
    },
  };
}
