/** Compiles C and C++ with clang: one file, with what it includes. */

import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HeliosError } from '#core';
import { describeModule } from './describe-module.ts';
import type { Toolchain } from './language.ts';
import { optimise } from './optimise.ts';
import type { Environment } from './run-tool.ts';
import { findTool, runCompiler, runTool, versionedNames } from './run-tool.ts';
import { readSource } from './source.ts';
import type { ParameterSignature, ProcedureSignature } from './wasm-module.ts';

const SDK_DIRECTORY = fileURLToPath(new URL('../../sdk/c', import.meta.url));
const STACK_BYTES = 64 * 1024;
/** Debian's wasi-libc. */
const DISTRIBUTION_LIBC = '/usr/lib/wasm32-wasi/libc.a';
const DISTRIBUTION_LIBCPP = '/usr/lib/wasm32-wasi/libc++.a';

export const c: Toolchain = {
  language: 'c',
  marking: 'Write HELIOSDB_PROCEDURE(name, "parameter TYPE", "TYPE", "what it does") { … }.',
  accepts: (source, isDirectory) => !isDirectory && /\.(c|cc|cpp|cxx)$/.test(source),
  async compile({ source, output, environment, onDiagnostics }) {
    const isCpp = !source.endsWith('.c');
    const compiler = await findClang(isCpp, environment);
    const procedures = readProcedures(await readSource(source, 'c'));
    const flags = [...compiler.flags, '-O2', '-flto', '-Wall', `-I${SDK_DIRECTORY}`];
    // Exceptions would need a runtime library that distributions do not ship.
    if (isCpp) flags.push('-std=c++20', '-fno-exceptions', '-fno-rtti', ...compiler.cppFlags);
    const linking = [
      '--gc-sections',
      '--strip-debug',
      '--stack-first',
      `-z,stack-size=${STACK_BYTES}`,
    ];
    await runCompiler(
      'c',
      compiler.path,
      [
        ...flags,
        '-mexec-model=reactor',
        ...linking.map((flag) => `-Wl,${flag}`),
        source,
        '-o',
        output,
      ],
      { environment, directory: dirname(source), onOutput: onDiagnostics },
    );
    await optimise(output, environment);
    await describeModule(output, procedures);
    return compiler.version;
  },
};

interface Clang {
  readonly path: string;
  readonly version: string;
  readonly flags: readonly string[];
  readonly cppFlags: readonly string[];
}

/** wasi-sdk where WASI_SDK_PATH names it, else a distribution's clang with its wasi-libc. */
async function findClang(isCpp: boolean, environment: Environment): Promise<Clang> {
  const name = isCpp ? 'clang++' : 'clang';
  const sdk = environment.WASI_SDK_PATH;
  const own = sdk ? await findTool([join(sdk, 'bin', name)], environment) : null;
  if (own !== null) return described(own, ['--target=wasm32-wasip1'], [], environment);
  const path = await findTool(versionedNames(name), environment);
  const linker = await findTool(versionedNames('wasm-ld'), environment);
  if (path !== null && linker !== null && (await isPresent(DISTRIBUTION_LIBC))) {
    // The older name of the target is the folder in which distributions keep the library.
    const flags = ['--target=wasm32-wasi', '-Wno-deprecated', `-fuse-ld=${linker}`];
    // C++ without its library still has the language.
    const cppFlags = (await isPresent(DISTRIBUTION_LIBCPP)) ? [] : ['-nostdlib++'];
    return described(path, flags, cppFlags, environment);
  }
  const missing = [
    path === null ? name : null,
    linker === null ? 'wasm-ld' : null,
    (await isPresent(DISTRIBUTION_LIBC)) ? null : 'wasi-libc',
  ].filter((tool) => tool !== null);
  throw new HeliosError('toolchain_missing', {
    message: 'compiling C needs clang with a C library for WebAssembly',
    detail: `not found: ${missing.join(', ')}`,
    hint:
      'On Debian: "apt-get install clang lld wasi-libc libclang-rt-dev-wasm32" (C++: also ' +
      'libc++-dev-wasm32). Elsewhere: install wasi-sdk and set WASI_SDK_PATH to its folder.',
    fields: { tool: name },
  });
}

async function described(
  path: string,
  flags: readonly string[],
  cppFlags: readonly string[],
  environment: Environment,
): Promise<Clang> {
  const { stdout } = await runTool(path, ['--version'], { environment });
  const help = await runTool(path, ['--help'], { environment });
  // Clang's own call of wasm-opt drops the functions' names; ours keeps them.
  const quiet = help.stdout.includes('--no-wasm-opt') ? ['--no-wasm-opt'] : [];
  const version = stdout.split('\n')[0]?.trim() ?? path;
  return { path, flags: [...flags, ...quiet], cppFlags, version };
}

const TEXT = String.raw`((?:"(?:[^"\\]|\\.)*"\s*)+)`;
const PROCEDURE = new RegExp(
  String.raw`^\s*HELIOSDB_PROCEDURE\s*\(\s*(\w+)\s*,\s*${TEXT},\s*${TEXT},\s*${TEXT}\)`,
  'gm',
);

/** The procedures a source declares with the SDK's macro. */
export function readProcedures(source: string): ProcedureSignature[] {
  return [...source.matchAll(PROCEDURE)].map(([, name = '', parameters, returns, comment]) => ({
    name,
    comment: literal(comment) || null,
    parameters: splitParameters(literal(parameters)).map(parameterOf),
    returns: literal(returns) || null,
  }));
}

/** The text of string literals that stand side by side. */
function literal(tokens: string | undefined): string {
  const parts = (tokens ?? '').match(/"(?:[^"\\]|\\.)*"/g) ?? [];
  return parts.map((part) => part.slice(1, -1).replaceAll(/\\(.)/g, '$1')).join('');
}

/** Splits at commas outside brackets: a type may be `DECIMAL(12,2)`. */
function splitParameters(text: string): string[] {
  return text
    .split(/,(?![^(]*\))/)
    .map((parameter) => parameter.trim())
    .filter((parameter) => parameter !== '');
}

function parameterOf(text: string): ParameterSignature {
  const [name = '', ...type] = text.split(/\s+/);
  return { name, type: type.join(' ') || null, nullable: false };
}

async function isPresent(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
