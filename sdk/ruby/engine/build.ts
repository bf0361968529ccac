/**
 * Builds the Ruby engine: mruby, the files beside this one and `../lib` as one WebAssembly module,
 * in the state in which it has started and run its library.
 * Run `node sdk/ruby/engine/build.ts` after changing any of them, and build the engine of the
 * database afterwards. It needs cargo (to fetch the pinned sources), clang and wasm-ld with
 * wasi-libc (Debian: clang-22 lld-22 wasi-libc libclang-rt-22-dev-wasm32).
 */

import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Compiler, FOREIGN, fetchCrate, OWN, versionIn, writeEngine } from '../../engine/build.ts';
import { copyLibregexp } from './libregexp.ts';
import { adapt, collectLibrary, writePreparedSymbols } from './mruby.ts';

const HERE = import.meta.dirname;
const SHARED = join(HERE, '../../engine');
/** Pins QuickJS, whose regular expressions the engine has too. */
const QUICKJS_SOURCE = join(HERE, '../../js/engine/source');
const OWN_FILES = [
  ...['engine', 'calls', 'services', 'json', 'files', 'values', 'setjmp'],
  ...['regexp', 'regexp_syntax', 'regexp_set', 'regexp_source', 'regexp_engine'],
];
const SDK_FILES = [
  ...['core', 'heliosdb', 'regexp', 'patterns', 'files', 'json', 'date', 'big_decimal', 'program'],
];
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
  const crate = fetchCrate(join(HERE, 'source', 'Cargo.toml'), 'mruby3-sys');
  cpSync(join(crate, 'mruby'), work, { recursive: true });
  adapt(work);
  const regexp = join(work, 'libregexp');
  mkdirSync(regexp);
  const quickjs = fetchCrate(join(QUICKJS_SOURCE, 'Cargo.toml'), 'rquickjs-sys');
  copyLibregexp(join(quickjs, 'quickjs'), regexp);
  const library = collectLibrary(
    work,
    SDK_FILES.map((name) => join(HERE, '../lib', `${name}.rb`)),
  );
  writeFileSync(join(work, 'library.c'), library.source);
  const clang = new Compiler(work, [
    ...['-O2', '-std=gnu2x', '-D_GNU_SOURCE'],
    ...['-mexception-handling', '-mllvm', '-wasm-enable-sjlj', '-mllvm', '-wasm-use-legacy-eh=0'],
    ...DEFINES.map((name) => `-D${name}`),
    ...[HERE, join(work, 'include'), regexp, ...library.includes].map((path) => `-I${path}`),
  ]);
  const scan = (file: string): string => clang.preprocess(file, '-DMRB_PRESYM_SCANNING');
  writePreparedSymbols(work, library.files.map(scan));
  for (const file of library.files) clang.compile(file, FOREIGN);
  clang.compile(join(regexp, 'libunicode.c'), FOREIGN);
  const own = [
    ...OWN_FILES.map((name) => join(HERE, `${name}.c`)),
    join(SHARED, 'temporal_text.c'),
    join(work, 'library.c'),
  ];
  for (const file of own) clang.compile(file, OWN);
  const header = join(work, 'include/mruby/version.h');
  const version = versionIn(header, 'MRUBY_RELEASE_', ['MAJOR', 'MINOR', 'TEENY']);
  writeEngine(HERE, await clang.link(), ['mruby', version]);
  cpSync(join(work, 'LICENSE'), join(HERE, 'LICENSE.mruby'));
} finally {
  rmSync(work, { recursive: true });
}
