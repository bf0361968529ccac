/**
 * Adds a program to an interpreter: the result is one module that exports a function per procedure
 * and needs nothing else. No compiler is involved.
 */

import { HeliosError } from '#core';
import { descriptionSection } from './describe-module.ts';
import type { Section } from './wasm-binary.ts';
import { ByteReader, ByteWriter, joinModule, SECTION, splitModule } from './wasm-binary.ts';
import type { ProcedureSignature } from './wasm-module.ts';

export interface EmbeddedProgram {
  /** What the interpreter's `hdb_load` takes. */
  readonly program: Uint8Array;
  /** Handed to `hdb_load` beside the program. */
  readonly flags: number;
  /** Each becomes an export of the same name. */
  readonly procedures: readonly ProcedureSignature[];
  /** New names for imports, by `module.name`. */
  readonly renamedImports: Readonly<Record<string, readonly [module: string, name: string]>>;
}

/** The interpreter's functions that the added ones call; they are no longer exported afterwards. */
const ENTRY_POINTS = ['hdb_alloc', 'hdb_load', 'hdb_call'] as const;
const OWN_EXPORT = /^hdb_/;

const FUNCTION_TYPE = 0x60;
const I32 = 0x7f;
const VOID_BLOCK = 0x40;
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

/** Returns the interpreter with the program in it. */
export function embedProgram(
  interpreter: Uint8Array,
  embedded: EmbeddedProgram,
): Uint8Array<ArrayBuffer> {
  const sections = splitModule(interpreter).filter(({ id }) => id !== SECTION.custom);
  const layout = readLayout(sections);
  const names = embedded.procedures.map(({ name }) => name);
  const { blob, nameOffsets } = layOut(embedded.program, names);

  const added: Record<number, (body: Uint8Array) => Uint8Array> = {
    [SECTION.type]: (body) =>
      append(body, [
        [FUNCTION_TYPE, 0, 0],
        [FUNCTION_TYPE, 0, 1, I32],
      ]),
    [SECTION.import]: (body) => renameImports(body, embedded.renamedImports),
    [SECTION.function]: (body) =>
      append(body, [
        new ByteWriter().unsigned(layout.typeCount).finish(),
        ...names.map(() => new ByteWriter().unsigned(layout.typeCount + 1).finish()),
      ]),
    [SECTION.global]: (body) => append(body, [[I32, 1, OP.i32Const, 0, OP.end]]),
    [SECTION.export]: (body) => exportProcedures(body, names, layout.functionCount + 1),
    [SECTION.code]: (body) =>
      append(body, [
        initialiser(layout, blob.length, embedded),
        ...names.map((name, index) => entry(layout, name, nameOffsets[index] ?? 0)),
      ]),
    [SECTION.data]: (body) =>
      append(body, [new ByteWriter().byte(1).unsigned(blob.length).bytes(blob).finish()]),
  };
  const rewritten = sections
    .filter(({ id }) => id !== SECTION.dataCount)
    .flatMap(({ id, body }): Section[] => {
      const section = { id, body: added[id]?.(body) ?? body };
      // Code that names a data segment needs their number in front of it.
      const count = new ByteWriter().unsigned(layout.dataCount + 1).finish();
      return id === SECTION.code ? [{ id: SECTION.dataCount, body: count }, section] : [section];
    });
  return joinModule([...rewritten, descriptionSection(embedded.procedures)]);
}

/** Where in a module the added functions find what they use. */
export interface Layout {
  readonly typeCount: number;
  /** Imported ones included. */
  readonly functionCount: number;
  readonly globalCount: number;
  readonly dataCount: number;
  readonly entryPoints: Readonly<Record<(typeof ENTRY_POINTS)[number], number>>;
}

function readLayout(sections: readonly Section[]): Layout {
  const count = (id: number): number => {
    const section = sections.find((candidate) => candidate.id === id);
    return section === undefined ? 0 : new ByteReader(section.body).unsigned();
  };
  const exports = new Map(
    readExports(sections.find(({ id }) => id === SECTION.export)?.body ?? new Uint8Array([0])).map(
      ({ name, index }) => [name, index],
    ),
  );
  const entryPoint = (name: (typeof ENTRY_POINTS)[number]): number => {
    const index = exports.get(name);
    if (index !== undefined) return index;
    throw new HeliosError('internal_error', { message: `the interpreter exports no ${name}` });
  };
  return {
    typeCount: count(SECTION.type),
    functionCount: importedFunctions(sections) + count(SECTION.function),
    globalCount: count(SECTION.global),
    dataCount: count(SECTION.data),
    entryPoints: {
      hdb_alloc: entryPoint('hdb_alloc'),
      hdb_load: entryPoint('hdb_load'),
      hdb_call: entryPoint('hdb_call'),
    },
  };
}

/** The interpreters import functions only. */
function importedFunctions(sections: readonly Section[]): number {
  const section = sections.find(({ id }) => id === SECTION.import);
  return section === undefined ? 0 : new ByteReader(section.body).unsigned();
}

interface Export {
  readonly name: string;
  readonly kind: number;
  readonly index: number;
}

function readExports(body: Uint8Array): Export[] {
  const reader = new ByteReader(body);
  return Array.from({ length: reader.unsigned() }, () => ({
    name: reader.name(),
    kind: reader.byte(),
    index: reader.unsigned(),
  }));
}

function exportProcedures(body: Uint8Array, names: readonly string[], first: number): Uint8Array {
  const kept = readExports(body).filter(({ name }) => !OWN_EXPORT.test(name));
  const entries = names.map((name, index) => ({ name, kind: 0, index: first + index }));
  const clash = entries.find(({ name }) => kept.some((other) => other.name === name));
  if (clash !== undefined) {
    throw new HeliosError('reserved_name', {
      message: `a procedure cannot be called ${clash.name}`,
      hint: 'Give the function another name.',
    });
  }
  const writer = new ByteWriter().unsigned(kept.length + entries.length);
  for (const { name, kind, index } of [...kept, ...entries]) {
    writer.name(name).byte(kind).unsigned(index);
  }
  return writer.finish();
}

function renameImports(body: Uint8Array, renamed: EmbeddedProgram['renamedImports']): Uint8Array {
  const reader = new ByteReader(body);
  const count = reader.unsigned();
  const writer = new ByteWriter().unsigned(count);
  for (let index = 0; index < count; index += 1) {
    const before = [reader.name(), reader.name()] as const;
    const [module, name] = renamed[before.join('.')] ?? before;
    writer.name(module).name(name).byte(reader.byte()).unsigned(reader.unsigned());
  }
  return writer.finish();
}

/** Adds entries to a section that is a counted list. */
function append(body: Uint8Array, entries: readonly ArrayLike<number>[]): Uint8Array {
  const reader = new ByteReader(body);
  const writer = new ByteWriter().unsigned(reader.unsigned() + entries.length);
  writer.bytes(reader.rest());
  for (const entry of entries) writer.bytes(entry);
  return writer.finish();
}

/** The program, and behind it the names that the entries hand to `hdb_call`. */
export function layOut(
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
export function initialiser(
  layout: Layout,
  blobLength: number,
  embedded: Pick<EmbeddedProgram, 'program' | 'flags'>,
): Uint8Array {
  const address = 0;
  const { hdb_alloc: alloc, hdb_load: load } = layout.entryPoints;
  const code = new ByteWriter().unsigned(1).unsigned(1).byte(I32);
  code.byte(OP.i32Const).signed(blobLength).byte(OP.call).unsigned(alloc);
  code.byte(OP.localSet).unsigned(address);
  code.byte(OP.localGet).unsigned(address).byte(OP.i32Const).signed(0);
  code.byte(OP.i32Const).signed(blobLength);
  code.byte(OP.bulk).unsigned(MEMORY_INIT).unsigned(layout.dataCount).unsigned(0);
  code.byte(OP.bulk).unsigned(DATA_DROP).unsigned(layout.dataCount);
  code.byte(OP.localGet).unsigned(address).byte(OP.i32Const).signed(embedded.program.length);
  code.byte(OP.i32Const).signed(embedded.flags).byte(OP.call).unsigned(load);
  code.byte(OP.localGet).unsigned(address).byte(OP.globalSet).unsigned(layout.globalCount);
  return sized(code.byte(OP.end).finish());
}

/** Loads the program unless that is done, and calls a procedure by its name. */
export function entry(layout: Layout, name: string, nameOffset: number): Uint8Array {
  const length = new TextEncoder().encode(name).length;
  const code = new ByteWriter().unsigned(0);
  code.byte(OP.globalGet).unsigned(layout.globalCount).byte(OP.i32Eqz);
  code.byte(OP.if).byte(VOID_BLOCK).byte(OP.call).unsigned(layout.functionCount).byte(OP.end);
  code.byte(OP.globalGet).unsigned(layout.globalCount);
  code.byte(OP.i32Const).signed(nameOffset).byte(OP.i32Add);
  code.byte(OP.i32Const).signed(length).byte(OP.call).unsigned(layout.entryPoints.hdb_call);
  return sized(code.byte(OP.end).finish());
}

function sized(code: Uint8Array): Uint8Array {
  return new ByteWriter().unsigned(code.length).bytes(code).finish();
}
