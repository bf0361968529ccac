/**
 * Purpose: the service. Owns one database and answers HTTP: runs, catalog, procedures, logs, SQL.
 * Inputs: an open database, requests. Outputs: JSON, event streams, the page's files.
 * Invariants: every door's requests end in the same runs with the same rights; queues, buffers and
 * waits are bounded; a cancelled run stops at once.
 * May not: know terminals, plan, or word answers.
 */
export type { Role } from './identity/identity.ts';
export { ROLES } from './identity/identity.ts';
export { assertTokenRole } from './identity/token-role.ts';
export type { Run, RunSummary } from './runs/run.ts';
export type { Service, ServiceOptions } from './service.ts';
export { startService } from './service.ts';
export type { Memory } from './store/memory.ts';
export { openMemory } from './store/memory.ts';
export type { NewToken, Token } from './store/token-store.ts';
