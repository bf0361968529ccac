/** Compiles Rust: a Cargo project, or one file. */

import { copyFile, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HeliosError } from '#core';
import { cacheDirectory, contentKey } from './cache.ts';
import type { CompileRequest, Toolchain } from './language.ts';
import { optimise } from './optimise.ts';
import type { Environment } from './run-tool.ts';
import { findTool, runCompiler, runTool, versionedNames } from './run-tool.ts';
import { buildSysroot, SOURCES } from './rust-sysroot.ts';

/** Imports nothing on its own, so a module needs host functions only. */
export const TARGET = 'wasm32-unknown-unknown';
/** The default of 1 MiB would be most of a small procedure's memory. */
const STACK_BYTES = 64 * 1024;
/**
 * A procedure that walks a text leaves its loop early, and LLVM unrolls such a loop for a machine
 * but, to keep modules small, not for WebAssembly. The threshold is a third of what it has for
 * machines: a check of sixteen digits takes 70 % of the time, as with all of it; but loops with much
 * in them, such as an edit distance's, are slower unrolled, and modules larger.
 */
const UNROLLING = ['-unroll-runtime-multi-exit=true', '-unroll-partial-threshold=60'];
const SDK_DIRECTORY = fileURLToPath(new URL('../../sdk/rust/heliosdb-wasm-sdk', import.meta.url));

export const rust: Toolchain = {
  language: 'rust',
  marking: 'Write #[heliosdb_procedure] above a function.',
  accepts: (source, isDirectory) => isDirectory || /\.rs$|(^|\/)Cargo\.toml$/.test(source),
  async compile(request) {
    const compiler = await findRust(request);
    const manifest = await manifestOf(request.source, request.environment);
    await copyFile(await build(compiler, manifest, request), request.output);
    await optimise(request.output, request.environment);
    return compiler.version;
  },
};

/** A Rust compiler that has a standard library for `TARGET`. */
interface RustCompiler {
  readonly cargo: string;
  readonly rustc: string;
  readonly version: string;
  /** Null when the compiler's own sysroot serves. */
  readonly sysroot: string | null;
  /** Null when the compiler brings its own. */
  readonly linker: string | null;
}

async function findRust(request: CompileRequest): Promise<RustCompiler> {
  const { environment } = request;
  const linker = await findTool(versionedNames('wasm-ld'), environment);
  const tried: string[] = [];
  for (const folder of ['', '/usr/bin/']) {
    const rustc = await findTool([`${folder}rustc`], environment);
    const cargo = await findTool([`${folder}cargo`], environment);
    if (rustc === null || cargo === null) continue;
    const version = (await runTool(rustc, ['--version'], { environment })).stdout.trim();
    tried.push(`${version} in ${dirname(rustc)}`);
    if (await hasTarget(rustc, environment)) {
      return {
        cargo,
        rustc,
        version,
        sysroot: null,
        linker: await linkerFor(rustc, linker, environment),
      };
    }
    // A distribution's compiler can build the library from its own sources; rustup's cannot.
    if (linker === null || !rustc.startsWith('/usr/') || !(await isPresent(SOURCES))) continue;
    const sysroot = await buildSysroot({ cargo, rustc, version, target: TARGET }, request);
    return { cargo, rustc, version, sysroot, linker };
  }
  throw new HeliosError('toolchain_missing', {
    message: `compiling Rust needs a compiler with the target ${TARGET}`,
    detail: tried.length === 0 ? 'found no rustc and cargo' : `found ${tried.join('; ')}`,
    hint:
      `With rustup: "rustup target add ${TARGET}". ` +
      'On Debian: "apt-get install rustc-web cargo-web rust-web-src lld" (or lld-22).',
    fields: { tool: 'rustc' },
  });
}

async function hasTarget(rustc: string, environment: Environment): Promise<boolean> {
  const run = await runTool(rustc, ['--print', 'target-libdir', '--target', TARGET], {
    environment,
  });
  return run.exitCode === 0 && (await isPresent(run.stdout.trim()));
}

/** rustup's compiler brings `rust-lld`; a distribution's uses what is installed. */
async function linkerFor(
  rustc: string,
  linker: string | null,
  environment: Environment,
): Promise<string | null> {
  const root = (await runTool(rustc, ['--print', 'sysroot'], { environment })).stdout.trim();
  return root === '/usr' ? linker : null;
}

/** The manifest of a project, or of a project made around a single file. */
async function manifestOf(source: string, environment: Environment): Promise<string> {
  if (basename(source) === 'Cargo.toml') return source;
  if (!source.endsWith('.rs')) {
    const manifest = join(source, 'Cargo.toml');
    if (await isPresent(manifest)) return manifest;
    throw new HeliosError('undefined_file', {
      message: 'this is no source in Rust',
      detail: source,
      hint: 'Give a Cargo project or a file that ends in .rs.',
    });
  }
  const name = basename(source, '.rs').replaceAll(/[^A-Za-z0-9_]/g, '_');
  const project = join(cacheDirectory(environment), 'rust', `${name}-${contentKey(source)}`);
  await mkdir(project, { recursive: true });
  const manifest = join(project, 'Cargo.toml');
  const text = `[package]
name = ${JSON.stringify(name)}
version = "0.0.0"
edition = "2021"
[workspace]
[lib]
crate-type = ["cdylib"]
path = ${JSON.stringify(source)}
[dependencies]
heliosdb-wasm-sdk = { path = ${JSON.stringify(SDK_DIRECTORY)} }
[profile.release]
opt-level = 3
lto = true
codegen-units = 1
panic = "abort"
strip = true
`;
  // Cargo takes a newer manifest for a change and builds again.
  if ((await readFile(manifest, 'utf8').catch(() => null)) !== text)
    await writeFile(manifest, text);
  return manifest;
}

/** Runs cargo and returns the path of the module it made. */
async function build(
  compiler: RustCompiler,
  manifest: string,
  { source, environment, onDiagnostics }: CompileRequest,
): Promise<string> {
  const flags = [
    `-Clink-arg=-zstack-size=${STACK_BYTES}`,
    '-Ctarget-feature=+simd128',
    ...UNROLLING.map((argument) => `-Cllvm-args=${argument}`),
    ...renamedFolders(source, environment).map(([from, to]) => `--remap-path-prefix=${from}=${to}`),
  ];
  if (compiler.sysroot !== null) flags.push('--sysroot', compiler.sysroot);
  const settings = [`target.${TARGET}.rustflags=${JSON.stringify(flags)}`];
  if (compiler.linker !== null) {
    settings.push(`target.${TARGET}.linker=${JSON.stringify(compiler.linker)}`);
  }
  const run = await runCompiler(
    'rust',
    compiler.cargo,
    [
      'build',
      '--release',
      `--manifest-path=${manifest}`,
      `--target=${TARGET}`,
      '--message-format=json-render-diagnostics',
      ...settings.flatMap((setting) => ['--config', setting]),
    ],
    {
      // Compiler and cargo must come from one place; an inherited RUSTFLAGS would replace ours.
      environment: { ...environment, RUSTC: compiler.rustc, RUSTFLAGS: undefined },
      directory: dirname(manifest),
      onOutput: onDiagnostics,
    },
  );
  const modules = artifacts(run.stdout);
  const [module] = modules;
  if (module !== undefined && modules.length === 1) return module;
  throw new HeliosError('compile_failed', {
    message:
      modules.length === 0
        ? 'the project builds no WebAssembly module'
        : 'the project builds more than one WebAssembly module',
    detail: modules.length === 0 ? manifest : modules.join(', '),
    hint: 'Give a package whose [lib] section says crate-type = ["cdylib"].',
    fields: { language: 'rust' },
  });
}

/**
 * Folders that a module names otherwise in its panics: where a machine keeps its files is nobody's
 * business.
 */
function renamedFolders(
  source: string,
  environment: Environment,
): readonly (readonly [string, string])[] {
  const cargoHome = environment.CARGO_HOME ?? join(environment.HOME ?? homedir(), '.cargo');
  return [
    // A single file is compiled by its whole path; a project's files are named from its root.
    ...(source.endsWith('.rs') ? [[dirname(source), ''] as const] : []),
    [SDK_DIRECTORY, 'heliosdb-wasm-sdk'],
    [join(cargoHome, 'registry', 'src'), 'registry'],
  ];
}

function artifacts(output: string): string[] {
  return output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .flatMap((line) => {
      const message = JSON.parse(line) as { reason: string; filenames?: string[] };
      return message.reason === 'compiler-artifact' ? (message.filenames ?? []) : [];
    })
    .filter((path) => path.endsWith('.wasm'));
}

async function isPresent(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
