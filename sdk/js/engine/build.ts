/**
 * Builds the JavaScript engine: QuickJS, the files beside this one and `../decimal.js` as one
 * WebAssembly module, in the state in which it has started and run the SDK's modules.
 * Run `node sdk/js/engine/build.ts` after changing any of them, and build the engine of the
 * database afterwards. It needs cargo (to fetch the pinned sources), clang and wasm-ld with
 * wasi-libc (Debian: clang-22 lld-22 wasi-libc libclang-rt-22-dev-wasm32).
 */

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Compiler, FOREIGN, fetchCrate, OWN, versionIn, writeEngine } from '../../engine/build.ts';

const HERE = import.meta.dirname;
const SHARED = join(HERE, '../../engine');
const QUICKJS_FILES = ['quickjs', 'libregexp', 'libunicode', 'dtoa'];
const OWN_FILES = ['engine', 'calls', 'services', 'files', 'values'];

const work = mkdtempSync(join(tmpdir(), 'heliosdb-js-engine-'));
try {
  const crate = fetchCrate(join(HERE, 'source', 'Cargo.toml'), 'rquickjs-sys');
  cpSync(join(crate, 'quickjs'), work, { recursive: true });
  adapt(join(work, 'quickjs.c'));
  const clang = new Compiler(work, ['-Oz', '-DNDEBUG', '-D_GNU_SOURCE', `-I${work}`]);
  for (const name of QUICKJS_FILES) clang.compile(join(work, `${name}.c`), FOREIGN);
  const own = [
    ...OWN_FILES.map((name) => join(HERE, `${name}.c`)),
    join(SHARED, 'temporal_text.c'),
  ];
  for (const file of own) clang.compile(file, ['-std=c2x', ...OWN]);
  const version = versionIn(join(work, 'quickjs.h'), 'QJS_VERSION_', ['MAJOR', 'MINOR', 'PATCH']);
  writeEngine(HERE, await clang.link(), ['quickjs', version]);
} finally {
  rmSync(work, { recursive: true });
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
