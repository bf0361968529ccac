/**
 * Purpose: the one way in for scripts that may contain statements about procedures.
 * Inputs: a session, SQL text, what files may be read. Outputs: each statement's result.
 * Invariants: what is not ours reaches DuckDB unchanged; a definition happens wholly or not at all.
 * Errors point into the script.
 * May not: compile or check modules, which is the engine's work, or own the session.
 */
export type {
  DefinitionPlan,
  DefinitionRequest,
  EnginePort,
  GatewayConnection,
} from './engine-port.ts';
export type { GatewayOptions, StatementResult } from './gateway.ts';
export { Gateway, queryOfCall } from './gateway.ts';
