/** Compiles Go with the stock compiler: one file, or a module's package `main`. */

import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HeliosError } from '#core';
import { cacheDirectory, contentKey } from './cache.ts';
import { describeModule } from './describe-module.ts';
import type { CompileRequest, Toolchain } from './language.ts';
import type { Environment } from './run-tool.ts';
import { findTool, runCompiler, runTool } from './run-tool.ts';
import type { ProcedureSignature } from './wasm-module.ts';

const SDK = 'github.com/heliosdb/wasm-sdk-go';
const SDK_DIRECTORY = fileURLToPath(new URL('../../sdk/go', import.meta.url));
/** The first version with `//go:wasmexport`. */
const MINOR_VERSION_MIN = 24;
const INSTALL = 'Install Go 1.24 or newer from https://go.dev/dl and put it on the search path.';

export const go: Toolchain = {
  language: 'go',
  marking: null,
  accepts: (source) => source.endsWith('.go'),
  async compile(request) {
    const compiler = await findGo(request.environment);
    const work = await mkdtemp(join(tmpdir(), 'heliosdb-go-'));
    try {
      const project = await openProject(request, work);
      const generated = await generate(compiler.path, project.files, request);
      await build(compiler.path, project, generated.source, work, request);
      await describeModule(request.output, generated.procedures);
    } finally {
      await rm(work, { recursive: true });
    }
    return compiler.version;
  },
};

async function findGo(environment: Environment): Promise<{ path: string; version: string }> {
  const path = await findTool(['go', '/usr/local/go/bin/go'], environment);
  if (path === null) {
    throw new HeliosError('toolchain_missing', {
      message: 'compiling Go needs the Go compiler, which is not installed',
      hint: INSTALL,
      fields: { tool: 'go' },
    });
  }
  const version = (await runTool(path, ['env', 'GOVERSION'], { environment })).stdout.trim();
  if (Number(/^go1\.(\d+)/.exec(version)?.[1] ?? 0) < MINOR_VERSION_MIN) {
    throw new HeliosError('toolchain_outdated', {
      message: `compiling procedures needs Go 1.${MINOR_VERSION_MIN}, this is ${version}`,
      hint: INSTALL,
      fields: { tool: 'go', required: `1.${MINOR_VERSION_MIN}`, found: version },
    });
  }
  return { path, version };
}

interface Project {
  /** Where the compiler runs. */
  readonly directory: string;
  /** A go.mod that knows where the SDK is; the user's own stays as it is. */
  readonly modFile: string;
  readonly files: readonly string[];
  /** Files that are elsewhere than the compiler believes, by the path it believes. */
  readonly overlay: Readonly<Record<string, string>>;
}

/** A file in a module brings the package around it; any other file stands alone. */
async function openProject(
  { source, environment }: CompileRequest,
  work: string,
): Promise<Project> {
  const folder = dirname(source);
  const modFile = join(work, 'go.mod');
  const own = join(folder, 'go.mod');
  if (await isPresent(own)) {
    await copyFile(own, modFile);
    const sums = join(folder, 'go.sum');
    if (await isPresent(sums)) await copyFile(sums, join(work, 'go.sum'));
    const names = (await readdir(folder)).filter((name) => /\.go$/.test(name));
    const files = names
      .filter((name) => !name.endsWith('_test.go'))
      .map((name) => join(folder, name));
    return { directory: folder, modFile, files, overlay: {} };
  }
  // A fixed folder: the compiler's cache knows packages by their paths.
  const directory = join(cacheDirectory(environment), 'go', contentKey(source));
  await mkdir(directory, { recursive: true });
  const module = 'module procedure\n\ngo 1.24\n';
  await writeFile(join(directory, 'go.mod'), module);
  await writeFile(modFile, module);
  return { directory, modFile, files: [source], overlay: { [join(directory, 'main.go')]: source } };
}

interface Generated {
  readonly source: string;
  readonly procedures: readonly ProcedureSignature[];
}

/** Lets a program of the SDK read the package, and write the exports it needs. */
async function generate(
  path: string,
  files: readonly string[],
  { environment, onDiagnostics }: CompileRequest,
): Promise<Generated> {
  const run = await runCompiler('go', path, ['run', './internal/generate', ...files], {
    // The generator runs on this machine, whatever the environment says of the target.
    environment: { ...environment, GOOS: undefined, GOARCH: undefined, GOFLAGS: undefined },
    directory: SDK_DIRECTORY,
    onOutput: onDiagnostics,
  });
  const generated = JSON.parse(run.stdout) as Generated;
  if (generated.procedures.length > 0) return generated;
  throw new HeliosError('invalid_function_definition', {
    message: 'the source marks no procedure',
    detail: files.join(', '),
    hint: 'Write a line "//export name" right above a function.',
  });
}

async function build(
  path: string,
  project: Project,
  source: string,
  work: string,
  { environment, output, onDiagnostics }: CompileRequest,
): Promise<void> {
  const generated = join(work, 'heliosdb_procedures.go');
  await writeFile(generated, source);
  const overlay = join(work, 'overlay.json');
  const replaced = {
    ...project.overlay,
    [join(project.directory, 'heliosdb_procedures.go')]: generated,
  };
  await writeFile(overlay, JSON.stringify({ Replace: replaced }));
  const options = {
    environment: { ...environment, GOOS: 'wasip1', GOARCH: 'wasm', GOFLAGS: undefined },
    directory: project.directory,
    onOutput: onDiagnostics,
  };
  const modFile = `-modfile=${project.modFile}`;
  const edits = [`-require=${SDK}@v0.0.0`];
  if (!(await readFile(project.modFile, 'utf8')).includes(`${SDK} =>`)) {
    edits.push(`-replace=${SDK}=${SDK_DIRECTORY}`);
  }
  await runCompiler('go', path, ['mod', 'edit', ...edits, project.modFile], options);
  const flags = ['-buildmode=c-shared', '-trimpath', '-ldflags=-s -w', '-mod=mod'];
  await runCompiler(
    'go',
    path,
    ['build', ...flags, modFile, `-overlay=${overlay}`, '-o', output, '.'],
    options,
  );
}

async function isPresent(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
