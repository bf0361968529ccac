/** Compiles Python to a program for the CPython that every database has. */

import { readFile, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { HeliosError } from '#core';
import type { Toolchain } from './language.ts';
import type { HostNeed } from './program-module.ts';
import { programModule } from './program-module.ts';
import type { RunningEngine } from './run-engine.ts';
import { runEngine } from './run-engine.ts';
import { readProgramSource } from './source.ts';
import type { ProcedureSignature } from './wasm-module.ts';

const ENGINE = new URL('../../sdk/python/engine/', import.meta.url);
const LOAD_RANDOM = 1;
/** Files that one program may be made of. */
const MODULES_MAX = 500;

interface PythonModule {
  readonly file: string;
  readonly source: string;
  readonly is_package: boolean;
}

interface CompileRequest {
  readonly main: string;
  readonly modules: Record<string, PythonModule>;
  /** Whether nothing that is missing can be added. */
  readonly is_last: boolean;
}

type CompileAnswer =
  | { readonly missing: readonly string[] }
  | { readonly error: string }
  | {
      readonly program: string;
      readonly procedures: readonly ProcedureSignature[];
      readonly needs: readonly HostNeed[];
    };

interface EngineFacts {
  readonly python: string;
  readonly namespace: string;
}

export const python: Toolchain = {
  language: 'python',
  marking: null,
  accepts: (source, isDirectory) => !isDirectory && source.endsWith('.py'),
  async compile({ source, output }) {
    const engine = await runEngine(ENGINE, compileError);
    const answer = await compileWithImports(engine, source);
    if (answer.procedures.length === 0) {
      throw new HeliosError('invalid_function_definition', {
        message: 'the source defines no function that SQL can call',
        detail: source,
        hint: 'Write "def name(…):" at the top level; a name that begins with _ stays private.',
      });
    }
    const facts: EngineFacts = JSON.parse(await readFile(new URL('engine.json', ENGINE), 'utf8'));
    const module = programModule({
      namespace: facts.namespace,
      program: Buffer.from(answer.program, 'base64'),
      flags: answer.needs.includes('random') ? LOAD_RANDOM : 0,
      needs: answer.needs,
      procedures: answer.procedures,
    });
    await writeFile(output, module);
    return `CPython ${facts.python}`;
  },
};

/** Compiles a file with those beside it that it imports, directly or not. */
async function compileWithImports(
  engine: RunningEngine,
  path: string,
): Promise<Extract<CompileAnswer, { program: string }>> {
  // Not the file's own name: a `random.py` would hide the library's module from the library.
  const main = `procedure_${basename(path, '.py')}`;
  const modules: Record<string, PythonModule> = {
    [main]: {
      file: basename(path),
      source: await readProgramSource(path, 'python'),
      is_package: false,
    },
  };
  let isLast = false;
  for (;;) {
    const answer = ask(engine, { main, modules, is_last: isLast });
    if ('error' in answer) throw compileError(answer.error);
    if ('program' in answer) return answer;
    const found = await findModules(dirname(path), answer.missing);
    const added = Object.entries(found).filter(([name]) => !(name in modules));
    for (const [name, module] of added) modules[name] = module;
    isLast = added.length === 0;
    if (Object.keys(modules).length > MODULES_MAX) {
      throw compileError(`the program is made of more than ${MODULES_MAX} files`);
    }
  }
}

function ask(engine: RunningEngine, request: CompileRequest): CompileAnswer {
  const text = new TextEncoder().encode(JSON.stringify(request));
  const at = engine.place(text, text.length);
  return JSON.parse(engine.text(engine.call('hdb_compile', at, text.length))) as CompileAnswer;
}

/** Those of the modules that are files or packages in the folder, with the packages around them. */
async function findModules(
  folder: string,
  names: readonly string[],
): Promise<Record<string, PythonModule>> {
  const found: Record<string, PythonModule> = {};
  for (const name of names) {
    const parts = name.split('.');
    if (!parts.every((part) => /^[\p{L}_][\p{L}\p{N}_]*$/u.test(part))) continue;
    for (let depth = 1; depth <= parts.length; depth += 1) {
      const prefix = parts.slice(0, depth);
      const module = await readModule(folder, prefix.join('/'));
      if (module !== null) found[prefix.join('.')] = module;
    }
  }
  return found;
}

async function readModule(folder: string, path: string): Promise<PythonModule | null> {
  for (const [file, isPackage] of [
    [`${path}.py`, false],
    [`${path}/__init__.py`, true],
  ] as const) {
    const name = join(folder, file);
    if (!(await stat(name).catch(() => null))?.isFile()) continue;
    return { file, source: await readProgramSource(name, 'python'), is_package: isPackage };
  }
  return null;
}

function compileError(detail: string): HeliosError {
  return new HeliosError('compile_failed', { detail, fields: { language: 'python' } });
}
