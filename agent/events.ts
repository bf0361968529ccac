import type { Plan } from '#planner';
import type { Answer, AnswerError } from './answer/answer.ts';

/**
 * What a run tells while it happens. Every `task-start` is followed by exactly one
 * `task-end` or `task-error` of the same task; `answer` is always the last event. Events of a model
 * come before the plan's; with several candidates those of different attempts mix.
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
  | { readonly type: 'model-start'; readonly model: string; readonly attempt: number }
  /** A piece of the reply as it comes: raw text, for people who like to watch. */
  | { readonly type: 'model-delta'; readonly model: string; readonly text: string }
  | {
      readonly type: 'model-end';
      readonly model: string;
      readonly attempt: number;
      readonly promptTokens: number;
      readonly replyTokens: number;
      readonly isCached: boolean;
      readonly durationMs: number;
    }
  /** The model could not plan; the offline parser reads the question instead. */
  | { readonly type: 'model-error'; readonly model: string; readonly error: AnswerError }
  | { readonly type: 'answer'; readonly answer: Answer };

export type RunListener = (event: RunEvent) => void;
