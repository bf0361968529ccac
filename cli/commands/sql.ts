import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { StatementRunner } from '#agent';
import { HeliosError } from '#core';
import type { Console } from '../console.ts';
import { EXIT } from '../exit-code.ts';
import { databaseFile, openForStatements } from '../open-database.ts';
import { StatementPrinter } from '../statement-printer.ts';
import type { Arguments, Run } from '../usage/command.ts';
import { parseCount, usageError } from '../usage/parse-arguments.ts';

const TABLE_ROWS = 1000;
/** Rows of one result that are held in memory. */
const ROWS_MAX = 1_000_000;

export const run: Run = async (args, console) => {
  const format = args.isSet('json') ? 'json' : args.isSet('csv') ? 'csv' : 'table';
  if (args.isSet('json') && args.isSet('csv'))
    throw usageError('--json and --csv exclude each other');
  const limit = parseCount(args, 'limit', {
    fallback: format === 'table' ? TABLE_ROWS : Number.POSITIVE_INFINITY,
    minimum: 0,
  });
  const { script, baseDirectory } = await readScript(args, console);
  await using opened = await openForStatements(console, databaseFile(args, console));
  await using connection = await opened.database.connect();
  const printer = new StatementPrinter(console, { format, limit });
  const runner = new StatementRunner(
    { connection, database: opened.database },
    {
      baseDirectory,
      rowsMax: Math.min(limit, ROWS_MAX),
      beyond: limit <= ROWS_MAX ? 'count' : 'fail',
    },
  );
  for await (const result of runner.run(script, console.signal)) await printer.print(result);
  return console.signal.aborted ? EXIT.cancelled : EXIT.ok;
};

interface Script {
  readonly script: string;
  /** What relative `file://` paths in the script are relative to. */
  readonly baseDirectory: string;
}

async function readScript(args: Arguments, console: Console): Promise<Script> {
  const file = args.text('file');
  const [script, ...others] = args.positionals;
  if (others.length > 0) throw usageError('one script at a time', 'put the script in quotes');
  if (file !== undefined && script !== undefined) {
    throw usageError('the script is either an argument or a file');
  }
  if (file !== undefined && file !== '-') {
    return { script: await readText(file), baseDirectory: dirname(resolve(file)) };
  }
  if (script !== undefined) return { script, baseDirectory: process.cwd() };
  if (console.in.isTTY === true) {
    throw usageError('the script is missing', 'heliosdb sql "SELECT 1", or heliosdb shell');
  }
  return { script: await readAll(console.in), baseDirectory: process.cwd() };
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new HeliosError('undefined_file', {
      message: `cannot read ${file}`,
      detail: (cause as Error).message,
      fields: { path: resolve(file) },
      cause,
    });
  }
}
