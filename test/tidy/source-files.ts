import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The project's folder. */
export const ROOT = join(import.meta.dirname, '..', '..');

/** A text file of the project. */
export interface SourceFile {
  /** Path from the project's folder, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

const TEXT = /\.(ts|tsx|js|mjs|rs|py|go|sql|test|md|yaml|yml|json|jsonl|toml|wat|html|css|sh|c|h)$/;
const NOT_OURS = /^(package-lock\.json|LICENSE|.*Cargo\.lock|.*go\.sum)$/;

/** Every text file git tracks, and those that are about to be: what a reviewer would see. */
export function sourceFiles(): SourceFile[] {
  const list = execFileSync(
    'git',
    ['ls-files', '--cached', '--others', '--exclude-standard', '-z'],
    {
      cwd: ROOT,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    },
  );
  return list
    .split('\0')
    .filter((path) => (TEXT.test(path) || path === '.ci/run') && !NOT_OURS.test(path))
    .filter((path) => existsSync(join(ROOT, path)))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
}

/** Whether a generator owns the file. */
export function isGenerated({ path, text }: SourceFile): boolean {
  return /\.generated\.|(^|\/)generated\//.test(path) || /^(\/\/|<!--|#) Generated /.test(text);
}
