/** Modules given as sources: compiled on the way, with the signatures that the sources declare. */

import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, extname, join, resolve } from 'node:path';
import { HeliosError } from '#core';
import type {
  CompiledProcedure,
  CompileProcedureOptions,
  GuestLanguage,
  ProcedureSignature,
} from '#runtime';
import { compileProcedure, readModuleFacts, SOURCE_ENDINGS } from '#runtime';
import type { Console } from './console.ts';
import { paletteFor } from './console.ts';
import { hideDetail } from './render/error.ts';
import { usageError } from './usage/parse-arguments.ts';

/** The languages that `--language` and `--lang` take. */
export const LANGUAGES: readonly GuestLanguage[] = [
  'python',
  'ruby',
  'javascript',
  'rust',
  'go',
  'c',
  'java',
  'kotlin',
  'assemblyscript',
];

/** A module's file, as long as this lives. */
export interface ModuleFile extends AsyncDisposable {
  readonly path: string;
  /** What it says of its procedures; empty for modules that say nothing. */
  readonly procedures: readonly ProcedureSignature[];
  /** The compiler that made it just now, null when it was a module already. */
  readonly compiler: string | null;
}

/** Opens a module, or compiles a source to one that goes when the result is disposed of. */
export async function openModule(file: string, console: Console): Promise<ModuleFile> {
  const path = resolve(file);
  const status = await stat(path).catch(() => null);
  if (status === null) {
    throw new HeliosError('undefined_file', {
      message: `there is no file ${file}`,
      detail: path,
      hint: `a module ends in .wasm, a source in ${SOURCE_ENDINGS}`,
    });
  }
  if (!status.isDirectory() && ['.wasm', '.wat', '.txt', '.b64'].includes(extname(path))) {
    return { path, procedures: await declared(path), compiler: null, ...keeps() };
  }
  const folder = await mkdtemp(join(tmpdir(), 'heliosdb-compile-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const output = join(folder, `${basename(path, extname(path))}.wasm`);
    const compiled = await compileShown({ source: path, output }, console);
    const { procedures, compiler } = compiled;
    return { path: output, procedures, compiler, [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/**
 * Compiles, and prints what the compiler says, dimmed, while it works. An error does not repeat
 * what was just printed.
 */
export async function compileShown(
  options: Pick<CompileProcedureOptions, 'source' | 'output' | 'language'>,
  console: Console,
): Promise<CompiledProcedure> {
  const palette = paletteFor(console.err, console.environment);
  let printed = '';
  const onDiagnostics = (text: string): void => {
    printed += text;
    console.err.write(palette.dim(text));
  };
  try {
    return await compileProcedure({ ...options, onDiagnostics, environment: console.environment });
  } catch (error) {
    const detail = HeliosError.isInstance(error, 'compile_failed') ? error.detail : null;
    if (detail !== null && printed.includes(detail)) hideDetail(error);
    throw error;
  }
}

/** Checks a language that somebody named. */
export function languageOf(text: string | undefined): GuestLanguage | null {
  if (text === undefined) return null;
  const aliases: Readonly<Record<string, GuestLanguage>> = {
    py: 'python',
    rb: 'ruby',
    js: 'javascript',
    ts: 'javascript',
    typescript: 'javascript',
    rs: 'rust',
    kt: 'kotlin',
    golang: 'go',
    'c++': 'c',
    cpp: 'c',
  };
  const word = text.toLowerCase();
  const known = LANGUAGES.find((language) => language === word) ?? aliases[word];
  if (known !== undefined) return known;
  throw usageError(`"${text}" is not a language`, `languages are ${LANGUAGES.join(', ')}`);
}

function keeps(): AsyncDisposable {
  return { [Symbol.asyncDispose]: async () => {} };
}

async function declared(path: string): Promise<readonly ProcedureSignature[]> {
  // Whether a module is valid is the engine's to say, with its own words.
  return readFile(path)
    .then((bytes) => readModuleFacts(new Uint8Array(bytes)))
    .then(
      ({ procedures }) => procedures,
      () => [],
    );
}
