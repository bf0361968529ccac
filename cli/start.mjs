#!/usr/bin/env node
/**
 * Starts the program of a checkout: from its bundle, which is made anew when a source has changed,
 * else from its sources. Plain JavaScript, so that a start compiles no TypeScript at all.
 */
import { readFileSync, statSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** @import { BundleRecord } from './bundle/build-bundle.ts' */

const root = join(import.meta.dirname, '..');
const folder = join(root, '.heliosdb', 'program');

const bundle = findBundle() ?? (await makeBundle());
if (bundle !== null) {
  // The compiled form of a bundle lies in it and goes with it.
  enableCompileCache(join(bundle, 'compiled'));
  if (process.env.HELIOSDB_DEBUG === '1') process.setSourceMapsEnabled(true);
}
await import(bundle === null ? './main.ts' : pathToFileURL(join(bundle, 'main.js')).href);

/** The bundle's folder, if every file it was made of is as it was then. */
function findBundle() {
  try {
    const record = /** @type {BundleRecord} */ (
      JSON.parse(readFileSync(join(folder, 'current.json'), 'utf8'))
    );
    const isCurrent = record.sources.every(([path, size, changedMs]) => {
      const stat = statSync(path);
      return stat.size === size && stat.ctimeMs === changedMs;
    });
    return isCurrent ? record.folder : null;
  } catch {
    return null;
  }
}

async function makeBundle() {
  try {
    const { buildBundle } = await import('./bundle/build-bundle.ts');
    return await buildBundle({ root, folder });
  } catch (error) {
    // Without what builds it, or where nothing may be written, the sources do, only slower.
    if (process.env.HELIOSDB_DEBUG === '1') process.stderr.write(`no bundle: ${error}\n`);
    return null;
  }
}
