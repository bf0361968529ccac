import type { Console } from '../console.ts';
import { paletteFor } from '../console.ts';
import { escapeControls } from './cells.ts';

/** One row as lines of a name and a value; what is null is left out. */
export function printFields(row: Readonly<Record<string, unknown>>, console: Console): string {
  const palette = paletteFor(console.out, console.environment);
  const fields = Object.entries(row).filter(([, value]) => value !== null);
  const width = Math.max(0, ...fields.map(([name]) => name.length));
  const lines = fields.map(([name, value]) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return `${palette.dim(name.padEnd(width))}  ${escapeControls(text)}\n`;
  });
  return lines.join('');
}
