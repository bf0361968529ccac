import { stat } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { HeliosError } from '#core';
import type { Console } from '../console.ts';
import { paletteFor } from '../console.ts';
import { EXIT } from '../exit-code.ts';
import { checkOptions } from '../procedure-definition.ts';
import type { DevSource } from '../procedure-dev/find-sources.ts';
import { findSources } from '../procedure-dev/find-sources.ts';
import { printRound } from '../procedure-dev/print-round.ts';
import type { DevState, Round } from '../procedure-dev/round.ts';
import { runRound } from '../procedure-dev/round.ts';
import { FileWatcher } from '../procedure-dev/watch-files.ts';
import { printError } from '../render/error.ts';
import type { Arguments, Run } from '../usage/command.ts';
import { usageError } from '../usage/parse-arguments.ts';
import { write } from '../write.ts';

/** `heliosdb dev`. */
export const dev: Run = async (args, console) => {
  const [place = '.', ...others] = args.positionals;
  if (others.length > 0) throw usageError('one file or folder at a time');
  checkOptions(args);
  const states = new Map<string, DevState>();
  let sources = await findSources(place, args);
  const surroundings = { args, console, states };
  if (args.isSet('once')) return (await runAll(sources, surroundings)) ? EXIT.ok : EXIT.failed;
  const path = resolve(place);
  const folder = (await stat(path)).isDirectory() ? path : dirname(path);
  // Watched from before the first compilation: nothing that is saved meanwhile is missed.
  using watcher = new FileWatcher([folder]);
  let changed: ReadonlySet<string> | null = null;
  do {
    await runAll(affected(sources, changed), surroundings);
    await write(console.err, `watching ${relative('', folder) || '.'}, Ctrl-C ends\n`);
    changed = await watcher.next(console.signal);
    // Sources come and go; one that an editor is just replacing comes back.
    sources = await findSources(place, args).catch(() => sources);
  } while (!console.signal.aborted);
  return EXIT.cancelled;
};

/** A source that changed brings itself; any other file may be part of every source. */
function affected(
  sources: readonly DevSource[],
  changed: ReadonlySet<string> | null,
): readonly DevSource[] {
  if (changed === null) return sources;
  const own = sources.filter(({ path }) => changed.has(path));
  const isShared = [...changed].some((path) => !sources.some((source) => source.path === path));
  return isShared ? sources : own;
}

interface Surroundings {
  readonly args: Arguments;
  readonly console: Console;
  readonly states: Map<string, DevState>;
}

/** Whether everything compiled and every call came to what was expected. */
async function runAll(
  sources: readonly DevSource[],
  { args, console, states }: Surroundings,
): Promise<boolean> {
  let isGood = true;
  for (const source of sources) {
    const state = states.get(source.path) ?? { remembered: new Map(), former: [] };
    states.set(source.path, state);
    try {
      const round = await runRound({ source, state, args, console });
      await report(source, round, { args, console });
      isGood &&= round.calls.every(({ passed }) => passed !== false);
    } catch (error) {
      if (!HeliosError.isInstance(error) || console.signal.aborted) throw error;
      isGood = false;
      await reportFailure(source, error, { args, console });
    }
  }
  return isGood;
}

async function report(
  { path }: DevSource,
  round: Round,
  { args, console }: Pick<Surroundings, 'args' | 'console'>,
): Promise<void> {
  const failed = round.calls.filter(({ passed }) => passed === false).length;
  if (args.isSet('json')) {
    const event = { source: path, ok: true, failed, ...round, error: null };
    await write(console.out, `${JSON.stringify(event)}\n`);
    return;
  }
  await write(console.out, printRound(relative('', path) || path, round, console));
}

async function reportFailure(
  { path }: DevSource,
  error: HeliosError,
  { args, console }: Pick<Surroundings, 'args' | 'console'>,
): Promise<void> {
  if (args.isSet('json')) {
    const { sqlstate, name, message, detail, hint, fields } = error;
    const nothing = { failed: 0, compiler: null, procedures: [], calls: [], milliseconds: null };
    const said = { sqlstate, name, message, detail, hint, fields };
    const event = { source: path, ok: false, ...nothing, error: said };
    await write(console.out, `${JSON.stringify(event)}\n`);
    return;
  }
  await write(console.err, printError(error, paletteFor(console.err, console.environment)));
}
