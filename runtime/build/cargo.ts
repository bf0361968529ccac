import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { HeliosError } from '#core';

const OUTPUT_TAIL_LINES = 30;
const OUTPUT_TAIL_BYTES = 64 * 1024;

/** What surrounds a call of cargo. */
export interface CargoOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal | undefined;
}

/** Finds cargo and checks that it is new enough for the sources. Returns its version. */
export async function checkCargo(required: string, options: CargoOptions): Promise<string> {
  const install = `install Rust ${required} or newer from https://rustup.rs and run this again`;
  const version = await new Promise<string>((resolve, reject) => {
    const environment = cargoEnvironment(options.environment);
    execFile('cargo', ['--version'], { env: environment }, (error, stdout) => {
      if (!error) return resolve(/cargo (\d+\.\d+\.\d+)/.exec(stdout)?.[1] ?? stdout.trim());
      const isMissing = 'code' in error && error.code === 'ENOENT';
      reject(
        new HeliosError('toolchain_missing', {
          message: 'building the engine needs Rust, which is not installed',
          detail: isMissing ? 'cargo was not found' : error.message.trim(),
          hint: `${install}; or set HELIOSDB_ENGINE to an engine file built elsewhere`,
          fields: { tool: 'cargo' },
          cause: error,
        }),
      );
    });
  });
  if (compareVersions(version, required) < 0) {
    throw new HeliosError('toolchain_outdated', {
      message: `building the engine needs Rust ${required}, this is Rust ${version}`,
      hint: `update it with "rustup update stable", or ${install}`,
      fields: { tool: 'cargo', required, found: version },
    });
  }
  return version;
}

/**
 * Builds the crate's shared library and returns its path. `onOutput` gets what cargo says while it
 * works. Fails with `engine_build_failed` and the end of the compiler's output.
 */
export async function buildLibrary(
  options: CargoOptions & {
    crateFolder: string;
    libraryName: string;
    onOutput: (text: string) => void;
  },
): Promise<string> {
  const manifest = join(options.crateFolder, 'Cargo.toml');
  const child = spawn(
    'cargo',
    [
      'build',
      '--release',
      '--lib',
      '--manifest-path',
      manifest,
      '--target-dir',
      join(options.crateFolder, 'target'),
      '--message-format=json-render-diagnostics',
      ...(existsSync(join(options.crateFolder, 'Cargo.lock')) ? ['--locked'] : []),
    ],
    {
      env: {
        ...cargoEnvironment(options.environment),
        // Makes cargo draw its bar, with the counts in it, although it writes to a pipe.
        CARGO_TERM_PROGRESS_WHEN: 'always',
        CARGO_TERM_PROGRESS_WIDTH: '100',
        CARGO_TERM_COLOR: 'never',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      signal: options.signal,
    },
  );
  let messages = '';
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    messages += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output = (output + text).slice(-OUTPUT_TAIL_BYTES);
    options.onOutput(text);
  });
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve);
  });
  if (exitCode !== 0) throw buildFailure(exitCode, output);
  const library = findLibrary(messages, options.libraryName);
  if (library === null) {
    throw new HeliosError('engine_build_failed', {
      detail: `cargo reported no shared library named ${options.libraryName}`,
    });
  }
  return library;
}

/** The path cargo reports for the shared library, wherever its settings put it. */
function findLibrary(messages: string, libraryName: string): string | null {
  for (const line of messages.split('\n')) {
    if (!line.startsWith('{"reason":"compiler-artifact"')) continue;
    const artifact = JSON.parse(line) as {
      target: { name: string; kind: string[] };
      filenames: string[];
    };
    if (artifact.target.name !== libraryName || !artifact.target.kind.includes('cdylib')) continue;
    return artifact.filenames.find((name) => /\.(so|dylib)$/.test(name)) ?? null;
  }
  return null;
}

function buildFailure(exitCode: number | null, output: string): HeliosError {
  const tail = output
    .split('\n')
    // Of a line that was redrawn, the last form.
    .map((line) => line.split('\r').at(-1)?.trimEnd() ?? '')
    .filter((line) => line !== '' && !/^ +Building \[/.test(line))
    .slice(-OUTPUT_TAIL_LINES)
    .join('\n');
  if (/linker `[^`]+` not found|failed to find tool/.test(output)) {
    return new HeliosError('toolchain_missing', {
      message: 'building the engine needs a C linker, which is not installed',
      detail: tail,
      hint: 'install one (Debian: build-essential, Fedora: gcc, macOS: xcode-select --install) and run this again',
      fields: { tool: 'cc' },
    });
  }
  const isOffline = /failed to download|[Cc]ould ?n.t resolve|network|spurious/.test(output);
  return new HeliosError('engine_build_failed', {
    message: `building the engine failed: cargo ended with ${exitCode ?? 'a signal'}`,
    detail: tail,
    ...(isOffline ? { hint: 'the first build fetches crates: check the network connection' } : {}),
  });
}

/** The environment with rustup's folder on the path, which a new shell would have and this one may not. */
function cargoEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  const home = environment.CARGO_HOME ?? join(environment.HOME ?? homedir(), '.cargo');
  return {
    ...environment,
    PATH: [environment.PATH ?? '', join(home, 'bin')].join(delimiter),
  };
}

function compareVersions(left: string, right: string): number {
  const [leftParts, rightParts] = [left, right].map((version) => version.split('.').map(Number));
  for (let index = 0; index < 3; index += 1) {
    const difference = (leftParts?.[index] ?? 0) - (rightParts?.[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
