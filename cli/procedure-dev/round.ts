/** One round of `heliosdb dev`: compile, try, swap. */

import { access } from 'node:fs/promises';
import { basename, extname, resolve } from 'node:path';
import type { CreateProcedure } from '#runtime';
import type { Console } from '../console.ts';
import { databaseFile, openForStatements } from '../open-database.ts';
import { createStatement, proceduresOf } from '../procedure-definition.ts';
import { openModule } from '../procedure-source.ts';
import { openBench } from '../procedure-test/test-bench.ts';
import type { TestCase } from '../procedure-test/test-case.ts';
import type { Arguments } from '../usage/command.ts';
import type { ComparedCall, Remembered } from './compare-calls.ts';
import { compareCalls } from './compare-calls.ts';
import type { DevSource } from './find-sources.ts';
import { recordedCalls, savedCases } from './saved-calls.ts';
import type { Swap } from './swap.ts';
import { swap } from './swap.ts';

/** What is known of a source from the round before. */
export interface DevState {
  readonly remembered: Remembered;
  former: readonly CreateProcedure[];
}

/** What a round came to. */
export interface Round {
  readonly compiler: string | null;
  readonly procedures: readonly Swap[];
  readonly calls: readonly ComparedCall[];
  readonly milliseconds: number;
}

export interface RoundOptions {
  readonly source: DevSource;
  readonly state: DevState;
  /** The command line's own options, `--db` among them. */
  readonly args: Arguments;
  readonly console: Console;
}

/**
 * Compiles a source, makes its saved calls on a copy of the database and then registers it in the
 * database itself. Whatever fails before that leaves the database as it was.
 */
export async function runRound({ source, state, args, console }: RoundOptions): Promise<Round> {
  const started = performance.now();
  await using module = await openModule(source.path, console);
  const wanted = proceduresOf(module, source.args).map((procedure) =>
    createStatement(source.args, module, procedure),
  );
  const cases = await savedCases(source.casesFile);
  const file = databaseFile(args, console);
  await ensureFile(console, file);
  // Copied before the database is opened, with the procedures that it has so far.
  await using bench = await openBench(source.path, forBench(args, file), console);
  await using opened = await openForStatements(console, file);
  const calls: ComparedCall[] = [];
  const knew = state.remembered.size > 0;
  for (const procedure of wanted) {
    const saved = [
      ...(takesCases(procedure, wanted, source) ? cases : []),
      ...(await recordedCalls(opened.database, procedure)),
    ];
    const comparison = {
      bench,
      args: source.args,
      procedure,
      calls: distinct(saved),
      // The first round asks the copied database for every procedure.
      remembered: knew ? state.remembered : new Map(),
      signal: console.signal,
    };
    calls.push(...(await compareCalls(comparison)));
    for (const [key, outcome] of comparison.remembered) state.remembered.set(key, outcome);
  }
  const procedures = await swap(opened, console, { wanted, former: state.former });
  state.former = wanted;
  const milliseconds = Math.round(performance.now() - started);
  return { compiler: module.compiler, procedures, calls, milliseconds };
}

/** A file that is not there is created, so that it can be copied. */
async function ensureFile(console: Console, file: string | null): Promise<void> {
  if (file === null || file === ':memory:') return;
  const isThere = await access(resolve(file)).then(
    () => true,
    () => false,
  );
  if (!isThere) await (await openForStatements(console, file))[Symbol.asyncDispose]();
}

/** Cases belong to the only procedure of a source, or to the one named as the source is. */
function takesCases(
  { name }: CreateProcedure,
  all: readonly CreateProcedure[],
  { path, args }: DevSource,
): boolean {
  const chosen = args.text('entry') ?? basename(path, extname(path));
  return all.length === 1 || name === chosen;
}

/** A recorded call that is a case, too, is made once. */
function distinct(calls: readonly TestCase[]): readonly TestCase[] {
  const seen = new Set<string>();
  return calls.filter(({ parameters }) => {
    const key = JSON.stringify([...parameters]);
    return !seen.has(key) && seen.add(key);
  });
}

function forBench(args: Arguments, file: string | null): Arguments {
  const text = (name: string) => (name === 'db' ? (file ?? undefined) : args.text(name));
  return { ...args, text };
}
