import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/**
 * Digest of everything a build reads: the files, and the files of the folders, by their paths
 * relative to the root and their contents. What is not there counts as absent.
 *
 * The installed compiler is not part of it: asking for its version would cost every start a
 * process, and an engine that an older compiler built is still the engine of these sources. The
 * compiler that the sources require is, by the files that state it.
 */
export function sourceStamp(options: {
  root: string;
  paths: readonly string[];
  salt: readonly string[];
}): string {
  const hash = createHash('sha256');
  for (const part of options.salt) hash.update(`${part}\0`);
  for (const file of options.paths.flatMap((path) => listFiles(join(options.root, path)))) {
    hash.update(`${relative(options.root, file).split(sep).join('/')}\0`);
    hash.update(createHash('sha256').update(readFileSync(file)).digest());
  }
  return hash.digest('hex');
}

function listFiles(path: string): string[] {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return [];
  if (!stat.isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => listFiles(join(path, name)));
}
