/**
 * Builds the JavaScript engine: QuickJS, the files beside this one and `../decimal.js` as one
 * WebAssembly module, in the state in which it has started and run the SDK's modules.
 * Run `node sdk/js/engine/build.ts` after changing any of them, and build the engine of the
 * database afterwards. It needs cargo (to fetch the pinned sources), clang and wasm-ld with
 * wasi-libc (Debian: clang-22 lld-22 wasi-libc libclang-rt-22-dev-wasm32).
 */

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { WASI } from 'node:wasi';
import { brotliCompressSync, constants } from 'node:zlib';
import { memoryPages, snapshot, startModule } from '../../engine/snapshot.ts';

const HERE = import.meta.dirname;
const CLANG = process.env.CLANG ?? 'clang-22';
const WASM_LD = process.env.WASM_LD ?? '/usr/bin/wasm-ld-22';
const QUICKJS_FILES = ['quickjs', 'libregexp', 'libunicode', 'dtoa'];
const OWN_FILES = ['engine', 'calls', 'services', 'files', 'values', 'temporal_text'];
const KEPT_EXPORT = /^(memory|hdb_(alloc|compile|load|call|describe)|heliosdb_.*)$/;
// Debian keeps its libc under this older name of the target.
const FEATURES = ['-mbulk-memory', '-msign-ext', '-mnontrapping-fptoint', '-mmultivalue'];
const STACK_BYTES = 256 * 1024;

const work = mkdtempSync(join(tmpdir(), 'heliosdb-js-engine-'));
try {
  const quickjs = fetchSources();
  cpSync(quickjs.folder, work, { recursive: true });
  adapt(join(work, 'quickjs.c'));
  const flags = [
    '--target=wasm32-wasi',
    '-Wno-deprecated',
    '-Oz',
    '-DNDEBUG',
    '-D_GNU_SOURCE',
    `-I${work}`,
  ];
  flags.push('-ffunction-sections', '-fdata-sections', '-fvisibility=hidden', ...FEATURES);
  const objects: string[] = [];
  const compile = (file: string, warnings: readonly string[]): void => {
    const object = join(work, `${objects.length}.o`);
    execFileSync(CLANG, [...flags, ...warnings, '-c', file, '-o', object], { stdio: 'inherit' });
    objects.push(object);
  };
  for (const name of QUICKJS_FILES) compile(join(work, `${name}.c`), ['-Wno-everything']);
  for (const name of OWN_FILES)
    compile(join(HERE, `${name}.c`), [
      ...['-std=c2x', '-Wall', '-Wextra', '-Werror', '-Wno-deprecated'],
      // The SDK's modules lie in the engine as text.
      '-Wno-c23-extensions',
    ]);
  const output = join(work, 'engine.wasm');
  const linking = ['--gc-sections', '-s', `-z,stack-size=${STACK_BYTES}`, '--stack-first'];
  execFileSync(
    CLANG,
    [
      '--target=wasm32-wasi',
      '-Wno-deprecated',
      `-fuse-ld=${WASM_LD}`,
      '-mexec-model=reactor',
      ...objects,
      ...linking.map((flag) => `-Wl,${flag}`),
      '-o',
      output,
    ],
    { stdio: 'inherit' },
  );
  const bytes = await snapshot(readFileSync(output), {
    start: (module) => startModule(module, new WASI({ version: 'preview1' })),
    keeps: (name) => KEPT_EXPORT.test(name),
  });
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };
  writeFileSync(join(HERE, 'engine.wasm.br'), brotliCompressSync(bytes, quality));
  const facts = {
    quickjs: quickjs.version,
    namespace: `heliosdb_quickjs@${quickjs.version.replace(/\.\d+$/, '')}`,
    memoryPageCount: memoryPages(bytes),
    byteCount: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
  writeFileSync(join(HERE, 'engine.json'), `${JSON.stringify(facts, null, 2)}\n`);
  console.log(facts);
} finally {
  rmSync(work, { recursive: true });
}

/** Lets cargo fetch and verify the crate that carries QuickJS's sources. */
function fetchSources(): { folder: string; version: string } {
  const manifest = join(HERE, 'source', 'Cargo.toml');
  const args = ['metadata', '--locked', '--format-version=1', `--manifest-path=${manifest}`];
  const metadata = JSON.parse(
    execFileSync('cargo', args, { encoding: 'utf8', maxBuffer: 64 * 2 ** 20 }),
  ) as { packages: { name: string; manifest_path: string }[] };
  const crate = metadata.packages.find(({ name }) => name === 'rquickjs-sys');
  if (crate === undefined) throw new Error('cargo did not fetch rquickjs-sys');
  const folder = join(dirname(crate.manifest_path), 'quickjs');
  const header = readFileSync(join(folder, 'quickjs.h'), 'utf8');
  const part = (name: string): string =>
    new RegExp(`QJS_VERSION_${name} (\\d+)`).exec(header)?.[1] ?? '?';
  return { folder, version: ['MAJOR', 'MINOR', 'PATCH'].map(part).join('.') };
}

/**
 * QuickJS leaves recursion unchecked under WASI, where it would be a trap and not an exception; and
 * it seeds its random numbers when it starts, which here is when the engine is built.
 */
function adapt(path: string): void {
  let source = readFileSync(path, 'utf8');
  const replaceOnce = (from: string, to: string): void => {
    if (source.split(from).length !== 2)
      throw new Error(`quickjs.c does not contain once: ${from}`);
    source = source.replace(from, to);
  };
  replaceOnce('#if defined(__wasi__)\n    rt->stack_limit = 0; /* no limit */\n#else', '#if 1');
  replaceOnce('#ifdef __wasi__\n    rt->stack_size = 0;\n#endif\n', '');
  source += `
void JS_SeedRandom(JSContext *ctx, uint64_t seed) { ctx->random_state = seed == 0 ? 1 : seed; }
`;
  writeFileSync(path, source);
}
