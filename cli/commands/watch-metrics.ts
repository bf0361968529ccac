import { setTimeout as sleep } from 'node:timers/promises';
import { HeliosError } from '#core';
import type { QueryResult } from '#storage';
import type { Console } from '../console.ts';
import type { ExitCode } from '../exit-code.ts';
import { EXIT } from '../exit-code.ts';
import { databaseFile, openForQuestions } from '../open-database.ts';
import { printResultTable } from '../render/result-table.ts';
import { askEngine, toObjects } from '../render/show-rows.ts';
import type { Arguments } from '../usage/command.ts';
import { parseSpan } from '../usage/parse-span.ts';
import { write } from '../write.ts';

const CLEAR = '\u001b[H\u001b[2J\u001b[3J';
const EVERY_MS = 1_000;

/** What is shown of a moment, with what it grew by since the moment before. */
interface Moment {
  readonly at: number;
  /** Calls and rows so far, by version. */
  readonly counts: ReadonlyMap<string, readonly [calls: number, rows: number]>;
}

/**
 * Shows a procedure's figures again and again: on a terminal in one place, else a table, or with
 * --json a line, whenever something was called. The database is opened anew each time and let go.
 */
export async function watchMetrics(
  args: Arguments,
  console: Console,
  sql: { readonly text: string; readonly parameters: readonly string[] },
): Promise<ExitCode> {
  const every = args.text('every');
  const everyMs = every === undefined ? EVERY_MS : parseSpan(every);
  let before: Moment | null = null;
  while (!console.signal.aborted) {
    const result = await readOnce(args, console, sql);
    if (result !== null) {
      const now = momentOf(result);
      const isFirst = before === null;
      if (isFirst || console.out.isTTY === true || hasChanged(before, now)) {
        await print(result, { args, console, before, now });
      }
      before = now;
    }
    await sleep(everyMs, undefined, { signal: console.signal }).catch(() => undefined);
  }
  return EXIT.cancelled;
}

async function readOnce(
  args: Arguments,
  console: Console,
  { text, parameters }: { readonly text: string; readonly parameters: readonly string[] },
): Promise<QueryResult | null> {
  try {
    await using opened = await openForQuestions(console, databaseFile(args, console));
    return await askEngine(opened.database, { sql: text, parameters });
  } catch (error) {
    // Whoever owns the file is writing: the next look will be luckier.
    if (HeliosError.isInstance(error, 'database_in_use')) return null;
    throw error;
  }
}

function momentOf(result: QueryResult): Moment {
  const counts = toObjects(result).map(
    (row) => [versionOf(row), [Number(row.calls), Number(row.rows)]] as const,
  );
  return { at: performance.now(), counts: new Map(counts) };
}

function versionOf(row: Readonly<Record<string, unknown>>): string {
  return `${row.procedure} ${row.version}`;
}

function hasChanged(before: Moment | null, now: Moment): boolean {
  return JSON.stringify([...(before?.counts ?? [])]) !== JSON.stringify([...now.counts]);
}

async function print(
  result: QueryResult,
  given: { args: Arguments; console: Console; before: Moment | null; now: Moment },
): Promise<void> {
  const { args, console, before, now } = given;
  const seconds = before === null ? null : (now.at - before.at) / 1000;
  const rates = toObjects(result).map((row) => {
    const version = versionOf(row);
    const [calls, rows] = now.counts.get(version) ?? [0, 0];
    const [callsBefore, rowsBefore] = before?.counts.get(version) ?? [0, 0];
    const rate = (grown: number) => (seconds === null ? null : Math.round(grown / seconds));
    return [rate(calls - callsBefore), rate(rows - rowsBefore)] as const;
  });
  if (args.isSet('json')) {
    const versions = toObjects(result).map((row, index) => ({
      ...row,
      calls_per_second: rates[index]?.[0] ?? null,
      rows_per_second: rates[index]?.[1] ?? null,
    }));
    const line = JSON.stringify({ time: new Date().toISOString(), metrics: versions });
    await write(console.out, `${line}\n`);
    return;
  }
  const columns = [
    ...result.columns,
    { name: 'calls/s', type: 'BIGINT' },
    { name: 'rows/s', type: 'BIGINT' },
  ];
  const rows = result.rows.map((row, index) => [...row, ...(rates[index] ?? [])]);
  const table = printResultTable({ columns, rows }, console);
  const isLive = console.out.isTTY === true;
  const head = `${new Date().toISOString()}\n`;
  await write(console.out, isLive ? `${CLEAR}${head}${table}` : `${head}${table}\n`);
}
