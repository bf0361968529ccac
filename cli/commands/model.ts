import { readFile, stat, writeFile } from 'node:fs/promises';
import type { SemanticsProblem } from '#agent';
import { checkPlan, interruptible, loadSemantics, readSemantics, writeSemantics } from '#agent';
import { HeliosError } from '#core';
import type { CatalogSnapshot, Plan, SemanticModel } from '#planner';
import { applySemantics, describeSchema } from '#planner';
import type { SqlDatabase } from '#storage';
import { readCatalog } from '#storage';
import type { Console } from '../console.ts';
import { EXIT } from '../exit-code.ts';
import { databaseFile, openForQuestions } from '../open-database.ts';
import { escapeControls } from '../render/cells.ts';
import { semanticsBeside, semanticsFile } from '../semantics.ts';
import type { Run } from '../usage/command.ts';
import { write } from '../write.ts';

/** `heliosdb model init`: writes the semantic model of a database to be edited. */
export const init: Run = async (args, console) => {
  await using opened = await openForQuestions(console, databaseFile(args, console));
  const text = await writeSemantics(await snapshot(opened.database, console));
  if (args.text('out') === '-') {
    await write(console.out, text);
    return EXIT.ok;
  }
  const file = args.text('out') ?? semanticsBeside(opened.path);
  const isThere = await stat(file).then(
    () => true,
    () => false,
  );
  if (isThere && !args.isSet('force')) {
    throw new HeliosError('duplicate_object', {
      message: `${file} exists`,
      hint: '--force writes it anew, --out FILE writes another file',
    });
  }
  await writeFile(file, text);
  await write(console.err, `wrote ${file}\n`);
  return EXIT.ok;
};

/** `heliosdb model show`: what the planner believes of a database. */
export const show: Run = async (args, console) => {
  await using opened = await openForQuestions(console, databaseFile(args, console));
  const plain = await snapshot(opened.database, console);
  const file = await semanticsFile({ args, path: opened.path });
  const catalog = file === null ? plain : applySemantics(plain, await loadSemantics(file, plain));
  const beliefs = describeSchema(catalog);
  if (args.isSet('json')) {
    const keys = catalog.keys;
    await write(console.out, `${JSON.stringify({ file, tables: beliefs, keys })}\n`);
    return EXIT.ok;
  }
  await write(console.err, file === null ? 'no semantic model file\n' : `${file}\n`);
  for (const { schema, name, key, label, columns } of beliefs) {
    const table = schema === 'main' ? name : `${schema}.${name}`;
    const facts = [
      ...(key === null ? [] : [`key ${key}`]),
      ...(label.length === 0 ? [] : [`named by ${label.join(', ')}`]),
    ];
    await write(console.out, escapeControls(`${table}  ${facts.join('; ')}`).concat('\n'));
    for (const column of columns) {
      const line = `  ${column.name.padEnd(24)} ${column.role.padEnd(10)} ${column.type}`;
      await write(console.out, `${escapeControls(line)}\n`);
    }
  }
  return EXIT.ok;
};

/** `heliosdb model check`: every mistake in the file, with its line. */
export const check: Run = async (args, console) => {
  await using opened = await openForQuestions(console, databaseFile(args, console));
  const file = (await semanticsFile({ args, path: opened.path })) ?? semanticsBeside(opened.path);
  const catalog = await snapshot(opened.database, console);
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw missing(file, cause);
  });
  const { model, problems } = await readSemantics(text, catalog);
  const all: readonly SemanticsProblem[] =
    model === null
      ? problems
      : await checkMetrics(model, { catalog, database: opened.database, text });
  if (args.isSet('json')) await write(console.out, `${JSON.stringify({ file, problems: all })}\n`);
  else {
    for (const { line, message } of all) {
      await write(console.out, `${file}:${line}: ${escapeControls(message)}\n`);
    }
    if (all.length === 0) await write(console.err, `${file} is right\n`);
  }
  return all.length === 0 ? EXIT.ok : EXIT.failed;
};

/** Whether a metric's expression runs is known to the binder only. */
async function checkMetrics(
  model: SemanticModel,
  { catalog, database, text }: { catalog: CatalogSnapshot; database: SqlDatabase; text: string },
): Promise<readonly SemanticsProblem[]> {
  const lines = text.split('\n');
  const problems: SemanticsProblem[] = [];
  for (const { schema, name, metrics } of model.tables) {
    for (const metric of metrics) {
      const sql = `SELECT *, (${metric.expression}\n) FROM "${schema}"."${name.replaceAll('"', '""')}"`;
      const problem = await database.withConnection((connection) =>
        checkPlan(connection, planOf(sql), catalog),
      );
      if (problem === null) continue;
      const index = lines.findIndex((line) => line.trim().startsWith(`${metric.name}:`));
      problems.push({ line: index + 1, message: `metric ${metric.name}: ${problem.message}` });
    }
  }
  return problems;
}

function planOf(sql: string): Plan {
  return {
    request: 'a metric',
    tasks: [{ kind: 'query', id: 'task1', title: 'Check', dependsOn: [], sql, columns: [] }],
    answer: { kind: 'answer', from: 'task1', shape: 'table', template: null },
    assumptions: [],
    grounding: [],
  };
}

function missing(path: string, cause: unknown): HeliosError {
  return new HeliosError('undefined_file', {
    message: `no semantic model ${path}`,
    hint: 'heliosdb model init writes one',
    fields: { path },
    cause,
  });
}

function snapshot(database: SqlDatabase, { signal }: Console): Promise<CatalogSnapshot> {
  return database.withConnection((connection) =>
    interruptible({ connection, database }, signal, () => readCatalog(connection)),
  );
}
