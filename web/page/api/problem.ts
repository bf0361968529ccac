/** What went wrong, as the service's catalogue of errors says it. */
export interface Problem {
  /** Null when no service answered. */
  readonly status: number | null;
  readonly sqlstate: string | null;
  readonly name: string | null;
  readonly message: string;
  readonly detail: string | null;
  readonly hint: string | null;
}

export class RequestError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.message);
    this.name = 'RequestError';
    this.problem = problem;
  }
}

const text = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? value : null;

/** Reads the body of a failed response; one that is not the service's own is named by its status. */
export function toProblem(status: number, body: unknown): Problem {
  const error = isRecord(body) && isRecord(body.error) ? body.error : {};
  return {
    status,
    sqlstate: text(error.sqlstate),
    name: text(error.name),
    message: text(error.message) ?? `the service answered with status ${status}`,
    detail: text(error.detail),
    hint: text(error.hint),
  };
}

/** What anything thrown means to people. */
export function problemOf(thrown: unknown): Problem {
  if (thrown instanceof RequestError) return thrown.problem;
  const nothing = { status: null, sqlstate: null, name: null };
  // This is how every browser reports that nobody answered.
  if (thrown instanceof TypeError) {
    return {
      ...nothing,
      message: 'the service does not answer',
      detail: null,
      hint: 'check that it is running; npm start or heliosdb serve starts it',
    };
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { ...nothing, message, detail: null, hint: null };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
