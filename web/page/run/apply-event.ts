import type { Run, RunEvent, RunTask } from '../api/contract.ts';

const CANCELED = '57014';

/** The run after one more event of its stream; what the answer holds is read from the service. */
export function applyEvent(run: Run, event: RunEvent): Run {
  switch (event.type) {
    case 'plan-ready':
      // Another reading of the question starts over with tasks of its own.
      return { ...run, plan: event.plan, tasks: event.plan.tasks.map(waitingTask) };
    case 'task-start':
      return withTask(run, event.task, { state: 'running' });
    case 'task-progress':
      return withTask(run, event.task, { fraction: event.fraction });
    case 'task-end':
      return withTask(run, event.task, {
        state: 'done',
        rows: event.rowCount,
        ms: event.durationMs,
        fraction: null,
      });
    case 'task-error': {
      const state = event.error.sqlstate === CANCELED ? 'canceled' : 'failed';
      return withTask(run, event.task, { state, error: event.error, fraction: null });
    }
    default:
      // A newer service may tell more than this page knows.
      return run;
  }
}

function waitingTask({
  id,
  title,
  kind,
  dependsOn,
}: NonNullable<Run['plan']>['tasks'][number]): RunTask {
  const nothing = { rows: null, ms: null, fraction: null, error: null };
  return { id, title, kind, dependsOn, state: 'waiting', ...nothing };
}

function withTask(run: Run, id: string, change: Partial<RunTask>): Run {
  return {
    ...run,
    tasks: run.tasks.map((task) => (task.id === id ? { ...task, ...change } : task)),
  };
}
