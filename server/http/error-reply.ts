import type { ErrorFields } from '#core';
import { HeliosError, toHeliosError } from '#core';

/** HTTP statuses by SQLSTATE; where no state matches, its class decides, then 500. */
const STATUS: Readonly<Record<string, number>> = {
  '08': 503,
  '0A': 501,
  '22': 400,
  '23': 409,
  '25': 409,
  '25006': 403,
  '28': 401,
  '2B': 409,
  '2F': 403,
  '38': 422,
  '38003': 403,
  '39': 422,
  '3D': 404,
  '3F': 404,
  '40': 409,
  '42': 400,
  '42501': 403,
  '42704': 404,
  '53': 503,
  '53300': 429,
  '54': 413,
  '55': 409,
  '57014': 504,
  IN: 503,
  NL: 422,
  PN: 422,
  US: 400,
};

export interface ErrorReply {
  readonly status: number;
  readonly body: {
    readonly error: {
      readonly sqlstate: string;
      readonly name: string;
      readonly message: string;
      readonly detail: string | null;
      readonly hint: string | null;
      /** Values for programs, which the catalogue names for each error. */
      readonly fields: ErrorFields;
    };
  };
}

/** The reply that reports an error. What is our own fault keeps its details to the log. */
export function errorReply(thrown: unknown): ErrorReply {
  const error = toOurs(thrown);
  const { sqlstate, name, message, detail, hint, fields } = error;
  const isOurFault = sqlstate === 'XX000';
  return {
    status: httpStatus(thrown) ?? STATUS[sqlstate] ?? STATUS[sqlstate.slice(0, 2)] ?? 500,
    body: {
      error: {
        sqlstate,
        name,
        message,
        detail: isOurFault ? null : detail,
        hint: isOurFault ? 'the log of the service says more' : hint,
        fields: isOurFault ? {} : fields,
      },
    },
  };
}

/** Errors of the web framework carry a status and become ours. */
function toOurs(thrown: unknown): HeliosError {
  const status = httpStatus(thrown);
  if (status === null || status >= 500) return toHeliosError(thrown);
  const message = (thrown as Error).message;
  if (status === 413) {
    return new HeliosError('program_limit_exceeded', {
      message: 'the request is too large',
      detail: message,
    });
  }
  return new HeliosError('invalid_parameter_value', {
    message: 'the request is malformed',
    detail: message,
  });
}

function httpStatus(thrown: unknown): number | null {
  if (HeliosError.isInstance(thrown) || !(thrown instanceof Error)) return null;
  const { statusCode } = thrown as { statusCode?: unknown };
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 600
    ? statusCode
    : null;
}
