/** Runs a kernel as a program of its own, outside of any database. */

import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type { Kernel } from './kernels.ts';

const execute = promisify(execFile);
/** Installers put these here without touching the search path of running programs. */
const PLACES = ['/usr/local/go/bin', join(homedir(), '.cargo', 'bin')];
const FIRST_CALLS = 2000;
/** What the measured run should take. */
const RUN_NS = 400e6;

/** Nanoseconds a call takes, the least of three runs; null where the language is not installed. */
export async function nativeCost(kernel: Kernel, folder: string): Promise<number | null> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, kernel.nativeFile), kernel.nativeSource);
  const environment = { ...process.env, PATH: [process.env.PATH, ...PLACES].join(delimiter) };
  const options = { cwd: folder, env: environment };
  try {
    const [builder, ...flags] = kernel.build ?? [];
    if (builder !== undefined) await execute(builder, flags, options);
    const [program = '', ...first] = kernel.run;
    const once = async (calls: number): Promise<number> => {
      const { stdout } = await execute(program, [...first, String(calls)], options);
      return Number(stdout);
    };
    const calls = Math.ceil(RUN_NS / Math.max(await once(FIRST_CALLS), 1));
    const times = [await once(calls), await once(calls), await once(calls)];
    return Math.min(...times);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
