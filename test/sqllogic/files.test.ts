/** Every script of test/sql, each as one test. `SQL_TEST=<part of a path>` runs some of them. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { ensureEngine } from '#runtime';
import { parseScript } from './parse-script.ts';
import { runScript } from './run-script.ts';

const root = join(import.meta.dirname, '..', '..');
const wanted = process.env.SQL_TEST ?? '';
const paths = globSync('test/sql/**/*.test', { cwd: root })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path.includes(wanted))
  .sort();

let engine: string;
before(async () => {
  engine = await ensureEngine({ onProgress: (line) => console.error(line) });
});

for (const path of paths) {
  const script = parseScript(readFileSync(join(root, path), 'utf8'), path);
  test(`${path}: ${script.description}`, { timeout: 120_000 }, () =>
    runScript(script, { engine, root }),
  );
}
