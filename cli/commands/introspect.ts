import { HeliosError, toJson } from '#core';
import type { QueryResult } from '#storage';
import type { Console } from '../console.ts';
import type { ExitCode } from '../exit-code.ts';
import { EXIT } from '../exit-code.ts';
import { openForQuestions } from '../open-database.ts';
import { printResultTable } from '../render/result-table.ts';
import type { Arguments, Run } from '../usage/command.ts';
import { parseCount } from '../usage/parse-arguments.ts';
import { write } from '../write.ts';

/** The columns that people look at; the JSON has all of them. */
export const PROCEDURES = `
  SELECT signature, returns, volatility, active_version AS version, capabilities, comment
  FROM heliosdb_procedures() ORDER BY schema_name, name, signature`;

/** `heliosdb procedures`. */
export const procedures: Run = (args, console) =>
  show(args, console, {
    sql: args.isSet('json') ? 'FROM heliosdb_procedures()' : PROCEDURES,
    nothing: 'no procedures',
  });

/** `heliosdb logs`. */
export const logs: Run = (args, console) => {
  const procedure = args.text('procedure');
  const limit = parseCount(args, 'limit', { fallback: 100, minimum: 1 });
  return show(args, console, {
    // The newest lines, oldest first: as a log is read.
    sql: `FROM (FROM heliosdb_logs() ${procedure === undefined ? '' : 'WHERE procedure = $1'}
                ORDER BY sequence DESC LIMIT ${limit}) ORDER BY sequence`,
    parameters: procedure === undefined ? [] : [procedure],
    nothing: 'no log lines: they are kept by the process that runs the procedures',
  });
};

/** `heliosdb metrics`. */
export const metrics: Run = (args, console) =>
  show(args, console, {
    sql: 'FROM heliosdb_metrics()',
    nothing: 'no calls measured: figures are kept by the process that runs the procedures',
  });

interface Question {
  readonly sql: string;
  readonly parameters?: readonly string[];
  /** What is said on stderr when there are no rows. */
  readonly nothing: string;
}

async function show(args: Arguments, console: Console, question: Question): Promise<ExitCode> {
  await using opened = await openForQuestions(console, args.text('db') ?? null);
  const result = await query(opened.database, question);
  if (args.isSet('json')) {
    await write(console.out, `${JSON.stringify(toObjects(result))}\n`);
  } else if (result.rows.length === 0) {
    await write(console.err, `${question.nothing}\n`);
  } else {
    await write(console.out, printResultTable(result, console));
  }
  return EXIT.ok;
}

async function query(
  database: Awaited<ReturnType<typeof openForQuestions>>['database'],
  { sql, parameters = [] }: Question,
): Promise<QueryResult> {
  try {
    return await database.withConnection((connection) => connection.query(sql, [...parameters]));
  } catch (error) {
    // Without procedures a database is opened without the engine, which then has nothing to list.
    if (HeliosError.isInstance(error, 'undefined_function')) {
      return { columns: [], rows: [], rowCount: 0 };
    }
    throw error;
  }
}

function toObjects({ columns, rows }: QueryResult): object[] {
  return rows.map((row) =>
    Object.fromEntries(columns.map(({ name }, index) => [name, toJson(row[index] ?? null)])),
  );
}
