/**
 * Purpose: the statements about procedures, which DuckDB's own parser does not know.
 * Inputs: SQL text. Outputs: statements with exact offsets, trees, SQL text again.
 * Invariants: no character of a script is changed or lost; time is linear in the text; every
 * refusal is a coded error with an offset.
 * May not: touch a database, a file or the engine.
 */
export type {
  AlterAction,
  AlterProcedure,
  CallArgument,
  CallStatement,
  CreateProcedure,
  CreateRole,
  DdlStatement,
  DefinitionStatement,
  DescribeProcedure,
  DropProcedure,
  DropRole,
  GrantObject,
  GrantStatement,
  ModuleSource,
  Options,
  OptionValue,
  ParameterDefinition,
  Privilege,
  ProcedureName,
  ProcedureReference,
  ProcedureStatement,
  RoleStatement,
  ShowGrants,
  ShowProcedures,
} from './ast.ts';
export { encodeStatement } from './ast.ts';
export { nearestWord } from './keywords.ts';
export { isTrivia, readToken } from './lexer.ts';
export type { ParsedStatement } from './parser.ts';
export { parseStatement } from './parser.ts';
export { printArguments, printName, printStatement } from './printer.ts';
export type { ScriptPiece, ScriptStatement } from './script.ts';
export { splitScript, statementsOf } from './script.ts';
export { excerptOf, listOf, positionOf, syntaxError } from './syntax-error.ts';
