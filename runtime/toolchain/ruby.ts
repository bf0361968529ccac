/** Compiles Ruby to a program for the mruby that every database has. */

import { readFile, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { HeliosError } from '#core';
import type { Toolchain } from './language.ts';
import type { HostNeed } from './program-module.ts';
import { programModule } from './program-module.ts';
import { lineOfMethod, readRubySignature } from './ruby-signature.ts';
import { runEngine } from './run-engine.ts';
import { readProgramSource } from './source.ts';
import type { ProcedureSignature } from './wasm-module.ts';

const ENGINE = new URL('../../sdk/ruby/engine/', import.meta.url);
const LOAD_RANDOM = 1;
/** Files that one program may be made of. */
const FILES_MAX = 500;
/** What a procedure can `require`: all of it is there already. */
const BUILT_IN = ['heliosdb', 'json', 'date', 'time', 'set', 'bigdecimal'];
/** What a program has to name for its module to be given it; nothing else is linked. */
const NEEDS: Readonly<Record<HostNeed, RegExp>> = {
  query: /\bheliosdb_(query(_params)?|cursor_open)\b/,
  transaction: /\bheliosdb_(begin|commit|rollback)_tx\b/,
  now: /\b(heliosdb_now|Time\.(now|new)|Date\.today)\b/,
  random: /\b(s?rand|Random|shuffle!?|sample|heliosdb_(fetch|crypto_random|crypto_seal))(?![\w?])/,
};

interface SourceFile {
  /** As `require_relative` of the main file names it. */
  readonly name: string;
  /** As stacks name it. */
  readonly file: string;
  readonly text: string;
}

interface Part extends SourceFile {
  readonly code: Uint8Array;
}

interface Method {
  readonly name: string;
  /** Kind (`req`, `opt`, `rest`, `key`, `keyrest`, `block`) and name. */
  readonly parameters: readonly (readonly [kind: string, name: string])[];
}

export const ruby: Toolchain = {
  language: 'ruby',
  marking: null,
  accepts: (source, isDirectory) => !isDirectory && source.endsWith('.rb'),
  async compile({ source, output }) {
    const files = await readProgram(source);
    const facts: { mruby: string; namespace: string } = JSON.parse(
      await readFile(new URL('engine.json', ENGINE), 'utf8'),
    );
    const parts = await Promise.all(files.map(compilePart));
    const main = files[0];
    const methods = await describe(pack(facts.mruby, parts, []));
    const lines = (main?.text ?? '').split('\n');
    const procedures = methods
      .map((method) => signatureOf(main?.text ?? '', method))
      .sort((left, right) => lineOfMethod(lines, left.name) - lineOfMethod(lines, right.name));
    if (procedures.length === 0) {
      throw new HeliosError('invalid_function_definition', {
        message: 'the source defines no method that SQL can call',
        detail: source,
        hint: 'Write "def name(…)" at the top level; a name that begins with _ stays private.',
      });
    }
    const words = files.map(({ text }) => text).join('\n');
    const needs = (Object.keys(NEEDS) as HostNeed[]).filter((need) => NEEDS[need].test(words));
    const module = programModule({
      namespace: facts.namespace,
      program: pack(facts.mruby, parts, procedures),
      flags: needs.includes('random') ? LOAD_RANDOM : 0,
      needs,
      procedures,
    });
    await writeFile(output, module);
    return `mruby ${facts.mruby}`;
  },
};

/** A file with those beside it that it requires, directly or not; the first is the file itself. */
async function readProgram(path: string): Promise<SourceFile[]> {
  const folder = dirname(path);
  const files: SourceFile[] = [
    {
      name: basename(path, '.rb'),
      file: basename(path),
      text: await readProgramSource(path, 'ruby'),
    },
  ];
  for (const { file, text } of files) {
    for (const [, relative, name = ''] of text.matchAll(
      /^[ \t]*require(_relative)?[ \t(]+['"]([^'"\n]+)['"]/gm,
    )) {
      if (relative === undefined) {
        if (!BUILT_IN.includes(name)) throw refused(file, name);
        continue;
      }
      const known = name.replace(/^\.\//, '').replace(/\.rb$/, '');
      if (files.some((each) => each.name === known)) continue;
      const required = join(folder, `${known}.rb`);
      if (!(await stat(required).catch(() => null))?.isFile()) {
        throw compileError(`${file}: require_relative '${name}': there is no file ${known}.rb`);
      }
      const found = await readProgramSource(required, 'ruby');
      files.push({ name: known, file: `${known}.rb`, text: found });
      if (files.length > FILES_MAX) {
        throw compileError(`the program is made of more than ${FILES_MAX} files`);
      }
    }
  }
  return files;
}

function refused(file: string, name: string): HeliosError {
  return new HeliosError('compile_failed', {
    message: 'a procedure runs in a sandbox, where gems and most of the library are not there',
    detail: `${file} requires ${name}`,
    hint: `There are ${BUILT_IN.join(', ')}, and the files beside it with require_relative.`,
    fields: { language: 'ruby' },
  });
}

/** Lets the engine itself compile: its bytecode fits no other version. */
async function compilePart(source: SourceFile): Promise<Part> {
  const engine = await runEngine(ENGINE, compileError);
  const text = new TextEncoder().encode(source.text);
  const file = new TextEncoder().encode(`${source.file}\0`);
  const textAt = engine.place(text, text.length + 1);
  const fileAt = engine.place(file, file.length);
  const lengthAt = engine.place(new Uint8Array(4), 4);
  const codeAt = engine.call('hdb_compile', textAt, text.length, fileAt, lengthAt);
  return { ...source, code: engine.bytes(codeAt, engine.number(lengthAt)).slice() };
}

/** The methods that a program defines at its top level. */
async function describe(program: Uint8Array): Promise<readonly Method[]> {
  const engine = await runEngine(ENGINE, compileError);
  engine.call('hdb_load', engine.place(program, program.length), program.length, 0);
  return JSON.parse(engine.text(engine.call('hdb_describe')));
}

/** What the engine's `hdb_load` takes: a header, and for each file its source and its bytecode. */
function pack(
  version: string,
  parts: readonly Part[],
  procedures: readonly ProcedureSignature[],
): Uint8Array {
  const encoder = new TextEncoder();
  const sources = parts.map(({ text }) => encoder.encode(text));
  const documents = procedures.flatMap(({ name, parameters }) => {
    const places = parameters.flatMap(({ type }, place) => (type === 'JSON' ? [place] : []));
    return places.length === 0 ? [] : [[name, places] as const];
  });
  const header = encoder.encode(
    JSON.stringify({
      version,
      main: parts[0]?.name,
      parts: parts.map(({ name, file, code }, index) => ({
        name,
        file,
        source: sources[index]?.length,
        code: code.length,
      })),
      documents: Object.fromEntries(documents),
    }),
  );
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  return Buffer.concat([
    ...[length, header],
    ...parts.flatMap(({ code }, index) => [sources[index] ?? new Uint8Array(), code]),
  ]);
}

function signatureOf(source: string, { name, parameters }: Method): ProcedureSignature {
  const takes = parameters.flatMap(([kind, parameter]) => {
    if (kind === 'rest') return [`*${parameter}`];
    return kind.startsWith('key') ? ['keywords'] : [];
  });
  if (takes[0] !== undefined) {
    throw compileError(
      `${name} takes ${takes[0]}: SQL passes every parameter in its order; ` +
        'a name that begins with _ is no procedure',
    );
  }
  const given = parameters.filter(([kind]) => kind === 'req' || kind === 'opt');
  return readRubySignature(
    source,
    name,
    given.map(([, parameter], index) => ({ name: parameter || `parameter_${index + 1}` })),
  );
}

function compileError(detail: string): HeliosError {
  return new HeliosError('compile_failed', { detail, fields: { language: 'ruby' } });
}
