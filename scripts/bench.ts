/**
 * Runs one bench by name, or lists them: `npm run bench -- <name> [arguments]`.
 * `--help` after a name prints what stands at the head of its program.
 */
import { spawn } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './run/step.ts';

const [name, ...parameters] = process.argv.slice(2);
/** A folder's main.ts goes by the folder's name, other programs by their own beside it. */
const PROGRAMS = [
  'bench/*/main.ts',
  'bench/nl/{record-trend,learn-weights,catalog-times,scale}.ts',
];
const benches = new Map(
  globSync(PROGRAMS, { cwd: ROOT })
    .sort()
    .map((path) => [path.replace(/^bench\//, '').replace(/(\/main)?\.ts$/, ''), path]),
);
const path = benches.get(name ?? '');
const isHelp = [name, ...parameters].some((word) => word === '--help' || word === '-h');
if (path === undefined) {
  (isHelp ? console.log : console.error)(
    `npm run bench -- NAME [options], or NAME --help; the benches: ${[...benches.keys()].join(', ')}`,
  );
  process.exitCode = isHelp ? 0 : 2;
} else if (isHelp) {
  console.log(headOf(path));
} else {
  spawn(process.execPath, [join(ROOT, path), ...parameters], { stdio: 'inherit' }).on(
    'close',
    (code) => {
      process.exitCode = code ?? 1;
    },
  );
}

/** The comment that a program begins with, without its marks. */
function headOf(program: string): string {
  const [, comment = ''] =
    /^\/\*\*(.*?)\*\//s.exec(readFileSync(join(ROOT, program), 'utf8')) ?? [];
  return comment.replaceAll(/^[ \t]*\*[ \t]?/gm, '').trim();
}
