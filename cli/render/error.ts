import type { Palette } from '../console.ts';
import { escapeControls } from './cells.ts';

export interface PrintableError {
  readonly sqlstate: string;
  readonly name: string;
  readonly message: string;
  readonly detail: string | null;
  readonly hint: string | null;
  readonly task?: string | null;
}

/** An error as people read it: what happened, the particulars, what to try, the code. */
export function printError(error: PrintableError, palette: Palette): string {
  const where = error.task ? ` (${error.task})` : '';
  const lines = [`${palette.red('error')}${where}: ${clean(error.message, '       ')}`];
  if (error.detail) lines.push(`  ${palette.dim('detail')}  ${clean(error.detail, '          ')}`);
  if (error.hint) lines.push(`  ${palette.dim('hint')}    ${clean(error.hint, '          ')}`);
  lines.push(`  ${palette.dim('code')}    ${error.sqlstate} ${error.name}`);
  return `${lines.join('\n')}\n`;
}

// Line breaks keep their meaning here, under an indentation; every other control is shown.
function clean(text: string, indentation: string): string {
  return text.split('\n').map(escapeControls).join(`\n${indentation}`);
}
