/**
 * Builds the Ruby engine: mruby, the files beside this one and `../lib` as one WebAssembly module,
 * in the state in which it has started and run its library.
 * Run `node sdk/ruby/engine/build.ts` after changing any of them, and build the engine of the
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
import { adapt, collectLibrary, writePreparedSymbols } from './mruby.ts';

const HERE = import.meta.dirname;
const SHARED = join(HERE, '../../js/engine');
const CLANG = process.env.CLANG ?? 'clang-22';
const WASM_LD = process.env.WASM_LD ?? '/usr/bin/wasm-ld-22';
const OWN_FILES = ['engine', 'calls', 'services', 'json', 'values', 'setjmp'];
const SDK_FILES = ['core', 'heliosdb', 'json', 'date', 'big_decimal', 'program'];
const KEPT_EXPORT = /^(memory|hdb_(alloc|compile|load|call|describe)|heliosdb_.*)$/;
const STACK_BYTES = 256 * 1024;
const DEFINES = [
  // An Integer of 64 bits lies in the value itself, and a larger one is of any size.
  ...['MRB_NO_BOXING', 'MRB_INT64', 'MRB_USE_BIGINT'],
  ...['MRB_UTF8_STRING', 'MRB_METHOD_CACHE_SIZE=1024', 'MRB_HEAP_PAGE_SIZE=256', 'NDEBUG'],
  // mruby's own bound of recursion is about C's stack, which is measured here.
  'MRB_CALL_LEVEL_MAX=8192',
  // The limit of memory is the database's.
  ...['MRB_STR_LENGTH_MAX=0', 'MRB_ARY_LENGTH_MAX=0'],
];

const work = mkdtempSync(join(tmpdir(), 'heliosdb-ruby-engine-'));
try {
  const mruby = fetchSources();
  cpSync(mruby, work, { recursive: true });
  adapt(work);
  const library = collectLibrary(
    work,
    SDK_FILES.map((name) => join(HERE, '../lib', `${name}.rb`)),
  );
  writeFileSync(join(work, 'library.c'), library.source);
  const flags = [
    ...['--target=wasm32-wasi', '-Wno-deprecated', '-O2', '-std=gnu2x', '-D_GNU_SOURCE'],
    ...['-mexception-handling', '-mllvm', '-wasm-enable-sjlj', '-mllvm', '-wasm-use-legacy-eh=0'],
    ...['-mbulk-memory', '-msign-ext', '-mnontrapping-fptoint', '-mmultivalue'],
    ...['-ffunction-sections', '-fdata-sections', '-fvisibility=hidden'],
    ...DEFINES.map((name) => `-D${name}`),
    ...[HERE, SHARED, join(work, 'include'), ...library.includes].map((path) => `-I${path}`),
  ];
  const own = [
    ...OWN_FILES.map((name) => join(HERE, `${name}.c`)),
    join(SHARED, 'temporal_text.c'),
    join(work, 'library.c'),
  ];
  const preprocess = (file: string): string =>
    execFileSync(CLANG, [...flags, '-DMRB_PRESYM_SCANNING', '-E', '-P', file], {
      encoding: 'utf8',
      maxBuffer: 256 * 2 ** 20,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  writePreparedSymbols(work, library.files.map(preprocess));
  const objects: string[] = [];
  const compile = (file: string, warnings: readonly string[]): void => {
    const object = join(work, `${objects.length}.o`);
    execFileSync(CLANG, [...flags, ...warnings, '-c', file, '-o', object], { stdio: 'inherit' });
    objects.push(object);
  };
  for (const file of library.files) compile(file, ['-Wno-everything']);
  for (const file of own)
    compile(file, [
      ...['-Wall', '-Wextra', '-Werror', '-Wno-deprecated', '-Wno-unused-parameter'],
      // The library lies in the engine as text.
      '-Wno-c23-extensions',
    ]);
  const output = join(work, 'engine.wasm');
  const linking = ['--gc-sections', '-s', `-z,stack-size=${STACK_BYTES}`, '--stack-first'];
  execFileSync(
    CLANG,
    [
      ...['--target=wasm32-wasi', '-Wno-deprecated', `-fuse-ld=${WASM_LD}`],
      '-mexec-model=reactor',
      ...objects,
      ...linking.map((flag) => `-Wl,${flag}`),
      ...['-o', output],
    ],
    { stdio: 'inherit' },
  );
  const bytes = await snapshot(readFileSync(output), {
    start: (module) => startModule(module, new WASI({ version: 'preview1' })),
    keeps: (name) => KEPT_EXPORT.test(name),
  });
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };
  writeFileSync(join(HERE, 'engine.wasm.br'), brotliCompressSync(bytes, quality));
  const version = versionOf(work);
  const facts = {
    mruby: version,
    namespace: `heliosdb_mruby@${version.replace(/\.\d+$/, '')}`,
    memoryPageCount: memoryPages(bytes),
    byteCount: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
  writeFileSync(join(HERE, 'engine.json'), `${JSON.stringify(facts, null, 2)}\n`);
  cpSync(join(work, 'LICENSE'), join(HERE, 'LICENSE.mruby'));
  console.log(facts);
} finally {
  rmSync(work, { recursive: true });
}

/** Lets cargo fetch and verify the crate that carries mruby's sources. */
function fetchSources(): string {
  const manifest = join(HERE, 'source', 'Cargo.toml');
  const args = ['metadata', '--locked', '--format-version=1', `--manifest-path=${manifest}`];
  args.push('--filter-platform=x86_64-unknown-linux-gnu');
  const metadata = JSON.parse(
    execFileSync('cargo', args, { encoding: 'utf8', maxBuffer: 64 * 2 ** 20 }),
  ) as { packages: { name: string; manifest_path: string }[] };
  const crate = metadata.packages.find(({ name }) => name === 'mruby3-sys');
  if (crate === undefined) throw new Error('cargo did not fetch mruby3-sys');
  return join(dirname(crate.manifest_path), 'mruby');
}

function versionOf(mruby: string): string {
  const header = readFileSync(join(mruby, 'include/mruby/version.h'), 'utf8');
  const part = (name: string): string =>
    new RegExp(`MRUBY_RELEASE_${name} (\\d+)`).exec(header)?.[1] ?? '?';
  return ['MAJOR', 'MINOR', 'TEENY'].map(part).join('.');
}
