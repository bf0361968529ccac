/** What the catalogue promises of an error's fields. */
import assert from 'node:assert/strict';
import type { ErrorName, HeliosError } from '#core';
import { ERRORS } from '#core';

/** Fields that say something only of some errors of a state, as the catalogue's text has it. */
const WHERE_IT_APPLIES: Partial<Record<ErrorName, readonly string[]>> = {
  configuration_limit_exceeded: ['limit', 'current', 'requested'],
  program_limit_exceeded: ['limit', 'current', 'requested'],
  external_routine_exception: ['stack'],
  wasm_trap: ['stack'],
  dependent_objects_still_exist: ['dependents'],
  insufficient_privilege: ['procedure', 'capability'],
};

/** Fails when an error lacks a field that its row of the catalogue promises of all its errors. */
export function checkPromisedFields(error: HeliosError): void {
  const optional = WHERE_IT_APPLIES[error.name] ?? [];
  const missing = ERRORS[error.name].fields.filter(
    (field) => !optional.includes(field) && (error.fields[field] ?? null) === null,
  );
  assert.deepEqual(missing, [], `${error.sqlstate} ${error.message} (${error.detail})`);
}
