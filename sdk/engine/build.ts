/** What the builds of the engines in C share: clang for WASI, and an engine's files. */

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { WASI } from 'node:wasi';
import { brotliCompressSync, constants } from 'node:zlib';
import { memoryPages, snapshot, startModule } from './snapshot.ts';

const CLANG = process.env.CLANG ?? 'clang-22';
const WASM_LD = process.env.WASM_LD ?? '/usr/bin/wasm-ld-22';
// Debian keeps its libc under this older name of the target.
const TARGET = ['--target=wasm32-wasi', '-Wno-deprecated'];
const STACK_BYTES = 256 * 1024;
const FLAGS = [
  ...['-mbulk-memory', '-msign-ext', '-mnontrapping-fptoint', '-mmultivalue'],
  ...['-ffunction-sections', '-fdata-sections', '-fvisibility=hidden'],
];
/** Warnings of the interpreters' own sources are not ours to mend. */
export const FOREIGN = ['-Wno-everything'];
/** Texts lie in the engines by `#embed`. */
export const OWN = [
  ...['-Wall', '-Wextra', '-Werror', '-Wno-deprecated', '-Wno-unused-parameter'],
  '-Wno-c23-extensions',
];
const KEPT_EXPORT = /^(memory|hdb_(alloc|compile|load|call|describe)|heliosdb_.*)$/;

/** Clang with an engine's own flags, and the objects it made. */
export class Compiler {
  readonly #work: string;
  readonly #flags: readonly string[];
  readonly #objects: string[] = [];

  constructor(work: string, flags: readonly string[]) {
    this.#work = work;
    this.#flags = [...TARGET, ...flags, ...FLAGS, `-I${import.meta.dirname}`];
  }

  compile(file: string, warnings: readonly string[]): void {
    const object = join(this.#work, `${this.#objects.length}.o`);
    const args = [...this.#flags, ...warnings, '-c', file, '-o', object];
    execFileSync(CLANG, args, { stdio: 'inherit' });
    this.#objects.push(object);
  }

  /** What the preprocessor makes of a file. */
  preprocess(file: string, ...flags: readonly string[]): string {
    return execFileSync(CLANG, [...this.#flags, ...flags, '-E', '-P', file], {
      encoding: 'utf8',
      maxBuffer: 256 * 2 ** 20,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  }

  /** The module of all objects, in the state in which it has started. */
  async link(): Promise<Uint8Array<ArrayBuffer>> {
    const output = join(this.#work, 'engine.wasm');
    const linking = ['--gc-sections', '-s', `-z,stack-size=${STACK_BYTES}`, '--stack-first'];
    execFileSync(
      CLANG,
      [
        ...[...TARGET, `-fuse-ld=${WASM_LD}`, '-mexec-model=reactor', ...this.#objects],
        ...linking.map((flag) => `-Wl,${flag}`),
        ...['-o', output],
      ],
      { stdio: 'inherit' },
    );
    return await snapshot(readFileSync(output), {
      start: (module) => startModule(module, new WASI({ version: 'preview1' })),
      keeps: (name) => KEPT_EXPORT.test(name),
    });
  }
}

/** Writes an engine, compressed, and what others have to know of it. */
export function writeEngine(
  folder: string,
  bytes: Uint8Array<ArrayBuffer>,
  [name, version]: readonly [name: string, version: string],
): void {
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };
  writeFileSync(join(folder, 'engine.wasm.br'), brotliCompressSync(bytes, quality));
  const facts = {
    [name]: version,
    namespace: `heliosdb_${name}@${version.replace(/\.\d+$/, '')}`,
    memoryPageCount: memoryPages(bytes),
    byteCount: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
  writeFileSync(join(folder, 'engine.json'), `${JSON.stringify(facts, null, 2)}\n`);
  console.log(facts);
}

/** Lets cargo fetch and verify a crate that carries sources in C; returns the crate's folder. */
export function fetchCrate(manifest: string, name: string): string {
  const args = ['metadata', '--locked', '--format-version=1', '--manifest-path', manifest];
  args.push('--filter-platform=x86_64-unknown-linux-gnu');
  const metadata = JSON.parse(
    execFileSync('cargo', args, { encoding: 'utf8', maxBuffer: 64 * 2 ** 20 }),
  ) as { packages: { name: string; manifest_path: string }[] };
  const crate = metadata.packages.find((each) => each.name === name);
  if (crate === undefined) throw new Error(`cargo did not fetch ${name}`);
  return dirname(crate.manifest_path);
}

/** A version that a header gives in three numbers, each behind a prefix. */
export function versionIn(header: string, prefix: string, parts: readonly string[]): string {
  const text = readFileSync(header, 'utf8');
  const number = (part: string): string =>
    new RegExp(`${prefix}${part} (\\d+)`).exec(text)?.[1] ?? '?';
  return parts.map(number).join('.');
}
