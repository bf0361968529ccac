/**
 * Purpose: turns sources of procedures into modules, with the compilers that are installed.
 * Inputs: a file or a project. Outputs: a module and what it declares.
 * Invariants: what is missing is named with the command that installs it; a module that could not
 * be a procedure is never handed over.
 * May not: download anything, or touch a database.
 */
export type { CompiledProcedure, CompileProcedureOptions } from './compile.ts';
export { compileProcedure } from './compile.ts';
export type { GuestLanguage } from './language.ts';
export { makeFolder } from './make-folder.ts';
export { SOURCE_ENDINGS, sourcesIn } from './source.ts';
export type { ScaffoldLanguage, Template } from './templates.ts';
export { templateOf } from './templates.ts';
export type {
  ModuleFacts,
  ModuleImport,
  ParameterSignature,
  ProcedureSignature,
} from './wasm-module.ts';
export { readModuleFacts } from './wasm-module.ts';
