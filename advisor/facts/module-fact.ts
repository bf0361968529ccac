/** Reads what a module is from its bytes, without compiling or running it. */
import { createHash } from 'node:crypto';
import type { ModuleFact } from './facts.ts';

const SECTION = { custom: 0, import: 2, function: 3, export: 7, code: 10 } as const;
const IMPORT_KIND = { function: 0, table: 1, memory: 2, global: 3, tag: 4 } as const;
const HEADER_BYTES = 8;

/** What the module's sections say. Bytes that are no module give an empty description. */
export function readModule(bytes: Uint8Array): ModuleFact {
  const found = {
    codeBytes: 0,
    functionCount: 0,
    hasDebugInfo: false,
    hostFunctions: [] as string[],
    engines: new Set<string>(),
    exports: [] as string[],
  };
  try {
    if (isBinary(bytes)) readSections(bytes, found);
    else readText(new TextDecoder().decode(bytes), found);
  } catch (error) {
    // The engine judges modules; what it took and we cannot read is only known less of.
    if (!(error instanceof RangeError)) throw error;
  }
  const hash = createHash('sha256').update(bytes).digest('hex');
  return { hash, byteCount: bytes.byteLength, ...found, engines: [...found.engines] };
}

interface Found {
  codeBytes: number;
  functionCount: number;
  hasDebugInfo: boolean;
  readonly hostFunctions: string[];
  readonly engines: Set<string>;
  readonly exports: string[];
}

/** `\0asm`; what is registered in the text format is kept in it. */
function isBinary(bytes: Uint8Array): boolean {
  return bytes[0] === 0 && bytes[1] === 0x61 && bytes[2] === 0x73 && bytes[3] === 0x6d;
}

/** The imports and exports of a module in the text format; how large its code is stays unknown. */
function readText(text: string, found: Found): void {
  const code = text.replaceAll(/;;[^\n]*|\(;[\s\S]*?;\)/g, '');
  for (const match of code.matchAll(/\(import\s+"([^"]*)"\s+"([^"]*)"/g)) {
    addImport(found, match[1] ?? '', match[2] ?? '');
  }
  for (const match of code.matchAll(/\(export\s+"([^"]*)"/g)) found.exports.push(match[1] ?? '');
}

function addImport(found: Found, module: string, name: string): void {
  if (module === 'heliosdb' || module.startsWith('wasi_')) found.hostFunctions.push(name);
  else if (module.startsWith('heliosdb_')) found.engines.add(module);
}

function readSections(bytes: Uint8Array, found: Found): void {
  const reader = new Reader(bytes, HEADER_BYTES);
  while (!reader.isAtEnd()) {
    const id = reader.byte();
    const size = reader.unsigned();
    const section = new Reader(bytes.subarray(reader.position, reader.position + size), 0);
    reader.position += size;
    if (id === SECTION.custom) found.hasDebugInfo ||= section.name().startsWith('.debug_');
    else if (id === SECTION.import) readImports(section, found);
    else if (id === SECTION.function) found.functionCount = section.unsigned();
    else if (id === SECTION.code) found.codeBytes = size;
    else if (id === SECTION.export) {
      const exportCount = section.unsigned();
      for (let index = 0; index < exportCount; index += 1) {
        found.exports.push(section.name());
        section.byte();
        section.unsigned();
      }
    }
  }
}

function readImports(section: Reader, found: Found): void {
  const importCount = section.unsigned();
  for (let index = 0; index < importCount; index += 1) {
    const module = section.name();
    const name = section.name();
    const kind = section.byte();
    addImport(found, module, name);
    section.skipImportType(kind);
  }
}

class Reader {
  position: number;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array, position: number) {
    this.#bytes = bytes;
    this.position = position;
  }

  isAtEnd(): boolean {
    return this.position >= this.#bytes.byteLength;
  }

  byte(): number {
    const byte = this.#bytes[this.position];
    if (byte === undefined) throw new RangeError('the module ends too early');
    this.position += 1;
    return byte;
  }

  /** A number in LEB128. */
  unsigned(): number {
    let value = 0;
    for (let shift = 0; shift < 64; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError('a number is too long');
  }

  name(): string {
    const length = this.unsigned();
    const end = this.position + length;
    if (end > this.#bytes.byteLength) throw new RangeError('the module ends too early');
    const text = new TextDecoder().decode(this.#bytes.subarray(this.position, end));
    this.position = end;
    return text;
  }

  skipImportType(kind: number): void {
    if (kind === IMPORT_KIND.function) this.unsigned();
    else if (kind === IMPORT_KIND.memory) this.#skipLimits();
    else if (kind === IMPORT_KIND.table) {
      this.byte();
      this.#skipLimits();
    } else if (kind === IMPORT_KIND.global) {
      this.byte();
      this.byte();
    } else if (kind === IMPORT_KIND.tag) {
      this.byte();
      this.unsigned();
    } else throw new RangeError('an import of an unknown kind');
  }

  #skipLimits(): void {
    const flags = this.byte();
    this.unsigned();
    if ((flags & 1) !== 0) this.unsigned();
  }
}
