import { HeliosError } from '#core';
import type { CatalogSnapshot, Plan, Task } from '#planner';
import type { SqlSession } from '#storage';
import { compositeSql } from '../answer/composite-sql.ts';
import { guardBound } from '../execute/bound-guard.ts';
import { guardStatement } from '../execute/guard.ts';
import { checkWrite } from '../writes/check-write.ts';

/** What the guard or DuckDB's binder says against a plan. */
export interface PlanProblem {
  readonly message: string;
  /** The statement that is to blame. */
  readonly sql: string;
}

/** Checks a plan's statements, each by the guard, then the whole run by the binder; runs nothing. */
export async function checkPlan(
  connection: SqlSession,
  plan: Plan,
  catalog: CatalogSnapshot,
): Promise<PlanProblem | null> {
  const tasks: Task[] = [];
  for (const task of plan.tasks) {
    try {
      if (task.kind === 'write') {
        await checkWrite(connection, task.write, catalog);
        return null;
      }
      const relations = task.dependsOn;
      const sql = await guardStatement(connection, { sql: task.sql, catalog, relations });
      tasks.push({ ...task, sql });
    } catch (error) {
      return problemOf(error, task.sql, task.id);
    }
  }
  const sql = compositeSql({ ...plan, tasks });
  try {
    await guardBound(connection, { sql, catalog, scratch: null });
    return null;
  } catch (error) {
    return problemOf(error, sql, null);
  }
}

function problemOf(error: unknown, sql: string, task: string | null): PlanProblem {
  // What cancels a check is not the plan's fault.
  if (!HeliosError.isInstance(error) || error.sqlstate === '57014') throw error;
  const parts = [error.message, error.detail, error.hint].filter((part) => part !== null);
  return { message: `${task === null ? '' : `${task}: `}${parts.join('; ')}`, sql };
}
