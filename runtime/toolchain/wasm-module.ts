/** Reads what a WebAssembly module says of itself, without running it. */

import { HeliosError } from '#core';

export interface ModuleImport {
  readonly module: string;
  readonly name: string;
  readonly kind: string;
}

/** A parameter as its source declares it. */
export interface ParameterSignature {
  readonly name: string;
  /** As written in `CREATE PROCEDURE`; null when the source does not tell. */
  readonly type: string | null;
  /** Whether the source accepts NULL, and so wants to be called with it. */
  readonly nullable: boolean;
}

/** A procedure as its source declares it, enough to write `CREATE PROCEDURE` from. */
export interface ProcedureSignature {
  readonly name: string;
  readonly comment: string | null;
  readonly parameters: readonly ParameterSignature[];
  /** Null when the source does not tell. */
  readonly returns: string | null;
}

export interface ModuleFacts {
  readonly byteCount: number;
  readonly imports: readonly ModuleImport[];
  /** Names of exported functions. */
  readonly functions: readonly string[];
  /** Empty when the module was not made by an SDK that describes its procedures. */
  readonly procedures: readonly ProcedureSignature[];
}

/** SDKs put one line of JSON per procedure into this section. */
export const DESCRIPTION_SECTION = 'heliosdb_procedures';
const KNOWN_IMPORT = /^(heliosdb|heliosdb_[a-z]+(@.*)?|env|wasi_snapshot_preview1)$/;

/** Exports that are part of the ABI and not procedures. */
const RESERVED_EXPORT = /^(heliosdb_|_|memory$|malloc$|free$)/;

/** Reads a module's imports, exports and descriptions; refuses what is not a module. */
export async function readModuleFacts(bytes: Uint8Array<ArrayBuffer>): Promise<ModuleFacts> {
  let module: WebAssembly.Module;
  try {
    module = await WebAssembly.compile(bytes);
  } catch (cause) {
    throw new HeliosError('invalid_function_definition', {
      message: 'the file is not a valid WebAssembly module',
      detail: cause instanceof Error ? cause.message : null,
      cause,
    });
  }
  const descriptions = WebAssembly.Module.customSections(module, DESCRIPTION_SECTION)
    .map((section) => new TextDecoder().decode(section))
    .join('');
  return {
    byteCount: bytes.byteLength,
    imports: WebAssembly.Module.imports(module),
    functions: WebAssembly.Module.exports(module)
      .filter(({ kind }) => kind === 'function')
      .map(({ name }) => name),
    procedures: descriptions
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => JSON.parse(line) as ProcedureSignature),
  };
}

/** Raises `invalid_function_definition` when a compiled module could not be a procedure. */
export function checkModule(facts: ModuleFacts, marking: string | null = null): void {
  const foreign = facts.imports.filter(({ module }) => !KNOWN_IMPORT.test(module));
  if (foreign.length > 0) {
    const names = foreign.map(({ module, name }) => `${module}.${name}`);
    throw new HeliosError('invalid_function_definition', {
      message: 'the module imports what no database offers',
      detail: names.join(', '),
      hint: 'Import only functions of module "heliosdb"; see the ABI reference.',
    });
  }
  if (!facts.functions.some((name) => !RESERVED_EXPORT.test(name))) {
    throw new HeliosError('invalid_function_definition', {
      message: 'the module exports no procedure',
      detail: `exported functions: ${facts.functions.join(', ') || 'none'}`,
      hint: marking ?? "Mark a function as a procedure in the way of the language's SDK.",
    });
  }
}
