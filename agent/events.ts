import type { Plan } from '#planner';
import type { Answer, AnswerError } from './answer/answer.ts';

/**
 * What a run tells while it happens. Every `task-start` is followed by exactly one
 * `task-end` or `task-error` of the same task; `answer` is always the last event.
 */
export type RunEvent =
  | { readonly type: 'plan-ready'; readonly plan: Plan }
  | { readonly type: 'task-start'; readonly task: string; readonly title: string }
  | {
      readonly type: 'task-progress';
      readonly task: string;
      /** Between 0 and 1, an estimate of DuckDB's. */
      readonly fraction: number;
    }
  | {
      readonly type: 'task-end';
      readonly task: string;
      readonly rowCount: number;
      readonly durationMs: number;
    }
  | { readonly type: 'task-error'; readonly task: string; readonly error: AnswerError }
  | { readonly type: 'answer'; readonly answer: Answer };

export type RunListener = (event: RunEvent) => void;
