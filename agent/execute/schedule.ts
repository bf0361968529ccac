import { HeliosError } from '#core';

export interface Schedulable {
  readonly id: string;
  readonly dependsOn: readonly string[];
}

export interface ScheduleOptions<T extends Schedulable> {
  readonly tasks: readonly T[];
  readonly concurrencyMax: number;
  /** Aborted by the schedule itself when a task fails, so that the others stop early. */
  readonly abort: AbortController;
  readonly run: (task: T) => Promise<void>;
}

/**
 * Runs every task once, after all it depends on and with at most `concurrencyMax` at a time. Ready
 * tasks start in the plan's order. The first failure is thrown after every started task has settled,
 * so the caller may clean up behind them.
 */
export async function runInOrder<T extends Schedulable>({
  tasks,
  concurrencyMax,
  abort,
  run,
}: ScheduleOptions<T>): Promise<void> {
  assertAcyclic(tasks);
  const waiting = new Set(tasks);
  const finished = new Set<string>();
  const running = new Map<string, Promise<void>>();
  let failure: { readonly error: unknown } | null = null;

  while (waiting.size > 0 || running.size > 0) {
    if (failure === null && !abort.signal.aborted) {
      for (const task of waiting) {
        if (running.size >= concurrencyMax) break;
        if (!task.dependsOn.every((id) => finished.has(id))) continue;
        waiting.delete(task);
        const settled = run(task)
          .then(() => void finished.add(task.id))
          .catch((error: unknown) => {
            failure ??= { error };
            // The others stop too; what is reported is this failure, not theirs.
            abort.abort(new HeliosError('query_canceled', { detail: `${task.id} failed` }));
          })
          .finally(() => running.delete(task.id));
        running.set(task.id, settled);
      }
    }
    // Nothing runs although something waits: the run was stopped.
    if (running.size === 0) break;
    await Promise.race(running.values());
  }
  if (failure !== null) throw (failure as { readonly error: unknown }).error;
  abort.signal.throwIfAborted();
}

/** Throws unless every dependency exists, ids are unique and no task waits for itself. */
export function assertAcyclic(tasks: readonly Schedulable[]): void {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  if (byId.size !== tasks.length) {
    throw new HeliosError('invalid_plan', { detail: 'two tasks have the same id' });
  }
  const state = new Map<string, 'visiting' | 'done'>();
  const visit = (task: Schedulable, path: readonly string[]): void => {
    if (state.get(task.id) === 'done') return;
    if (state.get(task.id) === 'visiting') {
      const cycle = [...path.slice(path.indexOf(task.id)), task.id];
      throw new HeliosError('cyclic_plan', {
        detail: cycle.join(' → '),
        fields: { tasks: cycle },
      });
    }
    state.set(task.id, 'visiting');
    for (const id of task.dependsOn) {
      const dependency = byId.get(id);
      if (dependency === undefined) {
        throw new HeliosError('invalid_plan', { detail: `${task.id} depends on missing ${id}` });
      }
      visit(dependency, [...path, task.id]);
    }
    state.set(task.id, 'done');
  };
  for (const task of tasks) visit(task, []);
}
