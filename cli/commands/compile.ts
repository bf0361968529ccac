import { basename, extname, resolve } from 'node:path';
import type { CompiledProcedure, ProcedureSignature } from '#runtime';
import { EXIT } from '../exit-code.ts';
import { compileShown, languageOf } from '../procedure-source.ts';
import type { Run } from '../usage/command.ts';
import { usageError } from '../usage/parse-arguments.ts';
import { write } from '../write.ts';

/** `heliosdb compile`. */
export const compile: Run = async (args, console) => {
  const [source, ...others] = args.positionals;
  if (source === undefined) throw usageError('the source is missing', 'compile x.py -o x.wasm');
  if (others.length > 0) throw usageError('one source at a time');
  const name = basename(resolve(source));
  const output = args.text('output') ?? `${basename(name, extname(name))}.wasm`;
  const language = languageOf(args.text('language'));
  const compiled = await compileShown({ source, output, language }, console);
  if (args.isSet('json')) {
    const { path, language, compiler, byteCount, procedures } = compiled;
    const answer = { path, language, compiler, byteCount, procedures };
    await write(console.out, `${JSON.stringify(answer)}\n`);
    return EXIT.ok;
  }
  const kilobytes = Math.max(1, Math.round(compiled.byteCount / 1000));
  await write(console.err, `wrote ${output}: ${kilobytes} kB, ${compiled.compiler}\n`);
  await write(console.out, describe(compiled, output));
  return EXIT.ok;
};

/** The statements that register what was compiled; what the source does not say is `?`. */
function describe({ procedures }: CompiledProcedure, output: string): string {
  return procedures
    .map((procedure) => `${createStatement(procedure, output, procedures.length > 1)}\n`)
    .join('\n');
}

function createStatement(
  { name, parameters, returns }: ProcedureSignature,
  output: string,
  isOneOfMany: boolean,
): string {
  const list = parameters.map((each) => `${each.name} ${each.type ?? '?'}`).join(', ');
  const clauses = parameters.some(({ nullable }) => nullable) ? ' CALLED ON NULL INPUT' : '';
  const entry = isOneOfMany ? ` ENTRY '${name}'` : '';
  const head = `CREATE PROCEDURE ${name}(${list}) RETURNS ${returns ?? '?'}`;
  return `${head} LANGUAGE wasm${clauses}${entry} AS 'file://${output.replaceAll("'", "''")}';`;
}
