import { HeliosError } from '#core';
import { splitScript } from '#runtime';

/** What a person has typed so far and has not been run. */
export class ShellInput {
  #text = '';

  get isEmpty(): boolean {
    return this.#text.trim() === '';
  }

  clear(): void {
    this.#text = '';
  }

  /** Adds a line; returns the statements that it completes, or null while one is still open. */
  add(line: string): string | null {
    this.#text += `${line}\n`;
    if (!endsStatement(this.#text)) return null;
    const script = this.#text;
    this.clear();
    return script;
  }
}

function endsStatement(text: string): boolean {
  try {
    const pieces = splitScript(text);
    // After the last semicolon there is at most a line break or a comment.
    const rest = pieces.at(-1);
    const closed = rest?.text.trimEnd().endsWith(';') === true ? rest : pieces.at(-2);
    return closed !== undefined && (rest === closed || rest?.statement === null);
  } catch (error) {
    // A string, name or comment that is still open wants another line.
    if (HeliosError.isInstance(error, 'syntax_error')) return false;
    throw error;
  }
}
