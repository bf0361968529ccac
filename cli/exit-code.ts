import type { Answer, AnswerError } from '#agent';

/** What the program's exit code says. Documented in `docs/cli.md` and in the help. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  refused: 3,
  clarify: 4,
  /** `advise --check` or `diff` found something that should be done. */
  findings: 5,
  /** `advise --check` had no history to judge by. */
  nothingToJudge: 6,
  /** A change was shown and waits to be confirmed. */
  unconfirmed: 7,
  /** 128 + SIGINT. */
  cancelled: 130,
  /** 128 + SIGPIPE: whoever read the output went away. */
  brokenPipe: 141,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_MEANINGS: readonly (readonly [ExitCode, string])[] = [
  [EXIT.ok, 'done'],
  [EXIT.failed, 'something failed; stderr has the code and what to try'],
  [EXIT.usage, 'the command line is wrong; nothing was done'],
  [EXIT.refused, 'the question was not understood, or may not be answered'],
  [EXIT.clarify, 'the question has more than one reading; stderr lists them'],
  [EXIT.findings, 'advise --check, diff: something should be done'],
  [EXIT.nothingToJudge, 'advise --check: no calls were recorded to judge by'],
  [EXIT.unconfirmed, 'a change was shown and not confirmed; nothing was written'],
  [EXIT.cancelled, 'cancelled with Ctrl-C'],
  [EXIT.brokenPipe, 'the reader of the output closed it'],
];

/** The exit code for an error that ended a command. */
export function exitCodeOf(error: Pick<AnswerError, 'sqlstate'>, isInterrupted: boolean): ExitCode {
  if (error.sqlstate === 'US001') return EXIT.usage;
  // A deadline also cancels with 57014; only a person's interrupt counts as cancelled.
  if (error.sqlstate === '57014' && isInterrupted) return EXIT.cancelled;
  return EXIT.failed;
}

/** The exit code for an answer. */
export function answerExitCode({ status, error }: Answer, isInterrupted: boolean): ExitCode {
  switch (status) {
    case 'ok':
      return EXIT.ok;
    case 'confirm':
      return EXIT.unconfirmed;
    case 'clarify':
      return EXIT.clarify;
    case 'refused':
      return EXIT.refused;
    case 'failed':
      return error === null ? EXIT.failed : exitCodeOf(error, isInterrupted);
  }
}
