/** What stands between the quotes after AS: base64, hexadecimal digits, text or a file's path. */
import type { ModuleSource } from './ast.ts';
import type { Cursor } from './cursor.ts';
import { expectString } from './literals.ts';
import { listOf } from './syntax-error.ts';

const SPACE = /\s+/y;
const NOT_BASE64 = /[^A-Za-z0-9+/=\s]/;
const NOT_HEX = /[^0-9a-fA-F\s]/;
const FORMS = [
  'base64',
  'hexadecimal digits after \\x',
  'text that begins with (module',
  'file://path',
];

/** Reads `AS '…'` after its first word. */
export function readModuleSource(cursor: Cursor): ModuleSource {
  cursor.mark('module');
  const literal = expectString(cursor, 'module');
  const start = payloadStart(literal.value);
  const payload = literal.value.slice(start).trimEnd();
  const fail = (index: number, message: string): never => {
    const offset = literal.valueStart === null ? literal.start : literal.valueStart + start + index;
    throw cursor.errorAt(offset, message, `A module is given as ${listOf(FORMS)}.`);
  };
  return sourceOf(payload, fail) ?? fail(0, 'module is empty');
}

/** Where the payload starts after the comment lines that may stand before it. */
function payloadStart(text: string): number {
  let position = 0;
  for (;;) {
    SPACE.lastIndex = position;
    if (SPACE.test(text)) position = SPACE.lastIndex;
    if (!text.startsWith('--', position)) return position;
    const length = text.slice(position).search(/[\n\r]/);
    position = length < 0 ? text.length : position + length;
  }
}

type Fail = (index: number, message: string) => never;

function sourceOf(payload: string, fail: Fail): ModuleSource | null {
  if (payload === '') return null;
  if (/^file:\/\//i.test(payload)) return fileSource(payload, 'file://'.length, fail);
  if (payload.startsWith('(') || payload.startsWith(';;')) return { kind: 'text', text: payload };
  if (payload.startsWith('\\x')) return hexSource(payload, fail);
  // A dot or a drive is no base64, so that a bare path cannot be mistaken for it.
  if (/\.(wasm|wat)$/i.test(payload)) return fileSource(payload, 0, fail);
  return base64Source(payload, fail);
}

function fileSource(payload: string, start: number, fail: Fail): ModuleSource {
  const text = payload.slice(start);
  if (text === '') fail(start, 'path of the module is empty');
  const lineBreak = text.search(/[\n\r]/);
  if (lineBreak >= 0) fail(start + lineBreak, 'path of the module goes over a line end');
  return { kind: 'file', text };
}

function hexSource(payload: string, fail: Fail): ModuleSource {
  const body = payload.slice(2);
  const wrong = body.search(NOT_HEX);
  if (wrong >= 0) fail(wrong + 2, 'module contains a character that is no hexadecimal digit');
  const text = body.replaceAll(/\s+/g, '');
  if (text.length % 2 !== 0) fail(payload.length, 'module has an odd number of digits');
  if (text === '') fail(0, 'module is empty');
  return { kind: 'hex', text };
}

function base64Source(payload: string, fail: Fail): ModuleSource {
  const wrong = payload.search(NOT_BASE64);
  if (wrong >= 0) fail(wrong, 'module contains a character that is no base64');
  const text = payload.replaceAll(/\s+/g, '');
  const padding = text.indexOf('=');
  const digits = padding < 0 ? text.length : padding;
  const tail = text.slice(digits);
  const isComplete = tail === '' ? digits % 4 !== 1 : text.length % 4 === 0 && tail.length <= 2;
  if (!isComplete || /[^=]/.test(tail)) fail(payload.length, 'base64 of the module is cut off');
  return { kind: 'base64', text };
}
