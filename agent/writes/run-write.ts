import type { SqlValue } from '#core';
import { HeliosError } from '#core';
import type { CatalogSnapshot, WriteTask } from '#planner';
import { printWrite } from '#planner';
import type { SqlDatabase, SqlSession } from '#storage';
import type { AnswerColumn } from '../answer/answer.ts';
import { interruptible } from '../execute/interruptible.ts';
import { assertBound, checkCall, checkRowWrite } from './check-write.ts';
import type { PendingWrite } from './confirmations.ts';
import { callFingerprint, fingerprintOf } from './propose-write.ts';

export interface RunWriteOptions {
  readonly pending: PendingWrite;
  readonly catalog: CatalogSnapshot;
  readonly database: SqlDatabase;
  readonly signal: AbortSignal;
}

/** What a procedure returned; nothing for a change of rows. */
export interface WrittenResult {
  readonly columns: readonly AnswerColumn[];
  readonly rows: readonly (readonly SqlValue[])[];
}

/**
 * Makes a change that was confirmed, in one transaction: only if the rows are those that were
 * shown, and only if as many were changed as was said. Otherwise nothing is written.
 */
export async function runWrite(options: RunWriteOptions): Promise<WrittenResult> {
  const { pending, database } = options;
  const task = writeTaskOf(pending);
  return await database.withConnection((connection) =>
    task.write.operation === 'call'
      ? runCall(connection, task, options)
      : runRows(connection, task, options),
  );
}

/** The one task of a plan that changes data. */
export function writeTaskOf({ plan }: Pick<PendingWrite, 'plan'>): WriteTask {
  const [task, ...others] = plan.tasks;
  if (task?.kind === 'write' && others.length === 0 && task.sql === printWrite(task.write))
    return task;
  throw new HeliosError('invalid_plan', { detail: 'it is not one change' });
}

async function runRows(
  connection: SqlSession,
  task: WriteTask,
  { pending, catalog, database, signal }: RunWriteOptions,
): Promise<WrittenResult> {
  const { write } = task;
  if (write.operation === 'call') throw new RangeError('a call is no change of rows');
  await connection.run('BEGIN TRANSACTION');
  try {
    await interruptible({ connection, database }, signal, async () => {
      const checked = await checkRowWrite(connection, write, catalog);
      await assertBound(connection, write);
      const { fingerprint, rowCount } = await fingerprintOf(connection, checked);
      if (fingerprint !== pending.fingerprint) throw outdated(pending, rowCount);
      const { rowCount: changed } = await connection.query(task.sql);
      if (changed !== rowCount) throw outdated(pending, changed);
    });
    // Past this line it cannot be stopped any more: it is written, or it is an error.
    await connection.run('COMMIT');
    return { columns: [], rows: [] };
  } catch (error) {
    // A failed COMMIT has rolled back already; then there is nothing to roll back.
    await connection.run('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

// A procedure writes on a connection of its own: no transaction of ours would undo it.
async function runCall(
  connection: SqlSession,
  task: WriteTask,
  { pending, catalog, database, signal }: RunWriteOptions,
): Promise<WrittenResult> {
  return await interruptible({ connection, database }, signal, async () => {
    if (task.write.operation === 'call') await checkCall(connection, task.write, catalog);
    const fingerprint = await callFingerprint(connection, task, catalog);
    if (fingerprint !== pending.fingerprint) throw outdated(pending, null);
    return await connection.query(task.sql);
  });
}

function outdated({ confirmation }: PendingWrite, found: number | null): HeliosError {
  const shown = confirmation.rowCount;
  return new HeliosError('serialization_failure', {
    message: 'the data changed since the change was shown',
    detail:
      found === null || found === shown
        ? 'nothing was written; other values are there now'
        : `nothing was written; ${shown} rows were shown, ${found} would be changed now`,
    hint: 'ask for the change again, and confirm what is shown then',
    fields: { shown, found },
  });
}
