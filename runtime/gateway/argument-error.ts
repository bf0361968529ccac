/** Says which procedures a statement calls where an argument of it did not fit. */
import { HeliosError } from '#core';
import type { EnginePort } from './engine-port.ts';

/** The same error with a hint that has the signatures, as far as the engine can tell them now. */
export async function hintSignatures(
  error: HeliosError,
  text: string,
  engine: EnginePort,
): Promise<HeliosError> {
  if (error.name !== 'invalid_text_representation' || error.hint !== null) return error;
  // A transaction that has failed answers nothing any more; then the error stays as it is.
  const listed = await engine.procedures(null).catch(() => null);
  if (listed === null) return error;
  const column = (name: string): number => listed.columns.findIndex((each) => each.name === name);
  const [nameAt, signatureAt] = [column('name'), column('signature')];
  const words = new Set(text.toLowerCase().match(/[\p{L}_][\p{L}\p{N}_]*(?=\s*\()/gu) ?? []);
  const called = listed.rows.filter((row) => words.has(String(row[nameAt]).toLowerCase()));
  if (called.length === 0) return error;
  const signatures = called.map((row) => String(row[signatureAt])).join(', ');
  const { name, message, detail, fields, cause } = error;
  const hint = `Called here: ${signatures}. CAST converts an argument.`;
  return new HeliosError(name, { message, detail, hint, fields, cause: cause ?? error });
}
