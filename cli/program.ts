import { HeliosError, nearest, toHeliosError } from '#core';
import { COMMANDS } from './commands.ts';
import type { Console } from './console.ts';
import { paletteFor } from './console.ts';
import type { ExitCode } from './exit-code.ts';
import { EXIT, exitCodeOf } from './exit-code.ts';
import { printError } from './render/error.ts';
import { printCommandHelp, printProgramHelp } from './usage/help.ts';
import { parseArguments, usageError } from './usage/parse-arguments.ts';
import { readVersion } from './version.ts';
import { write } from './write.ts';

/** Runs one command line. Every error ends here: printed with its code, never as a stack. */
export async function runProgram(argv: readonly string[], console: Console): Promise<ExitCode> {
  try {
    return await dispatch(argv, console);
  } catch (thrown) {
    // `heliosdb … | head` is no mistake of anybody's.
    if (console.isReaderGone()) return EXIT.brokenPipe;
    const error = toHeliosError(thrown);
    const palette = paletteFor(console.err, console.environment);
    const isJson = beforeOperands(argv).includes('--json');
    const text = isJson ? `${JSON.stringify({ error })}\n` : printError(error, palette);
    await write(console.err, text);
    if (error.sqlstate === 'US001' && !isJson) {
      await write(console.err, palette.dim(`  help    heliosdb ${helpFor(argv)}--help\n`));
    }
    if (console.environment.HELIOSDB_DEBUG === '1') {
      await write(console.err, `${stackOf(thrown)}\n`);
    }
    return exitCodeOf(error, console.signal.aborted);
  }
}

async function dispatch(argv: readonly string[], console: Console): Promise<ExitCode> {
  const [name, ...rest] = joinGroup(argv);
  if (name === undefined) {
    await write(console.err, printProgramHelp(COMMANDS));
    return EXIT.usage;
  }
  if (name === '--help' || name === '-h' || name === 'help') {
    const [topic] = name === 'help' ? joinGroup(rest) : [];
    await write(console.out, topic === undefined ? printProgramHelp(COMMANDS) : helpOf(topic));
    return EXIT.ok;
  }
  if (name === '--version' || name === '-V') {
    await write(console.out, `heliosdb ${await readVersion()}\n`);
    return EXIT.ok;
  }
  if (name.startsWith('-')) {
    throw usageError(`unknown option ${name}`, 'the command comes first, then its options');
  }
  const wantsHelp = rest[0] === '--help' || rest[0] === '-h';
  if (isGroup(name) && (wantsHelp || rest.length === 0)) {
    await write(wantsHelp ? console.out : console.err, helpOf(name));
    return wantsHelp ? EXIT.ok : EXIT.usage;
  }
  const command = find(name);
  const options = beforeOperands(rest);
  if (options.includes('--help') || options.includes('-h')) {
    await write(console.out, printCommandHelp(command));
    return EXIT.ok;
  }
  const args = parseArguments(command.options, rest);
  const run = await command.load();
  return await run(args, console);
}

/** What stands before a `--`, behind which nothing is an option. */
function beforeOperands(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--');
  return end < 0 ? argv : argv.slice(0, end);
}

/** `procedure create …` is one command of two words. */
function joinGroup(argv: readonly string[]): readonly string[] {
  const [name, verb, ...rest] = argv;
  if (name === undefined || !isGroup(name)) return argv;
  return verb === undefined || verb.startsWith('-') ? argv : [`${name} ${verb}`, ...rest];
}

function isGroup(name: string): boolean {
  return COMMANDS.some((command) => command.name.startsWith(`${name} `));
}

function helpOf(topic: string): string {
  if (!isGroup(topic)) return printCommandHelp(find(topic));
  return printProgramHelp(COMMANDS.filter(({ name }) => name.startsWith(`${topic} `)));
}

function find(name: string): (typeof COMMANDS)[number] {
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (command !== undefined) return command;
  const names = COMMANDS.map((candidate) => candidate.name);
  const candidate = nearest(name, names);
  // Somebody who types the question itself as the first argument is told the command for it.
  const hint =
    candidate !== null
      ? `did you mean ${candidate}?`
      : /\s/.test(name)
        ? `heliosdb ask "${name.slice(0, 80)}"`
        : `commands are ${[...new Set(names.map((full) => full.split(' ')[0]))].join(', ')}`;
  throw usageError(`unknown command "${name.slice(0, 80)}"`, hint);
}

function helpFor(argv: readonly string[]): string {
  const [name] = joinGroup(argv);
  const command = COMMANDS.find((candidate) => candidate.name === name);
  return command === undefined ? '' : `${command.name} `;
}

function stackOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const cause =
    HeliosError.isInstance(thrown) && thrown.cause instanceof Error ? thrown.cause : null;
  return [thrown.stack, cause?.stack].filter((text) => text !== undefined).join('\ncaused by ');
}
