import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { HeliosError } from '#core';
import type { QueryResult } from '#storage';
import type { Console } from '../console.ts';
import { EXIT } from '../exit-code.ts';
import { databaseFile, openForQuestions, serviceOf } from '../open-database.ts';
import { printResultTable } from '../render/result-table.ts';
import { askEngine, showRows, toObjects } from '../render/show-rows.ts';
import type { Arguments, Run } from '../usage/command.ts';
import { parseCount, usageError } from '../usage/parse-arguments.ts';
import { parseSpan } from '../usage/parse-span.ts';
import { write } from '../write.ts';

const LEVELS: readonly string[] = ['debug', 'info', 'warn', 'error'];
const POLL_MS = 500;

interface Filter {
  readonly conditions: readonly string[];
  readonly parameters: readonly string[];
}

/** `heliosdb logs`. */
export const logs: Run = async (args, console) => {
  const filter = readFilter(args);
  const limit = parseCount(args, 'limit', { fallback: 100, minimum: 1 });
  if (args.isSet('follow')) return await follow(args, console, { filter, limit });
  return await showRows(args, console, {
    sql: newest(filter, limit),
    parameters: filter.parameters,
    nothing: 'no log lines',
  });
};

function readFilter(args: Arguments): Filter {
  const conditions: string[] = [];
  const parameters: string[] = [];
  const procedure = args.text('procedure');
  if (procedure !== undefined) {
    parameters.push(procedure);
    conditions.push(`lower(procedure) = lower($${parameters.length})`);
  }
  const last = args.text('last');
  if (last !== undefined) {
    const since = new Date(Date.now() - parseSpan(last)).toISOString();
    parameters.push(since);
    conditions.push(`"time" >= $${parameters.length}::TIMESTAMPTZ`);
  }
  const level = args.text('level')?.toLowerCase();
  if (level !== undefined) {
    const rank = LEVELS.indexOf(level);
    if (rank < 0) {
      throw usageError(`"${level}" is not a log level`, `levels are ${LEVELS.join(', ')}`);
    }
    const names = LEVELS.slice(rank).map((name) => `'${name}'`);
    conditions.push(`level IN (${names.join(', ')})`);
  }
  return { conditions, parameters };
}

// The newest lines, oldest first: as a log is read.
function newest({ conditions }: Filter, limit: number): string {
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  return `FROM (FROM heliosdb_logs() ${where} ORDER BY sequence DESC LIMIT ${limit}) ORDER BY sequence`;
}

/**
 * Prints what is there and then what comes. The file is opened only when it has changed and let go
 * at once, because DuckDB lets one process open it at a time.
 */
async function follow(
  args: Arguments,
  console: Console,
  { filter, limit }: { readonly filter: Filter; readonly limit: number },
): Promise<typeof EXIT.cancelled> {
  const file = databaseFile(args, console);
  let seen = -1;
  let stamp = '';
  let path: string | null = null;
  while (!console.signal.aborted) {
    // A service's lines may be in its memory: the file does not tell of them.
    const isServed = (await serviceOf(console, file)) !== null;
    const changed = path === null || isServed ? 'unknown' : await stampOf(path);
    if (isServed) stamp = '';
    if (changed !== stamp) {
      try {
        await using opened = await openForQuestions(console, file);
        path = opened.path;
        const after = [...filter.conditions, `sequence > ${seen}`];
        const sql = newest({ ...filter, conditions: after }, seen < 0 ? limit : 1_000_000);
        const result = await askEngine(opened.database, { sql, parameters: filter.parameters });
        seen = await print(result, { args, console, seen });
      } catch (error) {
        // Whoever owns the file is writing; what it wrote is read when it is done.
        if (!HeliosError.isInstance(error, 'database_in_use')) throw error;
      }
      stamp = path === null ? '' : changed === 'unknown' ? await stampOf(path) : changed;
    }
    await sleep(POLL_MS, undefined, { signal: console.signal }).catch(() => undefined);
  }
  return EXIT.cancelled;
}

async function print(
  result: QueryResult,
  { args, console, seen }: { args: Arguments; console: Console; seen: number },
): Promise<number> {
  if (result.rows.length === 0) return seen;
  if (args.isSet('json')) {
    const lines = toObjects(result).map((row) => `${JSON.stringify(row)}\n`);
    await write(console.out, lines.join(''));
  } else {
    const text = printResultTable(result, console);
    // One header for all of it.
    await write(console.out, seen < 0 ? text : text.split('\n').slice(2).join('\n'));
  }
  const last = toObjects(result).at(-1)?.sequence;
  return Math.max(seen, Number(last ?? seen));
}

async function stampOf(path: string): Promise<string> {
  const times = [path, `${path}.wal`].map(async (name) => {
    try {
      const { mtimeMs, size } = await stat(name);
      return `${mtimeMs}:${size}`;
    } catch {
      return '';
    }
  });
  return (await Promise.all(times)).join(' ');
}
