import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';

/** What something is made of. */
export interface SourceList {
  readonly root: string;
  /** Files and folders, relative to the root or absolute. */
  readonly paths: readonly string[];
  readonly salt: readonly string[];
}

/**
 * Digest of everything a build reads: the files, and the files of the folders, by their paths
 * relative to the root and their contents. What is not there counts as absent.
 *
 * The installed compiler is not part of it: asking for its version would cost every start a
 * process, and an engine that an older compiler built is still the engine of these sources. The
 * compiler that the sources require is, by the files that state it.
 */
export function sourceStamp(options: SourceList): string {
  const hash = createHash('sha256');
  for (const part of options.salt) hash.update(`${part}\0`);
  for (const file of options.paths.flatMap((path) => listFiles(resolve(options.root, path)))) {
    hash.update(`${relative(options.root, file).split(sep).join('/')}\0`);
    hash.update(createHash('sha256').update(readFileSync(file)).digest());
  }
  return hash.digest('hex');
}

/**
 * Digest of the same files by what the file system says of them, which is quick to ask. As long as
 * it is the same the files are; when it differs they may be, and `sourceStamp` decides.
 */
export function sourceStates(options: SourceList): string {
  const hash = createHash('sha256');
  for (const part of [options.root, ...options.salt]) hash.update(`${part}\0`);
  for (const file of options.paths.flatMap((path) => listFiles(resolve(options.root, path)))) {
    const { ino, size, mtimeNs, ctimeNs } = statSync(file, { bigint: true });
    hash.update(`${file}\0${ino} ${size} ${mtimeNs} ${ctimeNs}\0`);
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
