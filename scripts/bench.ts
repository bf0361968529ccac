/** Runs one bench by name, or lists them: `npm run bench -- <name> [arguments]`. */
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
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
if (path === undefined) {
  console.error(`benches: ${[...benches.keys()].join(', ') || 'none'}`);
  process.exitCode = 2;
} else {
  spawn(process.execPath, [join(ROOT, path), ...parameters], { stdio: 'inherit' }).on(
    'close',
    (code) => {
      process.exitCode = code ?? 1;
    },
  );
}
