/**
 * Writes a program as a module of its own, for an interpreter that the database has: the module
 * imports the interpreter's memory and functions and exports a function per procedure.
 */

import { HeliosError } from '#core';
import { descriptionSection } from './describe-module.ts';
import type { Section } from './wasm-binary.ts';
import { ByteWriter, joinModule, SECTION } from './wasm-binary.ts';
import type { ProcedureSignature } from './wasm-module.ts';

/** What a program may ask of the host; the interpreter gets nothing else of these. */
export type HostNeed = 'query' | 'transaction' | 'now' | 'random';

export interface Program {
  /** The module name that the interpreter's functions are imported from. */
  readonly namespace: string;
  /** What the interpreter's `hdb_load` takes. */
  readonly program: Uint8Array;
  /** Handed to `hdb_load` beside the program. */
  readonly flags: number;
  readonly needs: readonly HostNeed[];
  /** Each becomes an export of the same name. */
  readonly procedures: readonly ProcedureSignature[];
}

interface Import {
  readonly module: string;
  readonly name: string;
  readonly parameterCount: number;
  readonly result: number | null;
}

const I32 = 0x7f;
const I64 = 0x7e;
const FUNCTION_TYPE = 0x60;
const VOID_BLOCK = 0x40;
const FUNCTION = 0;
const MEMORY = 2;
const OP = {
  if: 0x04,
  end: 0x0b,
  call: 0x10,
  localGet: 0x20,
  localSet: 0x21,
  globalGet: 0x23,
  globalSet: 0x24,
  i32Const: 0x41,
  i32Eqz: 0x45,
  i32Add: 0x6a,
  bulk: 0xfc,
} as const;
const MEMORY_INIT = 8;
const DATA_DROP = 9;
/** Where the interpreter's functions stand among the imports. */
const ALLOC = 0;
const LOAD = 1;
const CALL = 2;
/** The module's only segment and its only variable: the blob, and where it was copied to. */
const BLOB = 0;
const ADDRESS = 0;
const RE_EXPORTED = ['heliosdb_abi_version', 'heliosdb_value_format'] as const;
const NEEDED: Readonly<Record<HostNeed, Import>> = {
  query: host('heliosdb_query_params', 6, I32),
  transaction: host('heliosdb_begin_tx', 0, I32),
  now: host('heliosdb_now', 0, I64),
  random: {
    module: 'wasi_snapshot_preview1',
    name: 'random_get',
    parameterCount: 2,
    result: I32,
  },
};

function host(name: string, parameterCount: number, result: number): Import {
  return { module: 'heliosdb', name, parameterCount, result };
}

/** Returns the program's module. */
export function programModule(program: Program): Uint8Array<ArrayBuffer> {
  const { namespace, needs, procedures } = program;
  const names = procedures.map(({ name }) => name);
  const clash = names.find((name) => name === 'memory' || name.startsWith('heliosdb_'));
  if (clash !== undefined) {
    throw new HeliosError('reserved_name', {
      message: `a procedure cannot be called ${clash}`,
      hint: 'Give the function another name.',
    });
  }
  const own = (name: string, parameterCount: number, result: number | null): Import => ({
    module: namespace,
    name,
    parameterCount,
    result,
  });
  const imports: readonly Import[] = [
    own('hdb_alloc', 1, I32),
    own('hdb_load', 3, null),
    own('hdb_call', 2, I32),
    ...RE_EXPORTED.map((name) => own(name, 0, I32)),
    ...needs.map((need) => NEEDED[need]),
  ];
  const { blob, nameOffsets } = layOut(program.program, names);
  const bodies = [
    initialiser(blob.length, program),
    ...names.map((name, index) => entry(imports.length, name, nameOffsets[index] ?? 0)),
  ];
  const data = new ByteWriter().byte(1).unsigned(blob.length).bytes(blob).finish();
  return joinModule([
    section(SECTION.type, typesOf(imports)),
    section(SECTION.import, importsOf(imports, namespace)),
    // The initialiser has the type after the imports', an entry the one after that.
    section(
      SECTION.function,
      bodies.map((_, index) => numbers(imports.length + Math.min(index, 1))),
    ),
    section(SECTION.global, [[I32, 1, 0x41, 0, 0x0b]]),
    section(SECTION.export, exportsOf(imports, names)),
    { id: SECTION.dataCount, body: numbers(1) },
    section(SECTION.code, bodies),
    section(SECTION.data, [data]),
    descriptionSection(procedures),
  ]);
}

function section(id: number, entries: readonly ArrayLike<number>[]): Section {
  const writer = new ByteWriter().unsigned(entries.length);
  for (const each of entries) writer.bytes(each);
  return { id, body: writer.finish() };
}

function numbers(value: number): Uint8Array {
  return new ByteWriter().unsigned(value).finish();
}

/** A type for every import, in their order, and those of the functions that are added. */
function typesOf(imports: readonly Import[]): number[][] {
  const types = imports.map(({ parameterCount, result }) => [
    FUNCTION_TYPE,
    parameterCount,
    ...new Array<number>(parameterCount).fill(I32),
    ...(result === null ? [0] : [1, result]),
  ]);
  return [...types, [FUNCTION_TYPE, 0, 0], [FUNCTION_TYPE, 0, 1, I32]];
}

function importsOf(imports: readonly Import[], namespace: string): Uint8Array[] {
  const memory = new ByteWriter().name(namespace).name('memory').byte(MEMORY).byte(0).byte(0);
  const functions = imports.map(({ module, name }, type) =>
    new ByteWriter().name(module).name(name).byte(FUNCTION).unsigned(type).finish(),
  );
  return [memory.finish(), ...functions];
}

function exportsOf(imports: readonly Import[], names: readonly string[]): Uint8Array[] {
  const one = (name: string, kind: number, index: number): Uint8Array =>
    new ByteWriter().name(name).byte(kind).unsigned(index).finish();
  return [
    one('memory', MEMORY, 0),
    ...RE_EXPORTED.map((name) =>
      one(
        name,
        FUNCTION,
        imports.findIndex((each) => each.name === name),
      ),
    ),
    ...names.map((name, index) => one(name, FUNCTION, imports.length + 1 + index)),
  ];
}

/** The program, and behind it the names that the entries hand to `hdb_call`. */
function layOut(
  program: Uint8Array,
  names: readonly string[],
): { blob: Uint8Array; nameOffsets: number[] } {
  const writer = new ByteWriter().bytes(program);
  let length = program.length;
  const nameOffsets = names.map((name) => {
    const bytes = new TextEncoder().encode(name);
    const offset = length;
    writer.bytes(bytes);
    length += bytes.length;
    return offset;
  });
  return { blob: writer.finish(), nameOffsets };
}

/** Copies the blob into the interpreter's memory, keeps its address and loads the program. */
function initialiser(
  blobLength: number,
  { program, flags }: Pick<Program, 'program' | 'flags'>,
): Uint8Array {
  const address = 0; // the function's only local
  const code = new ByteWriter().unsigned(1).unsigned(1).byte(I32);
  code.byte(OP.i32Const).signed(blobLength).byte(OP.call).unsigned(ALLOC);
  code.byte(OP.localSet).unsigned(address);
  code.byte(OP.localGet).unsigned(address).byte(OP.i32Const).signed(0);
  code.byte(OP.i32Const).signed(blobLength);
  code.byte(OP.bulk).unsigned(MEMORY_INIT).unsigned(BLOB).unsigned(0);
  code.byte(OP.bulk).unsigned(DATA_DROP).unsigned(BLOB);
  code.byte(OP.localGet).unsigned(address).byte(OP.i32Const).signed(program.length);
  code.byte(OP.i32Const).signed(flags).byte(OP.call).unsigned(LOAD);
  code.byte(OP.localGet).unsigned(address).byte(OP.globalSet).unsigned(ADDRESS);
  return sized(code.byte(OP.end).finish());
}

/** Loads the program unless that is done, and calls a procedure by its name. */
function entry(initialiserIndex: number, name: string, nameOffset: number): Uint8Array {
  const length = new TextEncoder().encode(name).length;
  const code = new ByteWriter().unsigned(0);
  code.byte(OP.globalGet).unsigned(ADDRESS).byte(OP.i32Eqz);
  code.byte(OP.if).byte(VOID_BLOCK).byte(OP.call).unsigned(initialiserIndex).byte(OP.end);
  code.byte(OP.globalGet).unsigned(ADDRESS);
  code.byte(OP.i32Const).signed(nameOffset).byte(OP.i32Add);
  code.byte(OP.i32Const).signed(length).byte(OP.call).unsigned(CALL);
  return sized(code.byte(OP.end).finish());
}

function sized(code: Uint8Array): Uint8Array {
  return new ByteWriter().unsigned(code.length).bytes(code).finish();
}
