#!/usr/bin/env node
/** The program `heliosdb` (also installed as `heliosdb-cli`). */
import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

// Loading the same files again costs a third of the time when their compiled form is kept. It is
// code, so it lies with the user's own files and not in Node's default, a folder others share.
const { HELIOSDB_CACHE_DIR, XDG_CACHE_HOME } = process.env;
const cache = HELIOSDB_CACHE_DIR ?? join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'heliosdb');
if (cache !== '') enableCompileCache(join(cache, 'program'));

const { EXIT } = await import('./exit-code.ts');
const { runProgram } = await import('./program.ts');

const interrupt = new AbortController();
let isReaderGone = false;

process.on('SIGINT', () => {
  // The first Ctrl-C cancels what runs and lets it clean up; a second one does not wait.
  if (interrupt.signal.aborted) process.exit(EXIT.cancelled);
  interrupt.abort();
});
process.on('SIGTERM', () => interrupt.abort());

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  // `heliosdb … | head`: nobody reads on, so there is nothing left to do.
  isReaderGone = true;
  if (!interrupt.signal.aborted) interrupt.abort();
});
process.stderr.on('error', () => {});

const code = await runProgram(process.argv.slice(2), {
  in: process.stdin,
  out: process.stdout,
  err: process.stderr,
  environment: process.env,
  signal: interrupt.signal,
  isReaderGone: () => isReaderGone,
});
process.exitCode = isReaderGone ? EXIT.brokenPipe : code;
// Standard input may be a terminal or an open pipe that would keep the process alive.
process.stdin.destroy();
