import type { SqlDatabase } from '#storage';

/**
 * A private in-memory database, attached for the length of one run, that holds the results of its
 * tasks. Temporary tables would belong to one connection; these are seen by all of the run's, also
 * while the person's own database is read-only, and nothing of theirs is touched.
 */
export interface Scratch extends AsyncDisposable {
  /** The database's name. */
  readonly name: string;
  /** The qualified name of a task's result. */
  relation(task: string): string;
}

export async function attachScratch(database: SqlDatabase): Promise<Scratch> {
  // Unique also among the processes that share the database through its service.
  const name = `heliosdb_run_${crypto.randomUUID().replaceAll('-', '')}`;
  // READ_WRITE is said because an instance opened read-only refuses memory databases without it.
  await database.withConnection((connection) =>
    connection.run(`ATTACH ':memory:' AS ${name} (READ_WRITE)`),
  );
  return {
    name,
    relation: (task) => `${name}.main.${task}`,
    async [Symbol.asyncDispose]() {
      await database.withConnection((connection) =>
        connection.run(`DETACH DATABASE IF EXISTS ${name}`),
      );
    },
  };
}
