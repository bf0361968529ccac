import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Recommendation } from '#advisor';
import { CodeAdvisor } from '#advisor';
import { createReplayPorts, openDatabase } from '#agent';
import { ensureShop, WORKLOAD } from '#examples';
import type { Database } from '#storage';
import type { Console } from '../console.ts';
import { paletteFor } from '../console.ts';
import { EXIT } from '../exit-code.ts';
import { stateDirectory } from '../open-database.ts';
import { printRecommendation } from '../render/advice.ts';
import type { Run } from '../usage/command.ts';
import { write } from '../write.ts';

/** Somebody waits for it: less time for a measurement, and so wider intervals. */
const DEMO_LIMITS = { loadMsMax: 5000 };

/** `heliosdb demo advisor`. */
export const demoAdvisor: Run = async (args, console) => {
  const talk = talkTo(console);
  const shop = await ensureShop({ directory: stateDirectory(console), onProgress: talk.dim });
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'shop.duckdb');
  await copyFile(shop, path);
  const { signal } = console;
  await using database = await openDatabase({
    path,
    isReadOnly: false,
    engine: 'always',
    onProgress: talk.dim,
    signal,
  });
  talk.heading('A working day in the shop');
  await forget(database);
  for (const step of WORKLOAD) {
    signal.throwIfAborted();
    talk.line(`• ${step.title}`);
    await database.withConnection(step.run);
  }
  const advisor = new CodeAdvisor({
    model: null,
    schema: database,
    replay: createReplayPorts(),
  });
  const advice = await advisor.analyze();
  talk.heading(advice.summary);
  talk.line(
    'Each is tried on a copy of the database: real calls, with and without the change, in turns.',
  );
  const isJson = args.isSet('json');
  const judged: Recommendation[] = [];
  await advisor.replay({
    signal,
    limits: DEMO_LIMITS,
    onProgress: (finding, text) => talk.passing(`  ${finding.id}: ${text} …`),
    onVerdict: (recommendation) => {
      judged.push(recommendation);
      talk.passing('');
      if (!isJson) console.out.write(`\n${printRecommendation(recommendation, console)}`);
    },
  });
  if (isJson) await write(console.out, `${JSON.stringify({ advice, verdicts: judged })}\n`);
  else await write(console.out, `\n${countOf(judged)}\n`);
  return EXIT.ok;
};

/** What the shop's maker did while registering procedures is no part of the day. */
async function forget(database: Database): Promise<void> {
  await database.withConnection(async (connection) => {
    await connection.query('SELECT heliosdb_flush()');
    for (const table of ['metrics_history', 'query_shapes', 'argument_samples', 'logs']) {
      await connection.run(`DELETE FROM heliosdb.${table}`).catch(() => undefined);
    }
  });
}

function countOf(judged: readonly Recommendation[]): string {
  const count = (state: Recommendation['state']): number =>
    judged.filter((recommendation) => recommendation.state === state).length;
  const parts = (['verified', 'refuted', 'inconclusive', 'not_replayable'] as const)
    .map((state) => [count(state), state.replace('_', ' ')] as const)
    .filter(([number]) => number > 0)
    .map(([number, name]) => `${number} ${name}`);
  return `${judged.length} tried: ${parts.join(', ')}. On your own database: heliosdb advise --db FILE --replay`;
}

function talkTo(console: Console) {
  const palette = paletteFor(console.err, console.environment);
  const say = (text: string): void => {
    console.err.write(`${text}\n`);
  };
  return {
    heading: (text: string) => say(`\n${palette.bold(text)}`),
    line: say,
    dim: (text: string) => say(palette.dim(text)),
    /** A line that the next one replaces; only where somebody sees it pass. */
    passing: (text: string) => {
      if (console.err.isTTY === true) console.err.write(`\r\u001b[2K${palette.dim(text)}`);
    },
  };
}

async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'heliosdb-demo-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
