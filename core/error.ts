import type { ErrorName } from './errors.generated.ts';
import { ERRORS } from './errors.generated.ts';

/** Values an error carries for programs; the catalogue names them for each error. */
export type ErrorFields = Readonly<
  Record<string, string | number | boolean | null | readonly string[]>
>;

/** What a raised error adds to its catalogue entry. */
export interface ErrorDetails {
  /** Replaces the catalogue's general message: short, factual, without "you". */
  readonly message?: string;
  /** Numbers, a path inside the input, or the text that was refused. */
  readonly detail?: string | null;
  /** What to try next, listing what exists. */
  readonly hint?: string | null;
  readonly fields?: ErrorFields;
  readonly cause?: unknown;
}

const MARKER = Symbol.for('heliosdb.error');

/**
 * The one error class of HeliosDB.
 *
 * `sqlstate`, `name` and `retryable` come from the catalogue (`core/errors.yaml`). Decide by these,
 * never by the text. Check with `HeliosError.isInstance`, which also recognises errors that come
 * from another copy of the package.
 */
export class HeliosError extends Error {
  readonly sqlstate: string;
  override readonly name: ErrorName;
  readonly detail: string | null;
  readonly hint: string | null;
  readonly fields: ErrorFields;
  readonly retryable: boolean;

  constructor(name: ErrorName, details: ErrorDetails = {}) {
    const entry = ERRORS[name];
    super(
      details.message ?? entry.message,
      details.cause === undefined ? undefined : { cause: details.cause },
    );
    this.sqlstate = entry.sqlstate;
    this.name = name;
    this.detail = details.detail ?? null;
    this.hint = details.hint ?? null;
    this.fields = details.fields ?? {};
    this.retryable = entry.retryable;
    Object.defineProperty(this, MARKER, { value: true });
  }

  /** Whether a caught value is a HeliosError, and if a name is given, that very error. */
  static isInstance(value: unknown, name?: ErrorName): value is HeliosError {
    if (!(value instanceof Error) || !(MARKER in value)) return false;
    return name === undefined || value.name === name;
  }

  /** The error as a value of an API: every key is present, absent things are null. */
  toJSON(): {
    sqlstate: string;
    name: ErrorName;
    message: string;
    detail: string | null;
    hint: string | null;
    fields: ErrorFields;
    retryable: boolean;
  } {
    return {
      sqlstate: this.sqlstate,
      name: this.name,
      message: this.message,
      detail: this.detail,
      hint: this.hint,
      fields: this.fields,
      retryable: this.retryable,
    };
  }
}

/** The catalogue name of a SQLSTATE, or null when the catalogue has none. */
export function errorNameOf(sqlstate: string): ErrorName | null {
  return NAME_BY_STATE.get(sqlstate) ?? null;
}

const NAME_BY_STATE: ReadonlyMap<string, ErrorName> = new Map(
  (Object.keys(ERRORS) as ErrorName[]).map((name) => [ERRORS[name].sqlstate, name]),
);

/**
 * Turns anything thrown into a HeliosError. What the operating system refused is an `io_error`;
 * anything else that is not one of ours is an internal error.
 */
export function toHeliosError(thrown: unknown): HeliosError {
  if (HeliosError.isInstance(thrown)) return thrown;
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  if (thrown instanceof Error && 'syscall' in thrown) {
    const path = 'path' in thrown && typeof thrown.path === 'string' ? thrown.path : undefined;
    const fields = path === undefined ? {} : { path };
    return new HeliosError('io_error', { detail: text, fields, cause: thrown });
  }
  return new HeliosError('internal_error', { detail: text, cause: thrown });
}
