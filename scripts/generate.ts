/**
 * Writes every generated file, or with `--check` says which are out of date.
 * A generator is a function from the project's root to the files it owns.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { generateAbi } from './generate/abi.ts';
import { generateAdvisorPage } from './generate/advisor.ts';
import { generateErrors } from './generate/errors.ts';
import type { GeneratedFile } from './generate/generated-file.ts';

const GENERATORS: readonly ((root: string) => GeneratedFile[])[] = [
  generateAdvisorPage,
  generateErrors,
  generateAbi,
];

const root = join(import.meta.dirname, '..');
const isCheck = process.argv.includes('--check');

function current(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

const stale: string[] = [];
for (const { path, text } of GENERATORS.flatMap((generator) => generator(root))) {
  const target = join(root, path);
  if (current(target) === text) continue;
  stale.push(path);
  if (isCheck) continue;
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, text);
  console.log(`generated ${path}`);
}
if (isCheck && stale.length > 0) {
  console.error(`out of date: ${stale.join(', ')}; run \`npm run generate\``);
  process.exitCode = 1;
}
