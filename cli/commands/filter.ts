import { StatementRunner } from '#agent';
import { printIdentifier } from '#core';
import type { StatementResult } from '#runtime';
import { statementsOf } from '#runtime';
import type { Console } from '../console.ts';
import { EXIT } from '../exit-code.ts';
import { databaseFile, openForStatements } from '../open-database.ts';
import { StatementPrinter } from '../statement-printer.ts';
import type { Arguments, Run } from '../usage/command.ts';
import { usageError } from '../usage/parse-arguments.ts';
import { write } from '../write.ts';

const FILTERS_MAX = 10_000;

/** `heliosdb filter set`. */
export const set: Run = async (args, console) => {
  const { role, table } = target(args);
  const condition = needed(args, 'where', '--where "region = \'EU\'"');
  const head = `CREATE OR REPLACE ROW FILTER ON ${table} TO ${printIdentifier(role)}`;
  await execute(`${head} WHERE ${condition}`, { args, console });
  await write(console.err, `role ${role} sees only some rows of ${table}\n`);
  return EXIT.ok;
};

/** `heliosdb filter list`. */
export const list: Run = async (args, console) => {
  const role = args.text('role');
  const suffix = role === undefined ? '' : ` FOR ${printIdentifier(role)}`;
  const [result] = await execute(`SHOW ROW FILTERS${suffix}`, { args, console });
  const format = args.isSet('json') ? 'json' : 'table';
  if (result !== undefined && (result.rowCount > 0 || format === 'json')) {
    await new StatementPrinter(console, { format, limit: FILTERS_MAX }).print(result);
  } else {
    await write(console.err, 'no row filters\n');
  }
  return EXIT.ok;
};

/** `heliosdb filter drop`. */
export const drop: Run = async (args, console) => {
  const { role, table } = target(args);
  const sql = `DROP ROW FILTER ON ${table} FROM ${printIdentifier(role)}`;
  await execute(sql, { args, console });
  await write(console.err, `role ${role} sees all rows of ${table} that it was granted\n`);
  return EXIT.ok;
};

function target(args: Arguments): { readonly role: string; readonly table: string } {
  return {
    role: needed(args, 'role', '--role emea'),
    table: needed(args, 'table', '--table orders, --table sales.orders'),
  };
}

function needed(args: Arguments, option: string, example: string): string {
  const value = args.text(option);
  if (value === undefined || value.trim() === '') {
    throw usageError(`option --${option} is missing`, example);
  }
  return value;
}

async function execute(
  sql: string,
  { args, console }: { readonly args: Arguments; readonly console: Console },
): Promise<StatementResult[]> {
  if (statementsOf(sql).length !== 1) {
    throw usageError('an option holds more than one statement', 'a table and one condition');
  }
  await using opened = await openForStatements(console, databaseFile(args, console));
  await using connection = await opened.database.connect();
  const bounds = { baseDirectory: process.cwd(), rowsMax: FILTERS_MAX, beyond: 'fail' } as const;
  const runner = new StatementRunner({ connection, database: opened.database }, bounds);
  const results: StatementResult[] = [];
  for await (const result of runner.run(sql, console.signal)) results.push(result);
  return results;
}
