import type { Console } from '../console.ts';
import type { ExitCode } from '../exit-code.ts';

export interface OptionSpec {
  /** Without dashes, for example `no-progress`. */
  readonly name: string;
  readonly short?: string;
  /** What stands for the value in the help; null for a switch. */
  readonly value: string | null;
  /** Whether it may be given several times. */
  readonly isRepeatable?: true;
  readonly description: string;
}

export interface CommandSpec {
  readonly name: string;
  readonly summary: string;
  /** What follows the command's name, for example `"<question>" [options]`. */
  readonly usage: string;
  readonly description: string;
  readonly options: readonly OptionSpec[];
  readonly examples: readonly (readonly [command: string, what: string])[];
  /** Loads the command's code: what is not used costs no start-up time. */
  readonly load: () => Promise<Run>;
}

/** Option values by name: text, true for a switch that was given, undefined otherwise. */
export interface Arguments {
  readonly positionals: readonly string[];
  readonly text: (name: string) => string | undefined;
  /** Every value of an option that may be given several times, in order. */
  readonly all: (name: string) => readonly string[];
  readonly isSet: (name: string) => boolean;
}

export type Run = (args: Arguments, console: Console) => Promise<ExitCode>;
