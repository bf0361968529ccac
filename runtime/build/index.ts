/**
 * Purpose: finds the engine, or builds it on first use.
 * Inputs: the crate's sources, cargo, HELIOSDB_ENGINE. Outputs: the path of an extension file.
 * Invariants: equal sources are built once; the file in place is always whole; one builds, others wait.
 * May not: open a database, know what the engine does.
 */
export type { EnsureEngineOptions } from './ensure-engine.ts';
export { ensureEngine } from './ensure-engine.ts';
export { encodeFooter } from './footer.ts';
export { platformOf } from './platform.ts';
export type { SourceList } from './stamp.ts';
export { sourceStates } from './stamp.ts';
