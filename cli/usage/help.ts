import { EXIT_MEANINGS } from '../exit-code.ts';
import type { CommandSpec, OptionSpec } from './command.ts';

/** The help of the program: what it is, its commands, how to go on. */
export function printProgramHelp(commands: readonly CommandSpec[]): string {
  const rows = commands.map((command) => [command.name, command.summary] as const);
  return section([
    'HeliosDB: WebAssembly procedures inside DuckDB, and answers to questions that use them.',
    '',
    'Usage: heliosdb <command> [arguments]',
    '',
    'Commands:',
    ...columns(rows),
    '',
    'Options:',
    ...columns([
      ['--help, -h', 'this text; after a command, the help of that command'],
      ['--version, -V', 'the version'],
    ]),
    '',
    'Examples:',
    ...commands.flatMap((command) => command.examples.slice(0, 1)).map(([line]) => `  ${line}`),
    '',
    ...exitCodes(),
  ]);
}

/** The help of one command. */
export function printCommandHelp(command: CommandSpec): string {
  return section([
    `Usage: heliosdb ${command.name}${command.usage === '' ? '' : ` ${command.usage}`}`,
    '',
    command.description,
    '',
    'Options:',
    ...columns(
      [...command.options, HELP_OPTION].map((option) => [printOption(option), option.description]),
    ),
    '',
    'Examples:',
    ...command.examples.flatMap(([line, what]) => [`  # ${what}`, `  ${line}`]),
    '',
    ...exitCodes(),
  ]);
}

const HELP_OPTION: OptionSpec = {
  name: 'help',
  short: 'h',
  value: null,
  description: 'this text',
};

function printOption(option: OptionSpec): string {
  const value = option.value === null ? '' : ` ${option.value}`;
  return `--${option.name}${value}${option.short === undefined ? '' : `, -${option.short}`}`;
}

function exitCodes(): string[] {
  return ['Exit codes:', ...columns(EXIT_MEANINGS.map(([code, text]) => [String(code), text]))];
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}

function section(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
