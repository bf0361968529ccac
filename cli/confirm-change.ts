import { createInterface } from 'node:readline/promises';
import type { Answer } from '#agent';
import type { Asker, Listening } from './asker.ts';
import type { Console } from './console.ts';
import { paletteFor } from './console.ts';
import { write } from './write.ts';

/** How a command lets a person decide about a change that was shown. */
export interface Deciding extends Listening {
  readonly asker: Asker;
  readonly console: Console;
  /** Said on the command line: the change is made without being asked about. */
  readonly isConfirmed: boolean;
  /** Whether somebody can be asked. */
  readonly isInteractive: boolean;
  /** What is said where nobody can be asked. */
  readonly hint: (token: string) => string;
}

/**
 * What becomes of a change that has been shown: the answer after it was made, or null where it was
 * not confirmed and nothing was written.
 */
export async function decideChange(answer: Answer, deciding: Deciding): Promise<Answer | null> {
  const { asker, console, isConfirmed, isInteractive, hint, signal, onEvent } = deciding;
  const token = answer.confirmation?.token ?? null;
  if (token === null) return null;
  if (!isConfirmed && !isInteractive) {
    await write(console.err, `${hint(token)}\n`);
    return null;
  }
  if (!isConfirmed && !(await isAgreed(console, signal))) {
    const palette = paletteFor(console.err, console.environment);
    await asker.decline(token);
    await write(console.err, palette.dim('Nothing was written.\n'));
    return null;
  }
  return await asker.confirm(token, { signal, onEvent });
}

/** Only a plain yes is one. */
export function isYes(text: string): boolean {
  return /^\s*(y|yes)\s*$/i.test(text);
}

export const CONFIRM_PROMPT = 'Make this change? [y/N]';

async function isAgreed(console: Console, signal: AbortSignal): Promise<boolean> {
  const lines = createInterface({ input: console.in, output: console.err, terminal: true });
  try {
    return isYes(await lines.question(`${CONFIRM_PROMPT} `, { signal }));
  } catch (error) {
    // Ctrl-C and the end of the input are no yes.
    if (signal.aborted || (error as Error).name === 'AbortError') return false;
    throw error;
  } finally {
    lines.close();
  }
}
