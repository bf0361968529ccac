import { checkPlan, openMemory } from '#agent';
import { HeliosError } from '#core';
import type { Plan } from '#planner';
import { readCatalog } from '#storage';
import { openForMemory } from '../conversation.ts';
import { EXIT } from '../exit-code.ts';
import { databaseFile, stateDirectory } from '../open-database.ts';
import type { Run } from '../usage/command.ts';
import { usageError } from '../usage/parse-arguments.ts';
import { write } from '../write.ts';

/** `heliosdb remember`: saves, lists and forgets questions with the SQL that answers them. */
export const run: Run = async (args, console) => {
  const question = args.positionals.join(' ').trim();
  const sql = args.text('sql')?.trim();
  await using opened = await openForMemory(console, databaseFile(args, console));
  const { database } = opened;
  const memory = await openMemory({ database, directory: stateDirectory(console) });
  if (args.isSet('list')) {
    for (const pair of await memory.verified())
      await write(console.out, `${JSON.stringify(pair)}\n`);
    return EXIT.ok;
  }
  if (question === '') {
    throw usageError('the question is missing', 'heliosdb remember "How many…?" --sql "SELECT …"');
  }
  if (args.isSet('forget')) {
    if (await memory.forget(question)) return EXIT.ok;
    throw new HeliosError('undefined_object', {
      message: 'that question is not remembered',
      hint: 'heliosdb remember --list shows what is',
    });
  }
  if (sql === undefined || sql === '') {
    throw usageError('the SQL is missing', '--sql "SELECT …"; --sql - reads standard input');
  }
  const text = sql === '-' ? await readAll(console.in) : sql;
  const problem = await database.withConnection(async (connection) =>
    checkPlan(connection, planOf(question, text), await readCatalog(connection)),
  );
  if (problem !== null) {
    throw new HeliosError('invalid_plan', {
      message: 'that SQL cannot answer questions',
      detail: problem.message,
      hint: 'one SELECT that runs in this database; heliosdb sql tries it',
    });
  }
  await memory.remember({ question, sql: text.trim().replace(/(\s*;)+$/, '') });
  await write(console.err, `remembered in ${memory.place}\n`);
  return EXIT.ok;
};

function planOf(request: string, sql: string): Plan {
  return {
    request,
    tasks: [{ kind: 'query', id: 'task1', title: request, dependsOn: [], sql, columns: [] }],
    answer: { kind: 'answer', from: 'task1', shape: 'list', template: null },
    assumptions: [],
    grounding: [],
  };
}

async function readAll(stream: AsyncIterable<unknown>): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}
