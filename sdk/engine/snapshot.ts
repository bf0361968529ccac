/**
 * Runs a module's start and writes the module again with the memory and globals it left: whoever
 * instantiates the result goes on from there.
 */

import type { WASI } from 'node:wasi';
import type { Section } from '../../runtime/toolchain/wasm-binary.ts';
import {
  ByteReader,
  ByteWriter,
  joinModule,
  SECTION,
  splitModule,
} from '../../runtime/toolchain/wasm-binary.ts';

const PAGE_BYTES = 65_536;
/** A shorter run of zeros costs less inside a segment than a segment of its own. */
const GAP_BYTES_MIN = 16;
const FUNCTION = 0;
const GLOBAL = 3;
const I32 = 0x7f;
const I32_CONST = 0x41;
const END = 0x0b;
const GLOBAL_PREFIX = 'snapshot:';

export interface SnapshotOptions {
  /** Instantiates and starts the module, which exports its mutable globals for this purpose. */
  readonly start: (module: Uint8Array<ArrayBuffer>) => Promise<WebAssembly.Instance>;
  /** Exports that the result keeps. */
  readonly keeps: (name: string) => boolean;
}

/** Returns the module in the state that `start` leaves it in. Its table must not have changed. */
export async function snapshot(
  bytes: Uint8Array,
  { start, keeps }: SnapshotOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const sections = splitModule(bytes).filter(({ id }) => id !== SECTION.custom);
  const globals = readGlobals(bodyOf(sections, SECTION.global));
  const instance = await start(
    joinModule(replace(sections, SECTION.export, (body) => exportGlobals(body, globals))),
  );
  const memory = new Uint8Array((instance.exports.memory as WebAssembly.Memory).buffer);
  const values = globals.map(({ isMutable }, index) =>
    isMutable ? (instance.exports[`${GLOBAL_PREFIX}${index}`] as WebAssembly.Global).value : null,
  );
  const segments = segmentsOf(memory);
  const changed: Record<number, (body: Uint8Array) => Uint8Array> = {
    [SECTION.memory]: () => memorySection(memory.length / PAGE_BYTES),
    [SECTION.global]: () => globalSection(globals, values),
    [SECTION.export]: (body) => exportSection(readExports(body).filter(({ name }) => keeps(name))),
    [SECTION.data]: () => dataSection(memory, segments),
  };
  return joinModule(
    sections
      .filter(({ id }) => id !== SECTION.dataCount && id !== SECTION.start)
      .map(({ id, body }) => ({ id, body: changed[id]?.(body) ?? body })),
  );
}

function bodyOf(sections: readonly Section[], id: number): Uint8Array {
  const found = sections.find((section) => section.id === id);
  if (found === undefined) throw new Error(`the module has no section ${id}`);
  return found.body;
}

function replace(
  sections: readonly Section[],
  id: number,
  change: (body: Uint8Array) => Uint8Array,
): Section[] {
  return sections.map((section) =>
    section.id === id ? { id, body: change(section.body) } : section,
  );
}

interface Global {
  readonly isMutable: boolean;
  /** The type, the mutability and the initial value as they are in the module. */
  readonly encoded: Uint8Array;
}

/** Globals as C programs have them: 32-bit numbers with a constant in front. */
function readGlobals(body: Uint8Array): Global[] {
  const reader = new ByteReader(body);
  return Array.from({ length: reader.unsigned() }, () => {
    const type = reader.byte();
    const isMutable = reader.byte() === 1;
    if (type !== I32 || reader.byte() !== I32_CONST) throw new Error('a global is not an i32');
    const value = readSigned(reader);
    if (reader.byte() !== END) throw new Error('a global does not begin with a constant');
    return { isMutable, encoded: encodeGlobal(isMutable, value) };
  });
}

function readSigned(reader: ByteReader): number {
  let value = 0n;
  for (let shift = 0n; ; shift += 7n) {
    const byte = BigInt(reader.byte());
    value |= (byte & 0x7fn) << shift;
    if (byte < 0x80n) return Number(BigInt.asIntN(Number(shift) + 7, value));
  }
}

function encodeGlobal(isMutable: boolean, value: number): Uint8Array {
  const writer = new ByteWriter().byte(I32).byte(isMutable ? 1 : 0);
  return writer.byte(I32_CONST).signed(value).byte(END).finish();
}

function globalSection(globals: readonly Global[], values: readonly (number | null)[]): Uint8Array {
  const writer = new ByteWriter().unsigned(globals.length);
  globals.forEach(({ isMutable, encoded }, index) => {
    const value = values[index] ?? null;
    writer.bytes(value === null ? encoded : encodeGlobal(isMutable, value));
  });
  return writer.finish();
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

function exportSection(exports: readonly Export[]): Uint8Array {
  const writer = new ByteWriter().unsigned(exports.length);
  for (const { name, kind, index } of exports) writer.name(name).byte(kind).unsigned(index);
  return writer.finish();
}

function exportGlobals(body: Uint8Array, globals: readonly Global[]): Uint8Array {
  const added = globals.flatMap(({ isMutable }, index) =>
    isMutable ? [{ name: `${GLOBAL_PREFIX}${index}`, kind: GLOBAL, index }] : [],
  );
  return exportSection([...readExports(body), ...added]);
}

function memorySection(pages: number): Uint8Array {
  return new ByteWriter().unsigned(1).byte(FUNCTION).unsigned(pages).finish();
}

interface Segment {
  readonly start: number;
  readonly end: number;
}

/** Everything that is not zero, without short gaps. */
function segmentsOf(memory: Uint8Array): Segment[] {
  const segments: Segment[] = [];
  let start = 0;
  while (start < memory.length) {
    while (start < memory.length && memory[start] === 0) start += 1;
    let end = start;
    let zeros = 0;
    for (let at = start; at < memory.length && zeros < GAP_BYTES_MIN; at += 1) {
      zeros = memory[at] === 0 ? zeros + 1 : 0;
      if (zeros === 0) end = at + 1;
    }
    if (end > start) segments.push({ start, end });
    start = end + GAP_BYTES_MIN;
  }
  return merged(segments);
}

/** A module may have a hundred thousand segments: the smallest gaps go when there are more. */
function merged(segments: readonly Segment[]): Segment[] {
  const SEGMENTS_MAX = 90_000;
  let gap = GAP_BYTES_MIN;
  let kept = [...segments];
  while (kept.length > SEGMENTS_MAX) {
    gap *= 2;
    const wider: Segment[] = [];
    for (const segment of kept) {
      const last = wider.at(-1);
      if (last !== undefined && segment.start - last.end < gap) {
        wider[wider.length - 1] = { start: last.start, end: segment.end };
      } else {
        wider.push(segment);
      }
    }
    kept = wider;
  }
  return kept;
}

function dataSection(memory: Uint8Array, segments: readonly Segment[]): Uint8Array {
  const writer = new ByteWriter().unsigned(segments.length);
  for (const { start, end } of segments) {
    writer.byte(0).byte(I32_CONST).signed(start).byte(END);
    writer.unsigned(end - start).bytes(memory.subarray(start, end));
  }
  return writer.finish();
}

/** The pages of memory that an instance of a snapshot begins with. */
export function memoryPages(bytes: Uint8Array): number {
  const reader = new ByteReader(bodyOf(splitModule(bytes), SECTION.memory));
  // One memory, and the flag that says it has no maximum.
  reader.bytes(2);
  return reader.unsigned();
}

/**
 * Runs what a module starts with: WASI's initialisation and its `hdb_start`. It may look at the
 * files that `wasi` opens, and call nothing of the database.
 */
export async function startModule(
  bytes: Uint8Array<ArrayBuffer>,
  wasi: WASI,
): Promise<WebAssembly.Instance> {
  const refuse = new Proxy(
    {},
    {
      get: (_, name) => () => {
        throw new Error(`the engine calls ${String(name)} while it starts`);
      },
    },
  );
  const module = await WebAssembly.compile(bytes);
  const imports = { heliosdb: refuse, ...(wasi.getImportObject() as WebAssembly.Imports) };
  const instance = await WebAssembly.instantiate(module, imports);
  wasi.initialize(instance);
  const status = (instance.exports.hdb_start as () => number)();
  if (status !== 0) throw new Error(`the interpreter does not start: status ${status}`);
  return instance;
}
