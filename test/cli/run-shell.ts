import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Outcome } from './run-cli.ts';

export const ROOT_FOLDER = fileURLToPath(new URL('../..', import.meta.url));

/** Runs a line as a user's shell would, with this checkout's programs on the search path. */
export async function runShell(command: string, folder: string): Promise<Outcome> {
  const programs = join(folder, '.bin');
  await mkdir(programs, { recursive: true });
  for (const [name, file] of [
    ['heliosdb', 'main.ts'],
    ['heliosdb-wasm-test', 'wasm-test.ts'],
  ] as const) {
    const text = `#!/bin/sh\nexec "${process.execPath}" "${join(ROOT_FOLDER, 'cli', file)}" "$@"\n`;
    await writeFile(join(programs, name), text, { mode: 0o755 });
  }
  const child = spawn('sh', ['-c', command], {
    cwd: folder,
    env: {
      ...process.env,
      NO_COLOR: undefined,
      PATH: `${programs}:${process.env.PATH ?? ''}`,
      HELIOSDB_HOME: join(folder, '.heliosdb'),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}
