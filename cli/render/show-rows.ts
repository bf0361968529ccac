import { HeliosError, toJson } from '#core';
import type { QueryResult, SqlDatabase } from '#storage';
import type { Console } from '../console.ts';
import type { ExitCode } from '../exit-code.ts';
import { EXIT } from '../exit-code.ts';
import { databaseFile, openForQuestions } from '../open-database.ts';
import type { Arguments } from '../usage/command.ts';
import { write } from '../write.ts';
import { printResultTable } from './result-table.ts';

export interface Question {
  readonly sql: string;
  readonly parameters?: readonly string[];
  /** What is said on stderr when there are no rows. */
  readonly nothing: string;
}

/** Asks the command's database one question and prints the rows as a table or as JSON. */
export async function showRows(
  args: Arguments,
  console: Console,
  question: Question,
): Promise<ExitCode> {
  await using opened = await openForQuestions(console, databaseFile(args, console));
  const result = await askEngine(opened.database, question);
  if (args.isSet('json')) {
    await write(console.out, `${JSON.stringify(toObjects(result))}\n`);
  } else if (result.rows.length === 0) {
    await write(console.err, `${question.nothing}\n`);
  } else {
    await write(console.out, printResultTable(result, console));
  }
  return EXIT.ok;
}

/** A query of the engine's tables; no rows where there is no engine. */
export async function askEngine(
  database: SqlDatabase,
  { sql, parameters = [] }: Omit<Question, 'nothing'>,
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

/** Rows as objects, one key a column. */
export function toObjects({ columns, rows }: QueryResult): Record<string, unknown>[] {
  return rows.map((row) =>
    Object.fromEntries(columns.map(({ name }, index) => [name, toJson(row[index] ?? null)])),
  );
}
