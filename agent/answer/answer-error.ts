import { HeliosError, toHeliosError } from '#core';
import type { AnswerError } from './answer.ts';

/** An error as a part of an answer: the one that a person can act on, and the task it came from. */
export function toAnswerError(thrown: unknown): AnswerError {
  const outer = toHeliosError(thrown);
  const isWrapper = HeliosError.isInstance(outer, 'task_failed') && outer.cause !== undefined;
  const error = isWrapper ? toHeliosError(outer.cause) : outer;
  return {
    sqlstate: error.sqlstate,
    name: error.name,
    message: error.message,
    detail: error.detail,
    hint: error.hint,
    fields: error.fields,
    task: typeof outer.fields.task === 'string' ? outer.fields.task : null,
  };
}
