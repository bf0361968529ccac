/** Compiles JavaScript and TypeScript to bytecode inside the prebuilt QuickJS engine. */

import { readFile, writeFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';
import { HeliosError } from '#core';
import { embedProgram } from './embed-program.ts';
import { readSignature } from './javascript-signature.ts';
import type { Toolchain } from './language.ts';
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
    const module = embedProgram(await readEngine(), {
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
  const engine = await instantiateEngine();
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

interface RunningEngine {
  call(name: string, ...args: readonly number[]): number;
  /** Copies bytes into new memory of the engine and returns their address. */
  place(bytes: Uint8Array, capacity: number): number;
  bytes(address: number, length: number): Uint8Array;
  number(address: number): number;
  /** A text that ends with a zero. */
  text(address: number): string;
}

const STATUS_ERROR = 2;

async function instantiateEngine(): Promise<RunningEngine> {
  const module = await WebAssembly.compile(await readEngine());
  let memory: WebAssembly.Memory | null = null;
  const bytes = (address: number, length: number): Uint8Array =>
    new Uint8Array(memory?.buffer ?? new ArrayBuffer(0), address, length);
  const refuse = (): number => STATUS_ERROR;
  const database = new Proxy<Record<string, unknown>>(
    {
      heliosdb_now: () => 0n,
      heliosdb_log: () => 0,
      heliosdb_error: (_code: number, message: number, length: number) => {
        throw compileError(new TextDecoder().decode(bytes(message, length).slice()), null);
      },
    },
    { get: (target, name) => target[String(name)] ?? refuse },
  );
  const nothing = new Proxy({}, { get: () => refuse });
  const instance = new WebAssembly.Instance(module, {
    heliosdb: database,
    heliosdb_js: nothing,
    wasi_snapshot_preview1: nothing,
  });
  memory = instance.exports.memory as WebAssembly.Memory;
  const call = (name: string, ...args: readonly number[]): number =>
    (instance.exports[name] as (...args: readonly number[]) => number)(...args);
  call('_initialize');
  return {
    call,
    bytes,
    place(content, capacity) {
      const address = call('hdb_alloc', capacity);
      bytes(address, content.length).set(content);
      return address;
    },
    number: (address) => new DataView(bytes(address, 4).slice().buffer).getUint32(0, true),
    text(address) {
      const all = bytes(address, (memory?.buffer.byteLength ?? 0) - address);
      return new TextDecoder().decode(all.subarray(0, all.indexOf(0)));
    },
  };
}

let engine: Promise<Uint8Array<ArrayBuffer>> | null = null;

function readEngine(): Promise<Uint8Array<ArrayBuffer>> {
  engine ??= readFile(new URL('engine.wasm.br', ENGINE))
    .then(promisify(brotliDecompress))
    .then((bytes) => new Uint8Array(bytes));
  return engine;
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
