/** Builds Rust's standard library for WebAssembly once, with a distribution's compiler. */

import {
  cp,
  mkdir,
  mkdtemp,
  readdir,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDirectory } from './cache.ts';
import type { CompileRequest } from './language.ts';
import { runCompiler, runTool } from './run-tool.ts';

/** Where distributions put the library's sources. */
export const SOURCES = '/usr/lib/rustlib/src/rust/library/std';

export interface SysrootCompiler {
  readonly cargo: string;
  readonly rustc: string;
  readonly version: string;
  readonly target: string;
}

/**
 * Returns a sysroot with the library for the target, building it when this compiler's version has
 * none yet: about 90 seconds, 75 MB. The folder appears whole or not at all.
 */
export async function buildSysroot(
  { cargo, rustc, version, target }: SysrootCompiler,
  { environment, onDiagnostics }: CompileRequest,
): Promise<string> {
  const number = /\d+\.\d+\.\d+\S*/.exec(version)?.[0] ?? 'unknown';
  const cache = cacheDirectory(environment);
  const sysroot = join(cache, `rust-wasm-${number}`);
  if (await stat(join(sysroot, 'lib', 'rustlib', target)).catch(() => null)) return sysroot;

  onDiagnostics(`building Rust's standard library for ${target}, once, in ${sysroot}\n`);
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(join(cache, 'rust-wasm-build-'));
  try {
    await mkdir(join(work, 'src'));
    await writeFile(join(work, 'src', 'lib.rs'), '#![no_std]\n');
    await writeFile(
      join(work, 'Cargo.toml'),
      `[package]
name = "empty"
version = "0.0.0"
edition = "2021"
[workspace]
[profile.release]
lto = "fat"
codegen-units = 1
`,
    );
    await runCompiler(
      'rust',
      cargo,
      ['build', '--release', `--target=${target}`, '-Zbuild-std=std,panic_abort'],
      {
        // Building the library is an unstable feature; the compiler's own sources fit it exactly.
        environment: { ...environment, RUSTC: rustc, RUSTC_BOOTSTRAP: '1', RUSTFLAGS: undefined },
        directory: work,
        onOutput: onDiagnostics,
      },
    );
    const draft = join(work, 'sysroot');
    const libraries = join(draft, 'lib', 'rustlib', target, 'lib');
    await mkdir(libraries, { recursive: true });
    const built = join(work, 'target', target, 'release', 'deps');
    for (const file of await readdir(built)) {
      if (file.endsWith('.rlib') && !file.startsWith('libempty-')) {
        await cp(join(built, file), join(libraries, file));
      }
    }
    await linkHostLibraries(rustc, draft, environment);
    await rename(draft, sysroot);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return sysroot;
}

/** Procedural macros run on this machine and need its library beside the target's. */
async function linkHostLibraries(
  rustc: string,
  sysroot: string,
  environment: CompileRequest['environment'],
): Promise<void> {
  const verbose = await runTool(rustc, ['--version', '--verbose'], { environment });
  const host = /^host: (\S+)$/m.exec(verbose.stdout)?.[1];
  if (host === undefined) return;
  await symlink(join('/usr/lib/rustlib', host), join(sysroot, 'lib', 'rustlib', host));
}
