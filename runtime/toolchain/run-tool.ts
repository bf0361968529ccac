/** Finds and runs the programs of a toolchain. */

import { spawn } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import { HeliosError } from '#core';
import type { GuestLanguage } from './language.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const OUTPUT_TAIL_BYTES = 16 * 1024;

export interface ToolRun {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

export interface RunOptions {
  readonly environment: Environment;
  readonly directory?: string;
  readonly onOutput?: (text: string) => void;
  /** Changes what the program prints, before anybody sees it. */
  readonly rewrite?: (text: string) => string;
}

/** Returns the path of the first of `names` that is an executable on the search path. */
export async function findTool(
  names: readonly string[],
  environment: Environment,
): Promise<string | null> {
  const folders = (environment.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  // Installers put cargo here without touching the search path of running programs.
  folders.push(join(environment.HOME ?? homedir(), '.cargo', 'bin'));
  for (const name of names) {
    if (isAbsolute(name)) {
      if (await isExecutable(name)) return name;
      continue;
    }
    for (const folder of folders) {
      const path = join(folder, name);
      if (await isExecutable(path)) return path;
    }
  }
  return null;
}

/** Names of a tool as distributions install it: plain, then with the newest versions first. */
export function versionedNames(name: string): readonly string[] {
  const newest = 30;
  const oldest = 14;
  const versions = Array.from({ length: newest - oldest + 1 }, (_, index) => newest - index);
  return [name, ...versions.map((version) => `${name}-${version}`)];
}

/** Runs a program to its end. A program that cannot be started is an `io_error`. */
export async function runTool(
  path: string,
  args: readonly string[],
  { environment, directory, onOutput, rewrite = (text) => text }: RunOptions,
): Promise<ToolRun> {
  const child = spawn(path, args, {
    env: { ...environment },
    ...(directory === undefined ? {} : { cwd: directory }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    const shown = rewrite(text);
    stderr += shown;
    onOutput?.(shown);
  });
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.on('error', (cause) =>
      reject(new HeliosError('io_error', { message: `${path} could not be started`, cause })),
    );
    child.on('close', (code) => resolve(code ?? -1));
  });
  return { stdout, stderr, exitCode };
}

/** Runs a compiler, and raises `compile_failed` with its last words when it fails. */
export async function runCompiler(
  language: GuestLanguage,
  path: string,
  args: readonly string[],
  options: RunOptions,
): Promise<ToolRun> {
  const run = await runTool(path, args, options);
  if (run.exitCode === 0) return run;
  throw new HeliosError('compile_failed', {
    // Standard output is a compiler's answer to us; only where it says nothing else it is of use.
    detail: (run.stderr.trim() || run.stdout).slice(-OUTPUT_TAIL_BYTES).trim(),
    fields: { language },
  });
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
