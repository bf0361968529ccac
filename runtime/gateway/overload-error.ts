/** Says calls of overloaded procedures as people wrote them. */
import { HeliosError } from '#core';

/** The set of functions behind a name, with the two arguments that are not the caller's. */
const INTERNAL = /heliosdb_overloads_(\w*?)_[0-9a-f]{16}\([^,()]*, [^,()]*(?:, )?/g;
const MISSING = /(?:, )?STRUCT\("?heliosdb_missing"? BOOLEAN\)/g;

/** The same error with the procedure's name in place of the internal function's. */
export function nameOverloads(error: HeliosError): HeliosError {
  const rename = (text: string): string => text.replaceAll(INTERNAL, '$1(').replaceAll(MISSING, '');
  if (rename(error.message) === error.message) return error;
  const { name, message, detail, hint, fields, cause } = error;
  return new HeliosError(name, {
    message: rename(message),
    detail: detail === null ? null : rename(detail),
    hint: hint === null ? 'Add a cast that says which is meant.' : rename(hint),
    fields,
    cause: cause ?? error,
  });
}
