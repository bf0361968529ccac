/** Makes modules smaller with binaryen's `wasm-opt`, where it is installed. */

import { rename, rm } from 'node:fs/promises';
import type { Environment } from './run-tool.ts';
import { findTool, runTool } from './run-tool.ts';

/** What guests' compilers may have used. Not `--all-features`: the engine refuses some of them. */
const FEATURES = [
  'bulk-memory',
  'multivalue',
  'mutable-globals',
  'nontrapping-float-to-int',
  'reference-types',
  'sign-ext',
  'simd',
];

/**
 * Rewrites the module in place, about 15 % smaller. Does nothing without `wasm-opt`, and nothing
 * when it fails: a module that is not optimised is still a correct one.
 */
export async function optimise(path: string, environment: Environment): Promise<void> {
  const tool = await findTool(['wasm-opt'], environment);
  if (tool === null) return;
  const draft = `${path}.optimised`;
  try {
    const flags = FEATURES.map((feature) => `--enable-${feature}`);
    // With the functions' names: profiles and the stacks of errors show them.
    const run = await runTool(tool, ['-Oz', '-g', ...flags, path, '-o', draft], { environment });
    if (run.exitCode === 0) await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
}
