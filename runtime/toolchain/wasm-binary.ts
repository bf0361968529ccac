/** Takes a WebAssembly module apart and puts it together again, section by section. */

import { HeliosError } from '#core';

export interface Section {
  readonly id: number;
  readonly body: Uint8Array;
}

export const SECTION = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  dataCount: 12,
  code: 10,
  data: 11,
} as const;

const HEADER = new Uint8Array([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);

/** Splits a module into its sections, in order. */
export function splitModule(bytes: Uint8Array): Section[] {
  const reader = new ByteReader(bytes);
  if (!HEADER.every((byte) => reader.byte() === byte)) throw malformed();
  const sections: Section[] = [];
  while (!reader.isAtEnd) {
    const id = reader.byte();
    sections.push({ id, body: reader.bytes(reader.unsigned()) });
  }
  return sections;
}

/** Lays sections end to end behind the header. */
export function joinModule(sections: readonly Section[]): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  writer.bytes(HEADER);
  for (const { id, body } of sections) {
    writer.byte(id).unsigned(body.length).bytes(body);
  }
  return writer.finish();
}

/** Reads numbers and names of the binary format; ends are checked. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw malformed();
    this.#at += 1;
    return byte;
  }

  bytes(length: number): Uint8Array {
    if (length > this.#bytes.length - this.#at) throw malformed();
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  rest(): Uint8Array {
    return this.bytes(this.#bytes.length - this.#at);
  }

  /** An unsigned number of up to 32 bits. */
  unsigned(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw malformed();
  }

  name(): string {
    return new TextDecoder().decode(this.bytes(this.unsigned()));
  }
}

/** Writes numbers and names of the binary format. */
export class ByteWriter {
  #bytes = new Uint8Array(1024);
  #length = 0;

  byte(byte: number): this {
    return this.bytes([byte]);
  }

  bytes(bytes: ArrayLike<number>): this {
    const needed = this.#length + bytes.length;
    if (needed > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    this.#bytes.set(bytes, this.#length);
    this.#length = needed;
    return this;
  }

  unsigned(value: number): this {
    let rest = value;
    while (rest >= 0x80) {
      this.byte((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    return this.byte(rest);
  }

  /** A signed number, as constants in code are written. */
  signed(value: number): this {
    let rest = BigInt(value);
    for (;;) {
      const low = Number(rest & 0x7fn);
      rest >>= 7n;
      const isLast = (rest === 0n && low < 0x40) || (rest === -1n && low >= 0x40);
      this.byte(isLast ? low : low | 0x80);
      if (isLast) return this;
    }
  }

  name(text: string): this {
    const bytes = new TextEncoder().encode(text);
    return this.unsigned(bytes.length).bytes(bytes);
  }

  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }
}

function malformed(): HeliosError {
  return new HeliosError('invalid_function_definition', {
    message: 'the file is not a valid WebAssembly module',
  });
}
