import { turnOf } from '#agent';
import { nearest, quoteLiteral } from '#core';
import { PROCEDURES } from './commands/introspect.ts';
import { keepTurn, openConversation } from './conversation.ts';
import { printAnswer, SHOWN_ROWS } from './print-answer.ts';
import { showRunProgress } from './render/run-progress.ts';
import type { ShellContext } from './shell-context.ts';
import { usageError } from './usage/parse-arguments.ts';
import { write } from './write.ts';

interface DotCommand {
  readonly name: string;
  readonly usage: string;
  readonly description: string;
  readonly run: (argument: string, context: ShellContext) => Promise<void>;
}

const COMMANDS: readonly DotCommand[] = [
  {
    name: '.ask',
    usage: '.ask QUESTION',
    description: 'answer a question about this database',
    run: async (argument, context) => {
      if (argument === '') throw usageError('.ask needs a question');
      await askInShell(argument, context);
    },
  },
  {
    name: '.confirm',
    usage: '.confirm',
    description: 'make the change that .ask has just shown',
    run: (_, context) => confirmInShell(context),
  },
  {
    name: '.tables',
    usage: '.tables',
    description: 'list tables and views with their sizes',
    run: (_, context) => context.runScript(TABLES),
  },
  {
    name: '.schema',
    usage: '.schema [TABLE]',
    description: 'show the CREATE statements of all tables, or of one',
    run: (argument, context) => printSchema(argument, context),
  },
  {
    name: '.procedures',
    usage: '.procedures',
    description: 'list procedures',
    run: (_, context) => context.runScript(PROCEDURES),
  },
  {
    name: '.timer',
    usage: '.timer on|off',
    description: 'show how long each statement takes',
    run: async (argument, context) => {
      if (argument !== 'on' && argument !== 'off') throw usageError('.timer needs on or off');
      context.isTimed = argument === 'on';
    },
  },
  {
    name: '.help',
    usage: '.help',
    description: 'this list',
    run: async (_, { console }) => {
      const width = Math.max(...COMMANDS.map(({ usage }) => usage.length));
      const lines = COMMANDS.map(
        ({ usage, description }) => `${usage.padEnd(width)}  ${description}`,
      );
      await write(console.err, `${lines.join('\n')}\n`);
    },
  },
  {
    name: '.quit',
    usage: '.quit',
    description: 'leave (Ctrl-D does too)',
    run: async (_, context) => {
      context.isDone = true;
    },
  },
];

const TABLES = `
  SELECT schema_name AS schema, table_name AS name, 'table' AS kind, estimated_size AS rows
  FROM duckdb_tables()
  WHERE database_name = current_database() AND schema_name <> 'heliosdb' AND NOT internal
  UNION ALL
  SELECT schema_name, view_name, 'view', NULL FROM duckdb_views()
  WHERE database_name = current_database() AND schema_name <> 'heliosdb' AND NOT internal
  ORDER BY ALL;`;

/** Runs a line that starts with a dot. */
export async function runDotCommand(line: string, context: ShellContext): Promise<void> {
  const [word = '', ...rest] = line.replace(/;\s*$/, '').split(/\s+/);
  const name = word === '.exit' ? '.quit' : word;
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (command === undefined) {
    const candidate = nearest(
      name,
      COMMANDS.map((known) => known.name),
    );
    throw usageError(
      `unknown command ${name}`,
      candidate === null ? '.help lists the commands' : `did you mean ${candidate}?`,
    );
  }
  await command.run(rest.join(' ').trim(), context);
}

async function askInShell(question: string, context: ShellContext): Promise<void> {
  const { console, signal } = context;
  const asker = await context.asker();
  const conversation = context.conversation ?? (await openConversation(asker.memory, NEW));
  const progress = showRunProgress(console);
  try {
    const answer = await asker.ask(
      { question, conversation },
      { signal, onEvent: progress.listen },
    );
    progress.end();
    await printAnswer(answer, { console, shownRows: SHOWN_ROWS });
    context.waiting = answer.confirmation?.token ?? null;
    if (context.waiting !== null) await write(console.err, '.confirm makes this change\n');
    await keepTurn(asker.memory, conversation.id, { answer, console });
    context.conversation = { ...conversation, turns: [...conversation.turns, turnOf(answer)] };
  } finally {
    progress.end();
  }
}

const NEW = { id: null, isContinued: false } as const;

async function confirmInShell(context: ShellContext): Promise<void> {
  const { console, signal, waiting } = context;
  if (waiting === null) {
    throw usageError('no change waits to be confirmed', '.ask QUESTION shows one');
  }
  context.waiting = null;
  const asker = await context.asker();
  const answer = await asker.confirm(waiting, { signal, onEvent: () => undefined });
  await printAnswer(answer, { console, shownRows: SHOWN_ROWS });
}

async function printSchema(table: string, { connection, console }: ShellContext): Promise<void> {
  const filter = table === '' ? '' : `AND lower(name) = lower(${quoteLiteral(table)})`;
  const { rows } = await connection.query(`
    SELECT sql FROM (
      SELECT schema_name, table_name AS name, sql FROM duckdb_tables()
      WHERE database_name = current_database() AND NOT internal
      UNION ALL
      SELECT schema_name, view_name, sql FROM duckdb_views()
      WHERE database_name = current_database() AND NOT internal)
    WHERE schema_name <> 'heliosdb' ${filter} ORDER BY schema_name, name`);
  if (rows.length === 0)
    await write(console.err, table === '' ? 'no tables\n' : `no table ${table}\n`);
  for (const [sql] of rows) await write(console.out, `${String(sql).trimEnd()}\n`);
}
