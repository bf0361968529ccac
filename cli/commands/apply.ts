import { StatementRunner } from '#agent';
import { HeliosError } from '#core';
import type { CreateProcedure } from '#runtime';
import { printStatement } from '#runtime';
import type { Console } from '../console.ts';
import { EXIT } from '../exit-code.ts';
import type { OpenedDatabase } from '../open-database.ts';
import { databaseFile, openForComparison, openForStatements } from '../open-database.ts';
import { createStatement, proceduresOf } from '../procedure-definition.ts';
import type { Change } from '../procedure-folder/compare.ts';
import { compare } from '../procedure-folder/compare.ts';
import { readManifest } from '../procedure-folder/manifest.ts';
import { openModule } from '../procedure-source.ts';
import type { Arguments, Run } from '../usage/command.ts';
import { usageError } from '../usage/parse-arguments.ts';
import { write } from '../write.ts';

/** `heliosdb diff`. */
export const diff: Run = async (args, console) => {
  await using modules = new AsyncDisposableStack();
  const wanted = await definitionsOf(args, console, modules);
  await using opened = await openForComparison(console, databaseFile(args, console));
  const changes = await changesOf(args, console, { opened, wanted });
  await report(args, console, { changes, isApplied: false });
  return changes.length === 0 ? EXIT.ok : EXIT.findings;
};

/** `heliosdb apply`. */
export const apply: Run = async (args, console) => {
  if (args.isSet('dry-run')) {
    const code = await diff(args, console);
    return code === EXIT.findings ? EXIT.ok : code;
  }
  await using modules = new AsyncDisposableStack();
  const wanted = await definitionsOf(args, console, modules);
  await using opened = await openForStatements(console, databaseFile(args, console));
  const changes = await changesOf(args, console, { opened, wanted });
  if (changes.length > 0) await runAll(opened, console, changes);
  await report(args, console, { changes, isApplied: true });
  return EXIT.ok;
};

/** The folder's definitions; their compiled modules live as long as `modules`. */
async function definitionsOf(
  args: Arguments,
  console: Console,
  modules: AsyncDisposableStack,
): Promise<readonly CreateProcedure[]> {
  const [folder, ...others] = args.positionals;
  if (folder === undefined) throw usageError('the folder of the procedures is missing');
  if (others.length > 0) throw usageError('one folder at a time');
  const statements: CreateProcedure[] = [];
  for (const entry of await readManifest(folder)) {
    const module = modules.use(await openModule(entry.path, console));
    for (const procedure of proceduresOf(module, entry.args)) {
      statements.push(createStatement(entry.args, module, procedure));
    }
  }
  return statements;
}

async function changesOf(
  args: Arguments,
  console: Console,
  { opened, wanted }: { opened: OpenedDatabase; wanted: readonly CreateProcedure[] },
): Promise<readonly Change[]> {
  const { changes, others } = await compare(opened.database, wanted);
  if (args.isSet('prune')) return [...changes, ...others];
  if (others.length > 0) {
    const names = others.map(({ procedure }) => procedure).join(', ');
    await write(console.err, `not in the folder, kept without --prune: ${names}\n`);
  }
  return changes;
}

/**
 * Everything or nothing. A result type that has no function yet is registered by the attempt that
 * needs it, and only a transaction that begins afterwards sees it: one attempt a type.
 */
async function runAll(
  opened: OpenedDatabase,
  console: Console,
  changes: readonly Change[],
): Promise<void> {
  const statements = changes.map(({ statement }) => printStatement(statement));
  const script = ['BEGIN TRANSACTION', ...statements, 'COMMIT'].join(';\n');
  for (let attemptsLeft = changes.length; ; attemptsLeft -= 1) {
    try {
      for (const notice of await runScript(opened, script, console)) {
        await write(console.err, `notice: ${notice}\n`);
      }
      return;
    } catch (error) {
      const isTypeNew = HeliosError.isInstance(error, 'statement_not_allowed_in_transaction');
      if (!isTypeNew || attemptsLeft === 0) throw error;
    }
  }
}

/** Runs a script on a connection of its own; whatever ends it early rolls back. */
async function runScript(
  { database }: OpenedDatabase,
  script: string,
  { signal }: Console,
): Promise<readonly string[]> {
  await using connection = await database.connect();
  const runner = new StatementRunner(
    { connection, database },
    { baseDirectory: process.cwd(), rowsMax: 1, beyond: 'count' },
  );
  const told: string[] = [];
  for await (const { notices } of runner.run(script, signal)) told.push(...notices);
  return told;
}

const SIGNS = { create: '+', change: '~', drop: '-' } as const;

async function report(
  args: Arguments,
  console: Console,
  { changes, isApplied }: { changes: readonly Change[]; isApplied: boolean },
): Promise<void> {
  if (args.isSet('json')) {
    const list = changes.map(({ statement: _, ...change }) => change);
    await write(console.out, `${JSON.stringify({ applied: isApplied, changes: list })}\n`);
    return;
  }
  for (const { action, procedure, differences } of changes) {
    const lines = [`${SIGNS[action]} ${procedure}`, ...differences.map((each) => `    ${each}`)];
    await write(console.out, `${lines.join('\n')}\n`);
  }
  if (changes.length === 0) await write(console.err, 'nothing to change\n');
}
