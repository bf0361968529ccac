/** Whole commands, each a process of its own: how long until it has ended, and its processor time. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export const ROOT = join(import.meta.dirname, '..', '..');
const START = join(ROOT, 'cli', 'start.mjs');

export const SEED = 'Calculate discounts for all platinum customers and show their savings';
export const PLAIN = 'How many customers are there?';

/** A command that is measured. */
export interface Command {
  readonly name: string;
  readonly argv: readonly string[];
  readonly input?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly folder?: string;
  /** The median of the elapsed time that it should stay below. */
  readonly goalMs?: number;
}

/** Milliseconds of one run. */
export interface Cost {
  readonly wallMs: number;
  /** User and system time of the process and all that it started. */
  readonly cpuMs: number;
}

/** The commands, the whole ones first. `home` is the state folder of a running service. */
export function commands(home: string): readonly Command[] {
  const node = (name: string, ...args: string[]): Command => ({
    name,
    argv: [process.execPath, START, ...args],
  });
  const folder = mkdtempSync(join(tmpdir(), 'helios-startup-'));
  writeFileSync(join(folder, 'package.json'), '{"scripts": {"nothing": "true"}}');
  return [
    { name: 'npm run ask, the discounts', argv: ['npm', 'run', 'ask', '--', SEED], goalMs: 1500 },
    {
      name: 'npm run ask, a plain question',
      argv: ['npm', 'run', 'ask', '--', PLAIN],
      goalMs: 1200,
    },
    { name: 'npm run of nothing', argv: ['npm', 'run', 'nothing'], folder },
    { name: 'node of nothing', argv: [process.execPath, '-e', '0'] },
    node('heliosdb --help', '--help'),
    node('heliosdb sql "SELECT 1", in memory', 'sql', 'SELECT 1', '--db', ':memory:'),
    node('heliosdb sql "SELECT 1", the shop', 'sql', 'SELECT 1'),
    { ...node('heliosdb shell, one statement', 'shell'), input: 'SELECT 1;\n' },
    node('heliosdb ask, a plain question', 'ask', PLAIN),
    node('heliosdb ask, the discounts', 'ask', SEED),
    {
      ...node('heliosdb ask, a plain question to a running service', 'ask', PLAIN),
      environment: { HELIOSDB_HOME: home },
    },
  ];
}

/** Runs a command to its end; anything but success ends the bench. */
export function runCommand(command: Command): Cost {
  const { argv, input = '', folder = ROOT, environment = {} } = command;
  const startedAt = performance.now();
  // `times` of the shell is the one portable way to the processor time of grandchildren.
  const { status, stdout, stderr } = spawnSync(
    'sh',
    ['-c', '"$@" >/dev/null || exit; times', 'sh', ...argv],
    { cwd: folder, env: { ...cleanEnvironment(), ...environment }, input, encoding: 'utf8' },
  );
  const wallMs = performance.now() - startedAt;
  const children = stdout.trim().split('\n').at(-1) ?? '';
  const times = [...children.matchAll(/(\d+)m([\d.]+)s/g)];
  if (status !== 0 || times.length !== 2) {
    throw new Error(`${argv.join(' ')} ended with ${status}: ${stderr || stdout}`);
  }
  const cpuMs = times.reduce(
    (sum, [, minutes, seconds]) => sum + 60_000 * Number(minutes) + 1000 * Number(seconds),
    0,
  );
  return { wallMs, cpuMs };
}

/** A service that owns a shop of its own, until it is closed. */
export async function startService(home: string): Promise<AsyncDisposable> {
  const child = spawn(process.execPath, [START, 'serve', '--port', '0', '--quiet'], {
    env: { ...cleanEnvironment(), HELIOSDB_HOME: home },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  await Promise.race([once(createInterface({ input: child.stdout }), 'line'), ended]);
  if (child.exitCode !== null) throw new Error('the service did not start');
  return {
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Nothing that a person has set for HeliosDB or Node may change what is measured. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const isOurs = (name: string): boolean => /^(HELIOSDB_|NODE_|OPENAI_)/.test(name);
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !isOurs(name)));
}
