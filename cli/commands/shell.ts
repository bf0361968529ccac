import { appendFileSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Interface } from 'node:readline';
import { createInterface } from 'node:readline';
import { StatementRunner } from '#agent';
import { toHeliosError } from '#core';
import type { Asker } from '../asker.ts';
import { openAsker } from '../asker.ts';
import type { Console, Palette } from '../console.ts';
import { paletteFor } from '../console.ts';
import type { ExitCode } from '../exit-code.ts';
import { EXIT } from '../exit-code.ts';
import { databaseFile, openForStatements } from '../open-database.ts';
import { printError } from '../render/error.ts';
import { printDuration, printRows } from '../render/run-progress.ts';
import { runDotCommand } from '../shell-commands.ts';
import type { ShellContext } from '../shell-context.ts';
import { ShellInput } from '../shell-input.ts';
import { StatementPrinter } from '../statement-printer.ts';
import type { Run } from '../usage/command.ts';
import { usageError } from '../usage/parse-arguments.ts';
import { readVersion } from '../version.ts';
import { write } from '../write.ts';

const HISTORY_MAX = 1000;
/** Rows printed of one result; the shell is for looking. */
const SHOWN_ROWS = 200;

export const run: Run = async (args, console) => {
  if (args.positionals.length > 0) {
    throw usageError('shell takes no arguments', 'heliosdb sql "<script>" runs statements');
  }
  const file = databaseFile(args, console);
  await using opened = await openForStatements(console, file);
  await using connection = await opened.database.connect();
  const asker = () => openAsker({ opened, file, args, console });
  return await new Shell({ console, opened, connection, asker }).loop();
};

interface ShellParts extends Pick<ShellContext, 'console' | 'opened' | 'connection' | 'asker'> {}

class Shell {
  readonly #console: Console;
  readonly #palette: Palette;
  readonly #context: ShellContext;
  readonly #input = new ShellInput();
  readonly #runner: StatementRunner;
  readonly #isInteractive: boolean;
  readonly #historyFile: string;
  #running: AbortController | null = null;
  #hasFailed = false;

  constructor({ console, opened, connection, asker }: ShellParts) {
    let open: Promise<Asker> | null = null;
    this.#console = console;
    this.#palette = paletteFor(console.err, console.environment);
    this.#isInteractive = console.in.isTTY === true;
    this.#runner = new StatementRunner(
      { connection, database: opened.database },
      {
        baseDirectory: process.cwd(),
        rowsMax: SHOWN_ROWS,
        beyond: 'count',
      },
    );
    this.#historyFile =
      console.environment.HELIOSDB_HISTORY ?? join(homedir(), '.heliosdb_history');
    this.#context = {
      console,
      opened,
      connection,
      asker: () => {
        open ??= asker();
        return open;
      },
      conversation: null,
      waiting: null,
      isTimed: false,
      isDone: false,
      runScript: (script) => this.#runScript(script),
      signal: console.signal,
    };
  }

  async loop(): Promise<ExitCode> {
    // Before the lines are listened to: those that arrive while nobody iterates are lost.
    if (this.#isInteractive) await this.#greet();
    const lines = createInterface({
      input: this.#console.in,
      // Prompts are talk: they never mix with the rows on standard output.
      output: this.#console.err,
      terminal: this.#isInteractive,
      history: this.#isInteractive ? readHistory(this.#historyFile) : [],
      historySize: HISTORY_MAX,
      removeHistoryDuplicates: true,
    });
    lines.on('SIGINT', () => this.#interrupt(lines));
    this.#console.signal.addEventListener('abort', () => lines.close(), { once: true });
    this.#prompt(lines);
    for await (const line of lines) {
      await this.#take(line);
      if (this.#context.isDone) break;
      this.#prompt(lines);
    }
    if (this.#isInteractive && !this.#context.isDone) await write(this.#console.err, '\n');
    // A script on standard input may end without a semicolon.
    if (!this.#isInteractive && !this.#input.isEmpty) await this.#take(';');
    lines.close();
    return this.#hasFailed && !this.#isInteractive ? EXIT.failed : EXIT.ok;
  }

  async #take(line: string): Promise<void> {
    if (this.#isInteractive && line.trim() !== '') appendHistory(this.#historyFile, line);
    this.#running = new AbortController();
    this.#context.signal = this.#running.signal;
    try {
      if (this.#input.isEmpty && line.trimStart().startsWith('.')) {
        this.#input.clear();
        await runDotCommand(line.trim(), this.#context);
        return;
      }
      const script = this.#input.add(line);
      if (script !== null) await this.#runScript(script);
    } catch (error) {
      await this.#fail(error);
    } finally {
      this.#running = null;
    }
  }

  async #runScript(script: string): Promise<void> {
    const printer = new StatementPrinter(this.#console, { format: 'table', limit: SHOWN_ROWS });
    let startedAt = performance.now();
    const results = this.#runner.run(script, this.#context.signal);
    for await (const result of results) {
      const durationMs = performance.now() - startedAt;
      await printer.print(result);
      if (this.#context.isTimed) {
        const figures = `${printRows(result.rowCount)}  ${printDuration(durationMs)}`;
        await write(this.#console.err, `${this.#palette.dim(figures)}\n`);
      }
      startedAt = performance.now();
    }
  }

  async #fail(thrown: unknown): Promise<void> {
    this.#hasFailed = true;
    await write(this.#console.err, printError(toHeliosError(thrown), this.#palette));
  }

  #interrupt(lines: Interface): void {
    if (this.#running !== null) {
      this.#running.abort();
      return;
    }
    // Nothing runs: what was typed is dropped, as in every other shell.
    this.#input.clear();
    this.#console.err.write('\n');
    lines.write(null, { ctrl: true, name: 'u' });
    this.#prompt(lines);
  }

  #prompt(lines: Interface): void {
    if (!this.#isInteractive) return;
    lines.setPrompt(this.#input.isEmpty ? 'helios> ' : '   ...> ');
    lines.prompt();
  }

  async #greet(): Promise<void> {
    const version = await readVersion();
    await write(
      this.#console.err,
      `HeliosDB ${version}, ${this.#context.opened.path}\nStatements end with ; and .help lists commands.\n`,
    );
  }
}

// A history that cannot be read or written is no reason to refuse to work.
function readHistory(file: string): string[] {
  try {
    const lines = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
    return lines.slice(-HISTORY_MAX).reverse();
  } catch {
    return [];
  }
}

function appendHistory(file: string, line: string): void {
  try {
    appendFileSync(file, `${line}\n`, { mode: 0o600 });
  } catch {}
}
