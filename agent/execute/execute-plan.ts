import type { SqlValue } from '#core';
import { HeliosError } from '#core';
import type { CatalogSnapshot, Plan, Task } from '#planner';
import type { SqlDatabase, SqlSession } from '#storage';
import type { AnswerColumn, TaskTiming } from '../answer/answer.ts';
import { toAnswerError } from '../answer/answer-error.ts';
import type { RunListener } from '../events.ts';
import type { RunLimits } from '../limits.ts';
import { guardBound } from './bound-guard.ts';
import { guardStatement } from './guard.ts';
import { cancelReason, interruptible } from './interruptible.ts';
import { withRelations } from './relation-sql.ts';
import { runInOrder } from './schedule.ts';
import type { Scratch } from './scratch.ts';
import { attachScratch } from './scratch.ts';

export interface ExecuteOptions {
  readonly plan: Plan;
  readonly catalog: CatalogSnapshot;
  readonly database: SqlDatabase;
  readonly signal: AbortSignal;
  readonly limits: RunLimits;
  readonly onEvent: RunListener;
}

export interface RunResult {
  readonly columns: readonly AnswerColumn[];
  readonly rows: readonly (readonly SqlValue[])[];
  /** Rows read; the result has at least this many when `isTruncated`. */
  readonly rowCount: number;
  readonly isTruncated: boolean;
  readonly tasks: readonly TaskTiming[];
}

type RelationRows = Pick<RunResult, 'columns' | 'rows' | 'rowCount' | 'isTruncated'>;

/**
 * Runs a plan. Results that other tasks read are stored once in a scratch database; the answer's own
 * relation is read as it comes, up to the limits. Whatever happens, nothing is left behind.
 */
export async function executePlan(options: ExecuteOptions): Promise<RunResult> {
  const { plan, database, limits, signal } = options;
  const last = plan.tasks.find((task) => task.id === plan.answer.from);
  if (last === undefined) {
    throw new HeliosError('invalid_plan', { detail: `no ${plan.answer.from} to answer from` });
  }
  if (plan.tasks.some(({ kind }) => kind === 'write')) {
    throw new HeliosError('invalid_plan', { detail: 'a write runs only when it is confirmed' });
  }
  const readByOthers = new Set(plan.tasks.flatMap((task) => task.dependsOn));
  const abort = new AbortController();
  const onAbort = () => abort.abort(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await using scratch = readByOthers.size > 0 ? await attachScratch(database) : null;
    const run = new Run(options, scratch, abort);
    let result: RelationRows | null = null;
    await runInOrder<Task>({
      tasks: plan.tasks,
      concurrencyMax: limits.concurrencyMax,
      abort,
      run: async (task) => {
        if (task !== last || readByOthers.has(task.id)) return run.store(task);
        result = await run.read(task);
      },
    });
    result ??= await run.readStored(last);
    return { ...(result as RelationRows), tasks: run.timings };
  } catch (error) {
    throw signal.aborted ? cancelReason(signal) : error;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

class Run {
  readonly timings: TaskTiming[] = [];
  readonly #options: ExecuteOptions;
  readonly #scratch: Scratch | null;
  readonly #abort: AbortController;

  constructor(options: ExecuteOptions, scratch: Scratch | null, abort: AbortController) {
    this.#options = options;
    this.#scratch = scratch;
    this.#abort = abort;
  }

  /** Evaluates a task into the scratch database. */
  async store(task: Task): Promise<void> {
    await this.#attempt(task, async (connection, statement) => {
      const relation = this.#relation(task.id);
      await connection.run(`CREATE TABLE ${relation} AS\n${statement}`);
      const counted = await connection.query(`SELECT count(*) FROM ${relation}`);
      return { rowCount: Number(counted.rows[0]?.[0]) };
    });
  }

  /** Evaluates a task that nothing reads and keeps its rows. */
  async read(task: Task): Promise<RelationRows> {
    return await this.#attempt(task, (connection, statement) =>
      this.#collect(connection, statement),
    );
  }

  /** Reads the rows of a task that was stored because others read it. */
  async readStored(task: Task): Promise<RelationRows> {
    const { database } = this.#options;
    return await database.withConnection((connection) =>
      interruptible({ connection, database }, this.#abort.signal, () =>
        this.#collect(connection, `FROM ${this.#relation(task.id)}`),
      ),
    );
  }

  async #attempt<R extends { readonly rowCount: number }>(
    task: Task,
    work: (connection: SqlSession, statement: string) => Promise<R>,
  ): Promise<R> {
    const { database, onEvent, catalog } = this.#options;
    onEvent({ type: 'task-start', task: task.id, title: task.title });
    const startedAt = performance.now();
    try {
      const result = await database.withConnection((connection) =>
        interruptible({ connection, database }, this.#abort.signal, async () => {
          const { sql, dependsOn: relations } = task;
          const allowed = await guardStatement(connection, { sql, catalog, relations });
          const statement = this.#statement({ ...task, sql: allowed });
          const scratch = this.#scratch?.name ?? null;
          await guardBound(connection, { sql: statement, catalog, scratch });
          return await work(connection, statement);
        }),
      );
      const durationMs = performance.now() - startedAt;
      this.timings.push({ task: task.id, rowCount: result.rowCount, durationMs });
      onEvent({ type: 'task-end', task: task.id, rowCount: result.rowCount, durationMs });
      return result;
    } catch (error) {
      const cause = this.#abort.signal.aborted ? cancelReason(this.#abort.signal) : error;
      const failure = new HeliosError('task_failed', { cause, fields: { task: task.id } });
      onEvent({ type: 'task-error', task: task.id, error: toAnswerError(failure) });
      throw failure;
    }
  }

  async #collect(connection: SqlSession, sql: string): Promise<RelationRows> {
    const { rowsMax, bytesMax } = this.#options.limits;
    const rows: (readonly SqlValue[])[] = [];
    let bytes = 0;
    const stream = await connection.stream(sql);
    for await (const chunk of stream) {
      for (const row of chunk) {
        bytes += sizeOf(row);
        if (rows.length >= rowsMax || bytes > bytesMax) {
          return { columns: stream.columns, rows, rowCount: rows.length, isTruncated: true };
        }
        rows.push(row);
      }
    }
    return { columns: stream.columns, rows, rowCount: rows.length, isTruncated: false };
  }

  #statement(task: Task): string {
    return withRelations(
      task.dependsOn.map((id) => ({
        name: id,
        sql: `FROM ${this.#relation(id)}`,
        isMaterialized: false,
      })),
      task.sql,
    );
  }

  #relation(task: string): string {
    if (this.#scratch === null) {
      throw new HeliosError('internal_error', { detail: `nothing was stored for ${task}` });
    }
    return this.#scratch.relation(task);
  }
}

// A bound on memory, not a measurement: texts by their length, everything else by a flat figure.
function sizeOf(row: readonly SqlValue[]): number {
  let bytes = 16;
  for (const value of row) bytes += typeof value === 'string' ? 2 * value.length + 16 : 16;
  return bytes;
}
