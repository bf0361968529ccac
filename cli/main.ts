#!/usr/bin/env node
/** The program `heliosdb` (also installed as `heliosdb-cli`). */
import { enableCompileCache } from 'node:module';

// Loading the same files again costs a third of the time when their compiled form is kept.
enableCompileCache();

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
  interrupt.abort();
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
