import { parseArgs } from 'node:util';
import { HeliosError, nearest } from '#core';
import type { Arguments, OptionSpec } from './command.ts';

/** Reads a command's arguments; what is wrong becomes US001 with the nearest right spelling. */
export function parseArguments(options: readonly OptionSpec[], argv: readonly string[]): Arguments {
  const { tokens, positionals } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(
      options.map((option) => [
        option.name,
        {
          type: option.value === null ? ('boolean' as const) : ('string' as const),
          ...(option.short === undefined ? {} : { short: option.short }),
        },
      ]),
    ),
    allowPositionals: true,
    // Not strict: its messages are meant for programmers, ours say what to type.
    strict: false,
    tokens: true,
  });
  const values = new Map<string, string | true>();
  const repeated = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const option = options.find(({ name }) => name === token.name);
    if (option === undefined) throw unknownOption(token.rawName, options);
    if (values.has(option.name) && option.isRepeatable !== true) {
      throw usageError(`option ${token.rawName} is given twice`);
    }
    if (option.value === null) {
      if (token.value !== undefined) throw usageError(`option ${token.rawName} takes no value`);
      values.set(option.name, true);
      continue;
    }
    // `--db --json` means that the file was forgotten, unless it was written as `--db=--json`.
    if (token.value === undefined || (!token.inlineValue && /^--?[a-z]/.test(token.value))) {
      throw usageError(`option ${token.rawName} needs ${option.value}`);
    }
    values.set(option.name, token.value);
    repeated.set(option.name, [...(repeated.get(option.name) ?? []), token.value]);
  }
  return {
    positionals,
    text: (name) => {
      const value = values.get(name);
      return typeof value === 'string' ? value : undefined;
    },
    all: (name) => repeated.get(name) ?? [],
    isSet: (name) => values.has(name),
  };
}

/** The number an option gives, or its default; anything but a whole number in range is US001. */
export function parseCount(
  args: Arguments,
  name: string,
  { fallback, minimum }: { readonly fallback: number; readonly minimum: number },
): number {
  const text = args.text(name);
  if (text === undefined) return fallback;
  const value = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= minimum)) {
    throw usageError(`option --${name} needs a whole number from ${minimum}, not "${text}"`);
  }
  return value;
}

export function usageError(message: string, hint: string | null = null): HeliosError {
  return new HeliosError('invalid_usage', { message, hint });
}

function unknownOption(rawName: string, options: readonly OptionSpec[]): HeliosError {
  const known = options.map(({ name }) => `--${name}`);
  const candidate = nearest(rawName, known);
  return usageError(
    `unknown option ${rawName}`,
    candidate === null ? `options are ${known.join(', ')}` : `did you mean ${candidate}?`,
  );
}
