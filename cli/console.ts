import type { Readable, Writable } from 'node:stream';

export interface OutputStream extends Writable {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface InputStream extends Readable {
  readonly isTTY?: boolean;
}

/** The program's surroundings: data goes to `out`, talk to `err`. */
export interface Console {
  readonly in: InputStream;
  readonly out: OutputStream;
  readonly err: OutputStream;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Aborted when the person interrupts the command, or when nobody reads its output any more. */
  readonly signal: AbortSignal;
  /** Whether whoever read standard output went away. */
  readonly isReaderGone: () => boolean;
}

/** Colours for a stream: functions that return the text as it is where colours are unwanted. */
export interface Palette {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
}

/** Colours only on a terminal, unless NO_COLOR or a dumb terminal asks for none. */
export function paletteFor(stream: OutputStream, environment: Console['environment']): Palette {
  const isColoured = stream.isTTY === true && !environment.NO_COLOR && environment.TERM !== 'dumb';
  const paint = (open: number, close: number) => (text: string) =>
    isColoured && text !== '' ? `\u001b[${open}m${text}\u001b[${close}m` : text;
  return {
    bold: paint(1, 22),
    dim: paint(2, 22),
    red: paint(31, 39),
    green: paint(32, 39),
    yellow: paint(33, 39),
    cyan: paint(36, 39),
  };
}

/** The width to fit a table into, or null where lines may be of any length. */
export function widthOf(stream: OutputStream): number | null {
  return stream.isTTY === true ? Math.max(20, stream.columns ?? 80) : null;
}
