/**
 * Purpose: what runs procedures. Statements about them, the engine's build, guests' toolchains.
 * Inputs: sessions and SQL text, sources of guests. Outputs: statement results, built files.
 * Invariants: what is not ours reaches DuckDB unchanged; definitions are transactional; the
 * engine alone judges modules.
 * May not: know plans, prompts or models.
 */
export type { EnsureEngineOptions, SourceList } from './build/index.ts';
export { encodeFooter, ensureEngine, platformOf, sourceStates } from './build/index.ts';
export type {
  CreateProcedure,
  DdlStatement,
  DefinitionStatement,
  ModuleSource,
  ParameterDefinition,
  ProcedureStatement,
  ScriptPiece,
  ScriptStatement,
} from './ddl/index.ts';
export { parseStatement, printStatement, splitScript, statementsOf } from './ddl/index.ts';
export type {
  DefinitionPlan,
  DefinitionRequest,
  EnginePort,
  GatewayConnection,
  GatewayOptions,
  StatementResult,
} from './gateway/index.ts';
export { Gateway, queryOfCall } from './gateway/index.ts';
export type { CpuProfile, ProfileLine, Recording, Stretch } from './profile/index.ts';
export { parseRecording, timelineOf, toCpuProfile, topLines } from './profile/index.ts';
export type {
  CompiledProcedure,
  CompileProcedureOptions,
  GuestLanguage,
  ModuleFacts,
  ProcedureSignature,
  ScaffoldLanguage,
  Template,
} from './toolchain/index.ts';
export {
  compileProcedure,
  makeFolder,
  readModuleFacts,
  SOURCE_ENDINGS,
  sourcesIn,
  templateOf,
} from './toolchain/index.ts';
