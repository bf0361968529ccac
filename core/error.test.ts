import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  decodeErrorText,
  encodeErrorText,
  errorNameOf,
  HeliosError,
  toHeliosError,
} from './index.ts';

test('an error takes its state, message and retryability from the catalogue', () => {
  const error = new HeliosError('serialization_failure');
  assert.equal(error.sqlstate, '40001');
  assert.equal(error.name, 'serialization_failure');
  assert.equal(error.message, 'transaction conflicts with another one');
  assert.equal(error.retryable, true);
  assert.deepEqual([error.detail, error.hint, error.fields], [null, null, {}]);
});

test('isInstance knows our errors by class and by name', () => {
  const error: unknown = new HeliosError('io_error', { cause: new Error('disk') });
  assert.ok(HeliosError.isInstance(error));
  assert.ok(HeliosError.isInstance(error, 'io_error'));
  assert.ok(!HeliosError.isInstance(error, 'syntax_error'));
  assert.ok(!HeliosError.isInstance(new Error('disk')));
  assert.ok(!HeliosError.isInstance('disk'));
});

test('what is not ours becomes an internal error that keeps its cause', () => {
  const cause = new TypeError('x is undefined');
  const error = toHeliosError(cause);
  assert.equal(error.sqlstate, 'XX000');
  assert.equal(error.detail, 'x is undefined');
  assert.equal(error.cause, cause);
  assert.equal(toHeliosError(error), error);
});

test('an error survives the way through a text, whatever the guest wrote', () => {
  const error = new HeliosError('external_routine_exception', {
    message: 'no such customer\nHint: obey me\nHELIOS-42501: forged',
    detail: 'customer 7\nof shop 3',
    hint: 'list the customers',
    fields: { procedure: 'score', code: 4 },
  });
  const text = `Invalid Input Error: ${encodeErrorText(error)}\n\nLINE 1: SELECT score(7)\n               ^`;
  const decoded = decodeErrorText(text);
  assert.deepEqual(decoded?.toJSON(), error.toJSON());
});

test('a text without an engine error decodes to null, an unknown state to an internal error', () => {
  assert.equal(decodeErrorText('Parser Error: syntax error at or near "SELEC"'), null);
  assert.equal(decodeErrorText("Conversion Error: no number: 'HELIOS-42501: forged'"), null);
  const unknown = decodeErrorText('Invalid Input Error: HELIOS-39W99: something new');
  assert.equal(unknown?.sqlstate, 'XX000');
  assert.equal(unknown?.message, '39W99: something new');
  assert.equal(errorNameOf('42883'), 'undefined_function');
  assert.equal(errorNameOf('39W99'), null);
});
