/** The page of measurements: each bench owns the part between its markers. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const PAGE = join(ROOT, 'docs', 'performance.md');
const RESULTS = join(ROOT, 'bench', 'results');

/** The commit that is measured, in short. */
export function measuredCommit(): string {
  const arguments_ = ['rev-parse', '--short', 'HEAD'];
  return execFileSync('git', arguments_, { cwd: ROOT, encoding: 'utf8' }).trim();
}

/** A bench's results as they were kept; null before it ever ran. */
export function readResults(bench: string): unknown {
  const file = join(RESULTS, `${bench}.json`);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null;
}

/** Keeps a bench's results as a file, and puts its text between its markers of the page. */
export function recordResults(bench: string, report: object, text: string): void {
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(join(RESULTS, `${bench}.json`), `${JSON.stringify(report, null, 2)}\n`);
  const begin = `<!-- ${bench}: begin -->`;
  const page = readFileSync(PAGE, 'utf8');
  const [before, after] = [page.indexOf(begin), page.indexOf(`<!-- ${bench}: end -->`)];
  if (before < 0 || after < before) throw new Error(`${PAGE} has no markers for ${bench}`);
  writeFileSync(PAGE, `${page.slice(0, before)}${begin}\n${text}${page.slice(after)}`);
}
