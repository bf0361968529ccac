import { StatementRunner } from '#agent';
import { HeliosError } from '#core';
import type { ProcedureStatement } from '#runtime';
import { printStatement } from '#runtime';
import type { Console } from '../console.ts';
import type { ExitCode } from '../exit-code.ts';
import { EXIT } from '../exit-code.ts';
import type { OpenedDatabase } from '../open-database.ts';
import { databaseFile, openForQuestions, openForStatements } from '../open-database.ts';
import {
  capabilitiesOf,
  checkOptions,
  createStatement,
  nameOf,
  proceduresOf,
} from '../procedure-definition.ts';
import { openModule } from '../procedure-source.ts';
import { printFields } from '../render/fields.ts';
import { printResultTable } from '../render/result-table.ts';
import { askEngine, toObjects } from '../render/show-rows.ts';
import type { Arguments, Run } from '../usage/command.ts';
import { usageError } from '../usage/parse-arguments.ts';
import { write } from '../write.ts';
import { METRICS } from './introspect.ts';
import { watchMetrics } from './watch-metrics.ts';

/** `heliosdb procedure create`. */
export const create: Run = async (args, console) => {
  noPositionals(args);
  checkOptions(args);
  await using module = await openModule(required(args, 'file'), console);
  const statements = proceduresOf(module, args).map((procedure) =>
    createStatement(args, module, procedure),
  );
  return await define(args, console, statements);
};

/** `heliosdb procedure add-version`. */
export const addVersion: Run = async (args, console) => {
  const reference = alter(onlyName(args));
  await using module = await openModule(required(args, 'file'), console);
  const action = {
    kind: 'add_version',
    version: null,
    module: { kind: 'file', text: module.path },
    capabilities: capabilitiesOf(args),
    entry: args.text('entry') ?? null,
  } as const;
  return await define(args, console, [{ ...reference, action }]);
};

/** `heliosdb procedure use-version`. */
export const useVersion: Run = async (args, console) => {
  const [name, version, ...others] = args.positionals;
  if (name === undefined || version === undefined || others.length > 0) {
    throw usageError('a procedure and a version are needed', 'use-version calculate_discount 1');
  }
  if (!/^[1-9]\d{0,8}$/.test(version)) throw usageError(`"${version}" is not a version`);
  const action = { kind: 'use_version', version: Number(version) } as const;
  return await define(args, console, [{ ...alter(name), action }]);
};

/** `heliosdb procedure drop`. */
export const drop: Run = async (args, console) =>
  await define(args, console, [
    {
      kind: 'drop_procedure',
      ...nameOf(onlyName(args)),
      parameterTypes: null,
      ifExists: args.isSet('if-exists'),
      cascade: false,
    },
  ]);

/** `heliosdb procedure info`. */
export const info: Run = async (args, console) => {
  const name = onlyName(args);
  await using opened = await openForQuestions(console, databaseFile(args, console));
  const found = await findProcedure(opened, name);
  if (args.isSet('json')) await write(console.out, `${JSON.stringify(found)}\n`);
  else await write(console.out, found.map((row) => printFields(row, console)).join('\n'));
  return EXIT.ok;
};

const MINE = 'WHERE procedure_id IN (SELECT unnest(from_json($1, \'["VARCHAR"]\')))';

/** `heliosdb procedure metrics`. */
export const metrics: Run = async (args, console) => {
  const name = onlyName(args);
  if (args.isSet('watch')) return await watch(args, console, name);
  if (args.text('every') !== undefined) throw usageError('--every goes with --watch');
  await using opened = await openForQuestions(console, databaseFile(args, console));
  const found = await findProcedure(opened, name);
  const parameters = [JSON.stringify(found.map(({ id }) => id))];
  const mine = MINE;
  const ask = (sql: string) => askEngine(opened.database, { sql, parameters });
  const shapes = `FROM heliosdb_query_shapes() ${mine} ORDER BY total_ms DESC`;
  const custom = `FROM heliosdb_custom_metrics() ${mine} ORDER BY version, name, kind`;
  if (args.isSet('json')) {
    const totals = toObjects(await ask(`FROM heliosdb_metrics() ${mine}`));
    const answer = {
      metrics: totals,
      query_shapes: toObjects(await ask(shapes)),
      custom_metrics: toObjects(await ask(custom)),
    };
    await write(console.out, `${JSON.stringify(answer)}\n`);
    return EXIT.ok;
  }
  const totals = await ask(`FROM heliosdb_metrics() ${mine}`);
  if (totals.rows.length === 0) {
    await write(console.err, 'no calls measured\n');
    return EXIT.ok;
  }
  await write(console.out, printResultTable(await ask(`${METRICS} ${mine}`), console));
  for (const row of toObjects(totals)) {
    await write(console.out, `\n${printFields(row, console)}`);
  }
  const queries = await ask(
    `SELECT shape, calls, memo_hits, distinct_arguments, round(total_ms, 1) AS total_ms, row_count AS rows
     FROM (${shapes})`,
  );
  const own = await ask(
    `SELECT version, name, kind, reports, total, minimum, maximum, mean FROM (${custom})`,
  );
  for (const table of [queries, own].filter(({ rows }) => rows.length > 0)) {
    await write(console.out, `\n${printResultTable(table, console)}`);
  }
  return EXIT.ok;
};

async function watch(args: Arguments, console: Console, name: string): Promise<ExitCode> {
  const ids: unknown[] = [];
  {
    // Let go before the watching begins: others may want to open the file between two looks.
    await using opened = await openForQuestions(console, databaseFile(args, console));
    for (const { id } of await findProcedure(opened, name)) ids.push(id);
  }
  const text = `${METRICS} ${MINE} ORDER BY procedure, version`;
  return await watchMetrics(args, console, { text, parameters: [JSON.stringify(ids)] });
}

/** Runs definitions as the statements they are, and says what was done. */
async function define(
  args: Arguments,
  console: Console,
  statements: readonly ProcedureStatement[],
): Promise<ExitCode> {
  await using opened = await openForStatements(console, databaseFile(args, console));
  await using connection = await opened.database.connect();
  const runner = new StatementRunner(
    { connection, database: opened.database },
    { baseDirectory: process.cwd(), rowsMax: 1, beyond: 'count' },
  );
  const outcomes: unknown[] = [];
  for (const statement of statements) {
    for await (const { notices } of runner.run(printStatement(statement), console.signal)) {
      for (const notice of notices) await write(console.err, `notice: ${notice}\n`);
    }
    const isDropped = statement.kind === 'drop_procedure';
    const rows = isDropped ? [] : await findProcedure(opened, statement.name, statement.schema);
    const [row] = rows;
    outcomes.push(isDropped ? { dropped: statement.name } : (row ?? null));
    const said = isDropped
      ? `dropped ${statement.name}`
      : `${row?.signature} is at version ${row?.active_version}`;
    if (!args.isSet('json')) await write(console.err, `${said}\n`);
  }
  if (args.isSet('json')) {
    const answer = outcomes.length === 1 ? outcomes[0] : outcomes;
    await write(console.out, `${JSON.stringify(answer)}\n`);
  }
  return EXIT.ok;
}

async function findProcedure(
  { database }: OpenedDatabase,
  name: string,
  schema: string | null = null,
): Promise<Record<string, unknown>[]> {
  const wanted = schema === null ? nameOf(name) : { name, schema };
  const all = toObjects(await askEngine(database, { sql: 'FROM heliosdb_procedures()' }));
  const same = (left: unknown, right: string | null) =>
    right === null || String(left).toLowerCase() === right.toLowerCase();
  const found = all.filter(
    (row) => same(row.name, wanted.name) && same(row.schema_name, wanted.schema),
  );
  if (found.length > 0) return found;
  const known = all.map((row) => String(row.name));
  throw new HeliosError('undefined_function', {
    message: `procedure ${name} does not exist`,
    hint: known.length === 0 ? 'the database has no procedures' : `there are ${known.join(', ')}`,
  });
}

function alter(name: string) {
  const reference = { ...nameOf(name), parameterTypes: null, ifExists: false };
  return { kind: 'alter_procedure', ...reference } as const;
}

function required(args: Arguments, name: string): string {
  const value = args.text(name);
  if (value === undefined || value === '') throw usageError(`option --${name} is missing`);
  return value;
}

function onlyName(args: Arguments): string {
  const [name, ...others] = args.positionals;
  if (name === undefined) throw usageError('the name of a procedure is missing');
  if (others.length > 0) throw usageError('one procedure at a time');
  return name;
}

function noPositionals(args: Arguments): void {
  const [word] = args.positionals;
  if (word !== undefined) throw usageError(`unexpected "${word}"`, '--name gives the name');
}
