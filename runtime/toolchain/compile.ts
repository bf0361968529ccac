/** Compiles the source of a procedure, whatever its language. */

import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { HeliosError } from '#core';
import { assemblyscript } from './assemblyscript.ts';
import { c } from './c.ts';
import { go } from './go.ts';
import { java, kotlin } from './java.ts';
import { javascript } from './javascript.ts';
import type { GuestLanguage, Toolchain } from './language.ts';
import { makeFolder } from './make-folder.ts';
import { python } from './python.ts';
import { ruby } from './ruby.ts';
import type { Environment } from './run-tool.ts';
import { rust } from './rust.ts';
import { locateSource, SOURCE_ENDINGS } from './source.ts';
import type { ModuleFacts } from './wasm-module.ts';
import { checkModule, readModuleFacts } from './wasm-module.ts';

/** Asked in this order; a folder is a Rust project unless another language claims it. */
const TOOLCHAINS: readonly Toolchain[] = [
  assemblyscript,
  c,
  go,
  java,
  kotlin,
  javascript,
  python,
  ruby,
  rust,
];

export interface CompileProcedureOptions {
  /** A file, the folder of a project, or a folder with one source in it. */
  readonly source: string;
  /** Where the module goes; its folder is created. */
  readonly output: string;
  /** Needed only when the source's name does not tell. */
  readonly language?: GuestLanguage | null;
  /** Gets what the compiler prints while it works. */
  readonly onDiagnostics?: (text: string) => void;
  /** The environment in which tools are found and run; the process's own unless given. */
  readonly environment?: Environment;
}

export interface CompiledProcedure extends ModuleFacts {
  /** Absolute path of the module. */
  readonly path: string;
  readonly language: GuestLanguage;
  /** The compiler that made it. */
  readonly compiler: string;
}

/**
 * Compiles a source to a module and checks that it could be a procedure.
 *
 * Raises `toolchain_missing` with what to install, `compile_failed` with the compiler's words, or
 * `invalid_function_definition` when the result is no procedure.
 */
export async function compileProcedure(
  options: CompileProcedureOptions,
): Promise<CompiledProcedure> {
  const environment = options.environment ?? process.env;
  const { path: source, isDirectory } = await locateSource(resolve(options.source));
  const path = resolve(options.output);
  const toolchain = toolchainFor(source, isDirectory, options.language ?? null);
  await prepareOutput(path);
  const onDiagnostics = options.onDiagnostics ?? (() => {});
  const compiler = await toolchain.compile({ source, output: path, onDiagnostics, environment });
  const facts = await readModuleFacts(new Uint8Array(await readFile(path)));
  checkModule(facts, toolchain.marking);
  return { path, language: toolchain.language, compiler, ...facts };
}

/** Makes the folder of a module that does not exist yet. */
async function prepareOutput(path: string): Promise<void> {
  const status = await stat(path).catch(() => null);
  if (status?.isDirectory()) {
    throw new HeliosError('io_error', {
      message: 'the module cannot be written: a folder has its name',
      detail: path,
      hint: 'Name a file, for example with .wasm at its end.',
      fields: { path },
    });
  }
  if (status !== null) return;
  await makeFolder(dirname(path));
}

function toolchainFor(
  source: string,
  isDirectory: boolean,
  language: GuestLanguage | null,
): Toolchain {
  const toolchain = TOOLCHAINS.find((candidate) =>
    language === null ? candidate.accepts(source, isDirectory) : candidate.language === language,
  );
  if (toolchain !== undefined) return toolchain;
  throw new HeliosError('feature_not_supported', {
    message: 'no toolchain compiles this source',
    detail: source,
    hint: `Sources end in ${SOURCE_ENDINGS}; any other name needs its language beside it.`,
  });
}
