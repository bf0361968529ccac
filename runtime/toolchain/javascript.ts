/** Compiles JavaScript and TypeScript to bytecode inside the prebuilt QuickJS engine. */

import { readFile, writeFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { basename } from 'node:path';
import { HeliosError } from '#core';
import { embedProgram } from './embed-program.ts';
import { readSignature } from './javascript-signature.ts';
import type { Toolchain } from './language.ts';
import { readEngine, runEngine } from './run-engine.ts';
import type { ProcedureSignature } from './wasm-module.ts';

const ENGINE = new URL('../../sdk/js/engine/', import.meta.url);
const SDK_MODULE = 'heliosdb-wasm-sdk';
/** A guest that never names these gets no source of randomness, and stays STABLE for the database. */
const RANDOM_WORDS = /\b(random|randomUUID|getRandomValues)\b/;
const LOAD_RANDOM = 1;

export const javascript: Toolchain = {
  language: 'javascript',
  accepts: (source, isDirectory) => !isDirectory && /\.[cm]?[jt]s$/.test(source),
  async compile({ source, output }) {
    const original = await readFile(source, 'utf8');
    const program = await bundle(source, original);
    const { bytecode, exports } = await compileToBytecode(program, basename(source));
    const procedures = exports.map((entry) => signatureOf(original, entry));
    if (procedures.length === 0) {
      throw new HeliosError('invalid_function_definition', {
        message: 'the source exports no function',
        detail: source,
        hint: 'Write "export function name(…)" in front of what SQL shall call.',
      });
    }
    const isRandom = RANDOM_WORDS.test(program);
    const module = embedProgram(await readEngine(ENGINE), {
      program: bytecode,
      flags: isRandom ? LOAD_RANDOM : 0,
      procedures,
      renamedImports: {
        'heliosdb_js.entropy': isRandom
          ? ['wasi_snapshot_preview1', 'random_get']
          : // Never called without LOAD_RANDOM; this one has the same parameters and exists.
            ['heliosdb', 'heliosdb_fetch_result'],
      },
    });
    await writeFile(output, module);
    return `QuickJS ${(await engineFacts()).quickjs}`;
  },
};

/** One module without types, importing nothing but the SDK. */
async function bundle(path: string, source: string): Promise<string> {
  const imports = [...source.matchAll(/^\s*(?:import|export)\b[^'"`;]*?from\s*['"]([^'"]+)['"]/gm)];
  const foreign = imports.map((match) => match[1] ?? '').filter((name) => name !== SDK_MODULE);
  if (foreign.length > 0) return bundleWithEsbuild(path, foreign);
  if (!/\.[cm]?ts$/.test(path)) return source;
  return withoutWarnings(() => stripTypes(source, path));
}

function stripTypes(source: string, path: string): string {
  try {
    return stripTypeScriptTypes(source, { mode: 'strip', sourceUrl: basename(path) });
  } catch (cause) {
    throw compileError(cause instanceof Error ? cause.message : String(cause), cause);
  }
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
async function compileToBytecode(
  program: string,
  file: string,
): Promise<{ bytecode: Uint8Array; exports: readonly ExportedFunction[] }> {
  const engine = await runEngine(ENGINE, (message) => compileError(message, null));
  engine.call('_initialize');
  const source = new TextEncoder().encode(program);
  const fileName = new TextEncoder().encode(`${file}\0`);
  // The engine ends the text with a zero of its own.
  const sourceAt = engine.place(source, source.length + 1);
  const lengthAt = engine.place(new Uint8Array(4), 4);
  const fileAt = engine.place(fileName, fileName.length);
  const bytecodeAt = engine.call('hdb_compile', sourceAt, source.length, fileAt, lengthAt);
  const bytecode = engine.bytes(bytecodeAt, engine.number(lengthAt)).slice();
  const loadedAt = engine.place(bytecode, bytecode.length);
  engine.call('hdb_load', loadedAt, bytecode.length, 0);
  return { bytecode, exports: JSON.parse(engine.text(engine.call('hdb_describe'))) };
}

async function engineFacts(): Promise<{ quickjs: string }> {
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
