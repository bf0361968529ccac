import type { Database, SqlSession } from '#storage';

/** What a replay needs from the layers above. */
export interface ReplayPorts {
  /** Opens a database file for writing, with the engine. The caller closes it. */
  openDatabase(path: string): Promise<Database>;
  /** Runs a script that may hold statements about procedures. */
  runScript(connection: SqlSession, script: string): Promise<void>;
  /** Where copies are put; null means the system's temporary folder. */
  readonly directory: string | null;
}
