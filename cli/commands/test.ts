import { basename, extname } from 'node:path';
import type { CreateProcedure } from '#runtime';
import { printStatement } from '#runtime';
import type { Console } from '../console.ts';
import { paletteFor } from '../console.ts';
import type { ExitCode } from '../exit-code.ts';
import { EXIT } from '../exit-code.ts';
import { capabilitiesOf, createStatement, proceduresOf } from '../procedure-definition.ts';
import type { ModuleFile } from '../procedure-source.ts';
import { openModule } from '../procedure-source.ts';
import type { CaseOutcome } from '../procedure-test/run-case.ts';
import { runCase } from '../procedure-test/run-case.ts';
import { openBench } from '../procedure-test/test-bench.ts';
import type { TestCase } from '../procedure-test/test-case.ts';
import { caseOf, readCases } from '../procedure-test/test-case.ts';
import { escapeControls } from '../render/cells.ts';
import type { Arguments, Run } from '../usage/command.ts';
import { usageError } from '../usage/parse-arguments.ts';
import { write } from '../write.ts';

/** Apart from what the database has: a procedure of the same name may be there. */
const SCHEMA = 'heliosdb_test';

/** `heliosdb test`, also installed as `heliosdb-wasm-test`. */
export const test: Run = async (args, console) => {
  const [file, ...others] = args.positionals;
  if (file === undefined) {
    throw usageError('the module is missing', 'procedure.wasm --param id=1 --expect 2');
  }
  if (others.length > 0) throw usageError('one module at a time');
  const cases = await casesOf(args);
  await using module = await openModule(file, console);
  const procedure = definitionOf(args, module, { file, cases });
  await using bench = await openBench(file, args, console);
  await bench.run(`CREATE SCHEMA IF NOT EXISTS ${SCHEMA}`);
  await bench.run(printStatement(procedure));
  const outcomes: CaseOutcome[] = [];
  for (const each of cases) {
    const outcome = await runCase(bench, procedure, each, console.signal);
    outcomes.push(outcome);
    if (!args.isSet('json')) await report(outcome, console, cases.length === 1);
  }
  return await conclude(outcomes, args, { console, source: bench.source });
};

async function casesOf(args: Arguments): Promise<readonly TestCase[]> {
  const file = args.text('cases');
  if (file === undefined) return [caseOf(args)];
  const clash = ['expect', 'expect-json', 'expect-error', 'param'].find((name) => args.isSet(name));
  if (clash !== undefined) throw usageError(`--${clash} and --cases do not go together`);
  return await readCases(file);
}

/** The procedure as the options and its module describe it; what neither says, the values do. */
function definitionOf(
  args: Arguments,
  module: ModuleFile,
  { file, cases }: { readonly file: string; readonly cases: readonly TestCase[] },
): CreateProcedure {
  const declared = module.procedures.length > 0 || args.text('name') !== undefined;
  const found = declared ? proceduresOf(module, args) : [];
  const stem = basename(file, extname(file));
  const chosen = args.text('entry') ?? (found.length > 1 ? stem : null);
  const [one] = chosen === null ? found : found.filter(({ name }) => name === chosen);
  if (found.length > 1 && one === undefined) {
    const names = found.map(({ name }) => name).join(', ');
    throw usageError('the module has several procedures', `--entry names one of ${names}`);
  }
  const guessed = { name: stem, comment: null, parameters: guess(cases), returns: 'VARCHAR' };
  const statement = createStatement(args, module, one ?? guessed);
  return {
    ...statement,
    schema: SCHEMA,
    orReplace: true,
    capabilities: capabilitiesOf(args) ?? ['read:*'],
  };
}

/** Types that fit the values of the first case, for modules that declare nothing. */
function guess(cases: readonly TestCase[]) {
  return [...(cases[0]?.parameters ?? [])].map(([name, value]) => ({
    name,
    type: typeOf(value ?? ''),
    nullable: value === null,
  }));
}

function typeOf(value: string): string {
  if (/^[-+]?\d{1,18}$/.test(value)) return 'BIGINT';
  if (/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(value)) return 'DOUBLE';
  return /^(true|false)$/i.test(value) ? 'BOOLEAN' : 'VARCHAR';
}

async function report(outcome: CaseOutcome, console: Console, isOnly: boolean): Promise<void> {
  const palette = paletteFor(console.err, console.environment);
  const { name, passed, differences: lines, logs, result } = outcome;
  if (isOnly || passed === false) {
    for (const line of logs) {
      await write(console.err, palette.dim(`log      ${escapeControls(line)}\n`));
    }
  }
  if (passed === null && outcome.error === null) {
    await write(console.out, `${escapeControls(result ?? 'NULL')}\n`);
    return;
  }
  const mark = passed === true ? 'ok  ' : 'FAIL';
  const shown = outcome.error === null ? ` = ${result ?? 'NULL'}` : '';
  await write(console.out, `${mark} ${escapeControls(`${name}${passed === true ? shown : ''}`)}\n`);
  for (const line of lines) await write(console.out, `     ${escapeControls(line)}\n`);
}

async function conclude(
  outcomes: readonly CaseOutcome[],
  args: Arguments,
  { console, source }: { readonly console: Console; readonly source: string },
): Promise<ExitCode> {
  const failed = outcomes.filter(({ passed }) => passed === false).length;
  if (args.isSet('json')) {
    await write(console.out, `${JSON.stringify({ source, failed, cases: outcomes })}\n`);
  } else if (outcomes.length > 1) {
    const passed = outcomes.length - failed;
    await write(console.err, `${passed} of ${outcomes.length} cases passed, on ${source}\n`);
  }
  return failed > 0 ? EXIT.failed : EXIT.ok;
}
