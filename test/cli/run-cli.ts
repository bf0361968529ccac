import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Database } from '#storage';

const PROGRAM = fileURLToPath(new URL('../../cli/start.mjs', import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface RunCliOptions {
  readonly input?: string | Uint8Array;
  readonly environment?: Readonly<Record<string, string>>;
  /** Sends SIGINT when standard error or output contains this text. */
  readonly interruptAt?: string;
  /** Told all standard output whenever there is more of it. */
  readonly onOutput?: (text: string) => void;
  /** Closes the reading end of standard output after its first bytes. */
  readonly closesOutput?: boolean;
}

/** Runs the real program in a process of its own. */
export async function runCli(
  args: readonly string[],
  options: RunCliOptions = {},
): Promise<Outcome> {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: { ...process.env, NO_COLOR: undefined, ...options.environment },
  });
  let out = '';
  let err = '';
  let isInterrupted = false;
  const interrupt = (): void => {
    if (options.interruptAt === undefined || isInterrupted) return;
    if (!`${out}${err}`.includes(options.interruptAt)) return;
    isInterrupted = true;
    child.kill('SIGINT');
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    options.onOutput?.(out);
    if (options.closesOutput === true) child.stdout.destroy();
    interrupt();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
    interrupt();
  });
  // The program may end without having read its input.
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  const [code] = (await once(child, 'close')) as [number | null];
  // What it takes to make a fresh checkout ready is said once, in whichever test comes first.
  return { code, out, err: err.replaceAll(/^(engine: |generating |registering ).*\n/gm, '') };
}

export interface Sample extends AsyncDisposable {
  readonly folder: string;
  readonly file: string;
}

/** A small database file without procedures in a folder of its own. */
export async function makeSample(): Promise<Sample> {
  const folder = await mkdtemp(join(tmpdir(), 'helios-cli-'));
  const file = join(folder, 'sample.duckdb');
  await using database = await Database.open({ path: file });
  await database.withConnection((connection) =>
    connection.run(`
      CREATE TABLE customers AS
        SELECT range + 1 AS id, 'Käthe ' || range AS name,
          ['gold', 'platinum', 'silver'][1 + range % 3] AS tier
        FROM range(120);
      CREATE TABLE orders AS SELECT range + 1 AS order_id, 1 + range % 120 AS customer_id,
        (range % 37 + 0.25)::DECIMAL(10,2) AS total FROM range(2000);`),
  );
  return {
    folder,
    file,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
