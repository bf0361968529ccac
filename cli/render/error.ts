import type { ErrorFields } from '#core';
import type { Palette } from '../console.ts';
import { escapeControls } from './cells.ts';

export interface PrintableError {
  readonly sqlstate: string;
  readonly name: string;
  readonly message: string;
  readonly detail: string | null;
  readonly hint: string | null;
  readonly task?: string | null;
  readonly fields?: ErrorFields;
}

const SHOWN = new WeakSet<object>();

/** Leaves an error's detail out when it is printed: people have it before their eyes already. */
export function hideDetail(error: unknown): void {
  if (typeof error === 'object' && error !== null) SHOWN.add(error);
}

/**
 * An error as people read it: what happened, the particulars, what to try, the code, and the stack
 * that the guest of a procedure told.
 */
export function printError(error: PrintableError, palette: Palette): string {
  const where = error.task ? ` (${error.task})` : '';
  const lines = [`${palette.red('error')}${where}: ${clean(error.message, '       ')}`];
  if (error.detail && !SHOWN.has(error))
    lines.push(`  ${palette.dim('detail')}  ${clean(error.detail, '          ')}`);
  if (error.hint) lines.push(`  ${palette.dim('hint')}    ${clean(error.hint, '          ')}`);
  lines.push(`  ${palette.dim('code')}    ${error.sqlstate} ${error.name}${ownCode(error)}`);
  const stack = error.fields?.stack;
  if (typeof stack === 'string')
    lines.push(`  ${palette.dim('stack')}   ${clean(stack, '          ')}`);
  return `${lines.join('\n')}\n`;
}

/** The number that the procedure itself gave to its error. */
function ownCode({ fields }: PrintableError): string {
  if (fields?.code === undefined) return '';
  const procedure =
    typeof fields.procedure === 'string' ? ` in ${escapeControls(fields.procedure)}` : '';
  return `, ${String(fields.code)}${procedure}`;
}

// Line breaks keep their meaning here, under an indentation; every other control is shown.
function clean(text: string, indentation: string): string {
  return text.split('\n').map(escapeControls).join(`\n${indentation}`);
}
