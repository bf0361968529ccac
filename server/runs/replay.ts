import type { Answer, RunEvent } from '#agent';
import type { StoredRun } from '../store/run-store.ts';
import { EventLog } from './event-log.ts';
import type { Run } from './run.ts';

/** The events of a stored run, told again with the ids that they had. */
export function replay({ run, events }: StoredRun): EventLog {
  const log = new EventLog();
  for (const [type, task] of events) {
    const event = eventOf(run, type, task);
    if (event === null) log.skip();
    else log.append(type, JSON.stringify(event));
  }
  log.complete();
  return log;
}

function eventOf(run: Run, type: string, id: string | null): RunEvent | null {
  const task = run.tasks.find((candidate) => candidate.id === id);
  switch (type) {
    case 'plan-ready':
      return run.plan === null ? null : { type, plan: run.plan };
    case 'task-start':
      return task === undefined ? null : { type, task: task.id, title: task.title };
    case 'task-progress':
      return task === undefined ? null : { type, task: task.id, fraction: task.fraction ?? 0 };
    case 'task-end':
      return task === undefined
        ? null
        : { type, task: task.id, rowCount: task.rows ?? 0, durationMs: task.ms ?? 0 };
    case 'task-error':
      return task?.error === undefined || task.error === null
        ? null
        : { type, task: task.id, error: task.error };
    case 'answer':
      return { type, answer: answerOf(run) };
    default:
      return null;
  }
}

function answerOf(run: Run): Answer {
  const { status, answer, timings } = run;
  return {
    status: status === 'running' || status === 'canceled' ? 'failed' : status,
    question: run.question,
    answer: answer ?? '',
    columns: run.columns,
    rows: run.rows,
    rowCount: run.rowCount,
    isTruncated: run.isTruncated,
    sql: run.sql,
    plan: run.plan,
    plannedBy: run.plannedBy,
    assumptions: run.assumptions,
    grounding: run.grounding,
    chart: run.chart,
    clarification: run.clarification,
    confirmation: run.confirmation,
    refusal: run.refusal,
    error: run.error,
    timings: timings ?? { catalogMs: 0, planMs: 0, runMs: 0, totalMs: 0, tasks: [] },
  };
}
