/** Builds the native functions the bench compares with; null where there is no Rust. */
import { spawnSync } from 'node:child_process';
import { appendFileSync, copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { encodeFooter, platformOf } from '#runtime';

const CRATE = join(import.meta.dirname, 'native');
const SUFFIX = process.platform === 'darwin' ? 'dylib' : 'so';

/** Returns the extension's path, built when its sources are newer. */
export function buildNative(): string | null {
  const build = spawnSync(
    'cargo',
    ['build', '--release', '--locked', '--manifest-path', join(CRATE, 'Cargo.toml')],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  if (build.status !== 0) return null;
  const library = join(CRATE, 'target', 'release', `libheliosdb_bench.${SUFFIX}`);
  if (!existsSync(library)) return null;
  const folder = join(CRATE, 'target', 'extension');
  const extension = join(folder, 'heliosdb_bench.duckdb_extension');
  mkdirSync(folder, { recursive: true });
  copyFileSync(library, extension);
  const { duckdb } = platformOf(process.platform, process.arch);
  appendFileSync(extension, encodeFooter({ platform: duckdb, extensionVersion: '0' }));
  return extension;
}
