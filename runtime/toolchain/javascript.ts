/** Compiles JavaScript and TypeScript to bytecode inside the prebuilt QuickJS engine. */

import { readFile, writeFile } from 'node:fs/promises';
import { isBuiltin, stripTypeScriptTypes } from 'node:module';
import { basename } from 'node:path';
import { HeliosError } from '#core';
import { readSignature } from './javascript-signature.ts';
import type { Toolchain } from './language.ts';
import type { HostNeed } from './program-module.ts';
import { programModule } from './program-module.ts';
import { runEngine } from './run-engine.ts';
import { readProgramSource } from './source.ts';
import type { ProcedureSignature } from './wasm-module.ts';

const ENGINE = new URL('../../sdk/js/engine/', import.meta.url);
const SDK_MODULE = 'heliosdb-wasm-sdk';
const LOAD_RANDOM = 1;
/** What a program has to name for its module to be given it; nothing else is linked. */
const NEEDS: Readonly<Record<HostNeed, RegExp>> = {
  query: /\bheliosdb(Query|CursorOpen)\b/,
  transaction: /\bheliosdb(Begin|Commit|Rollback)Tx\b/,
  now: /\b(heliosdbNow|Date|performance)\b/,
  random: /\b(random|heliosdb(Fetch|CryptoRandom|CryptoSeal))\b/,
};

export const javascript: Toolchain = {
  language: 'javascript',
  marking: null,
  accepts: (source, isDirectory) => !isDirectory && /\.[cm]?[jt]s$/.test(source),
  async compile({ source, output }) {
    const original = await readProgramSource(source, 'javascript');
    const program = await bundle(source, original);
    const { compiled, exports } = await compileProgram(program, basename(source));
    const procedures = exports.map((entry) => signatureOf(original, entry));
    if (procedures.length === 0) {
      throw new HeliosError('invalid_function_definition', {
        message: 'the source exports no function',
        detail: source,
        hint: 'Write "export function name(…)" in front of what SQL shall call.',
      });
    }
    const needs = (Object.keys(NEEDS) as HostNeed[]).filter((need) => NEEDS[need].test(program));
    const { namespace, quickjs } = await engineFacts();
    const module = programModule({
      namespace,
      program: compiled,
      flags: needs.includes('random') ? LOAD_RANDOM : 0,
      needs,
      procedures,
    });
    await writeFile(output, module);
    return `QuickJS ${quickjs}`;
  },
};

/** One module without types, importing nothing but the SDK. */
async function bundle(path: string, source: string): Promise<string> {
  const imports = [...source.matchAll(/^\s*(?:import|export)\b[^'"`;]*?from\s*['"]([^'"]+)['"]/gm)];
  const foreign = imports.map((match) => match[1] ?? '').filter((name) => name !== SDK_MODULE);
  const unavailable = foreign.filter((name) => isBuiltin(name));
  if (unavailable.length > 0) {
    throw new HeliosError('compile_failed', {
      message: 'a procedure runs in a sandbox, where the modules of Node are not there',
      detail: `${basename(path)} imports ${unavailable.join(', ')}`,
      hint: `Files and processes are out of reach; '${SDK_MODULE}' has queries, requests and hashes.`,
      fields: { language: 'javascript' },
    });
  }
  if (foreign.length > 0) return bundleWithEsbuild(path, foreign);
  if (!/\.[cm]?ts$/.test(path)) return source;
  return withoutWarnings(() => stripTypes(source, path));
}

function stripTypes(source: string, path: string): string {
  const file = basename(path);
  try {
    return stripTypeScriptTypes(source, { mode: 'strip', sourceUrl: file });
  } catch (cause) {
    // Lines stay where they are when types are only blanked out; enums and namespaces are code.
    if (codeOf(cause) !== 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX') throw syntaxError(file, cause);
  }
  try {
    return stripTypeScriptTypes(source, { mode: 'transform', sourceUrl: file });
  } catch (cause) {
    throw syntaxError(file, cause);
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : null;
}

/** Says where an error is; Node has it in front of the stack: `file:line`, the line, and carets. */
function syntaxError(file: string, cause: unknown): HeliosError {
  if (!(cause instanceof Error)) return compileError(String(cause), cause);
  const [place = '', ...lines] = (cause.stack ?? '').split('\n');
  if (!place.startsWith(`${file}:`)) return compileError(cause.message, cause);
  const said = `SyntaxError: ${cause.message}\n    at ${place}`;
  const under = lines.findIndex((line) => /^\s*\^+\s*$/.test(line));
  if (under < 1) return compileError(said, cause);
  const [code = '', carets = ''] = lines.slice(under - 1);
  return compileError(`${said}:${carets.indexOf('^') + 1}\n${code}\n${carets}`, cause);
}

interface Esbuild {
  build(options: Record<string, unknown>): Promise<{ outputFiles: { text: string }[] }>;
}

/** Joins everything a source imports; only then is a bundler needed. */
async function bundleWithEsbuild(path: string, foreign: readonly string[]): Promise<string> {
  const name = 'esbuild';
  const esbuild = (await import(name).catch(() => null)) as Esbuild | null;
  if (esbuild === null) {
    throw new HeliosError('toolchain_missing', {
      message: 'joining a procedure with what it imports needs esbuild',
      detail: `imports ${foreign.join(', ')}`,
      hint: 'npm install esbuild',
      fields: { tool: name },
    });
  }
  try {
    const { outputFiles } = await esbuild.build({
      entryPoints: [path],
      bundle: true,
      write: false,
      format: 'esm',
      target: 'es2023',
      external: [SDK_MODULE],
      logLevel: 'silent',
    });
    return outputFiles[0]?.text ?? '';
  } catch (cause) {
    throw compileError(cause instanceof Error ? cause.message : String(cause), cause);
  }
}

interface ExportedFunction {
  readonly name: string;
  readonly length: number;
}

/** Signatures from the source; the engine knows at least how many parameters there are. */
function signatureOf(source: string, { name, length }: ExportedFunction): ProcedureSignature {
  const signature = readSignature(source, name);
  if (signature.parameters.length >= length) return signature;
  const parameters = Array.from({ length }, (_, index) => ({
    name: `parameter_${index + 1}`,
    type: null,
    nullable: false,
  }));
  return { ...signature, parameters };
}

/** Lets the engine itself compile: its bytecode fits no other version. */
async function compileProgram(
  program: string,
  file: string,
): Promise<{ compiled: Uint8Array; exports: readonly ExportedFunction[] }> {
  const engine = await runEngine(ENGINE, (message) => compileError(message, null));
  const source = new TextEncoder().encode(`${program}\0`);
  const fileName = new TextEncoder().encode(`${file}\0`);
  const sourceAt = engine.place(source, source.length);
  const lengthAt = engine.place(new Uint8Array(4), 4);
  const fileAt = engine.place(fileName, fileName.length);
  const compiledAt = engine.call('hdb_compile', sourceAt, source.length - 1, fileAt, lengthAt);
  const compiled = engine.bytes(compiledAt, engine.number(lengthAt)).slice();
  // Another instance: this one has a module of the file's name already.
  const loading = await runEngine(ENGINE, (message) => compileError(message, null));
  const loadedAt = loading.place(compiled, compiled.length);
  loading.call('hdb_load', loadedAt, compiled.length, 0);
  return { compiled, exports: JSON.parse(loading.text(loading.call('hdb_describe'))) };
}

async function engineFacts(): Promise<{ quickjs: string; namespace: string }> {
  return JSON.parse(await readFile(new URL('engine.json', ENGINE), 'utf8'));
}

function compileError(detail: string, cause: unknown): HeliosError {
  return new HeliosError('compile_failed', { detail, fields: { language: 'javascript' }, cause });
}

/** Node calls its type stripper experimental on every first use; that is no news to users. */
function withoutWarnings<T>(work: () => T): T {
  const emitWarning = process.emitWarning;
  process.emitWarning = () => {};
  try {
    return work();
  } finally {
    process.emitWarning = emitWarning;
  }
}
