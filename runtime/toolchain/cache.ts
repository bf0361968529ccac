/** Where toolchains keep what is expensive to make again. */

import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from './run-tool.ts';

/** A folder of the user's cache; everything in it may be deleted at any time. */
export function cacheDirectory(environment: Environment): string {
  const base = environment.XDG_CACHE_HOME || join(environment.HOME ?? homedir(), '.cache');
  return join(base, 'heliosdb');
}

/** A short name for a text, for folders that must not collide. */
export function contentKey(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
