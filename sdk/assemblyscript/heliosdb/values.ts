/** Values, how they travel, and how errors end a procedure. */

@external("heliosdb", "heliosdb_fetch_result")
declare function hostFetchResult(result: usize, length: usize): i32;
@external("heliosdb", "heliosdb_get_param")
export declare function hostGetParam(index: u32, value: usize, length: usize): i32;
@external("heliosdb", "heliosdb_last_error")
declare function hostLastError(error: usize, length: usize): i32;
@external("heliosdb", "heliosdb_error_stack")
declare function hostErrorStack(
  code: i32, message: usize, length: u32, stack: usize, stackLength: u32,
): void;

export const OK: i32 = 0;
export const BUFFER_TOO_SMALL: i32 = 1;
export const END: i32 = 3;
export const MISMATCH: i32 = 4;
const EXT_DECIMAL: i8 = 1;
const EXT_HUGEINT: i8 = 2;
const DEPTH_MAX: i32 = 64;

/** Ends the procedure with an error; `code` is for callers to tell errors apart. */
export function fail(code: i32, message: string): void {
  failAt(code, message, "");
}

/** An empty stack lets the database name the functions, where the module has their names. */
function failAt(code: i32, message: string, stack: string): void {
  const text = String.UTF8.encode(message);
  const frames = String.UTF8.encode(stack);
  hostErrorStack(
    code, changetype<usize>(text), text.byteLength, changetype<usize>(frames), frames.byteLength,
  );
  unreachable();
}

/** What `assert`, `throw` and failed checks of the language come to. */
export function abort(message: string | null, file: string | null, line: u32, column: u32): void {
  const words = message === null ? "the procedure aborted" : message;
  failAt(1, words, file === null ? "" : `at ${file}:${line}:${column}`);
}

export function check(status: i32): void {
  if (status == OK) return;
  const told = read(receive(hostLastError(changetype<usize>(first), room()), LAST_ERROR, 0));
  const message = told.field("message");
  fail(1, `${message.toText()} (SQLSTATE ${told.field("sqlstate").toText()})`);
}

// --- Bytes from the host: a first buffer that most answers fit, and a second try. ---

const FIRST_BYTES: i32 = 4096;
export const first = new ArrayBuffer(FIRST_BYTES);
const length = new ArrayBuffer(4);
export const PARAMETER: i32 = 0;
export const RESULT: i32 = 1;
const LAST_ERROR: i32 = 2;

export function room(): usize {
  store<u32>(changetype<usize>(length), FIRST_BYTES);
  return changetype<usize>(length);
}

export function receive(status: i32, again: i32, index: u32): Reader {
  const size = load<u32>(changetype<usize>(length));
  let bytes = first;
  if (status == BUFFER_TOO_SMALL) {
    bytes = new ArrayBuffer(size);
    const at = changetype<usize>(bytes);
    const sizeAt = changetype<usize>(length);
    status = again == PARAMETER ? hostGetParam(index, at, sizeAt)
      : again == RESULT ? hostFetchResult(at, sizeAt)
      : hostLastError(at, sizeAt);
  }
  if (status != OK) {
    if (again == LAST_ERROR) fail(1, "the database reported an error without details");
    check(status);
  }
  return new Reader(bytes.slice(0, size));
}

// --- Values. ---

export enum Kind { Null, Bool, Int, UInt, Float, Text, Blob, List, Map, Extension }

/** A SQL value of any type. */
export class Value {
  kind: Kind = Kind.Null;
  integer: i64 = 0;
  real: f64 = 0;
  text: string = "";
  bytes: ArrayBuffer = new ArrayBuffer(0);
  extension: i8 = 0;
  /** Of a LIST its items; of a STRUCT or MAP its keys and values in turn. */
  items: Value[] = [];
  /** As it was sent, for handing it on. */
  raw: ArrayBuffer = new ArrayBuffer(0);

  /** The value NULL, for returning it. */
  static none(): Value {
    const value = new Value();
    value.raw = new ArrayBuffer(1);
    store<u8>(changetype<usize>(value.raw), 0xc0);
    return value;
  }

  get isNull(): bool { return this.kind == Kind.Null; }

  toBool(): bool {
    if (this.kind != Kind.Bool) fail(1, "expected BOOLEAN");
    return this.integer != 0;
  }

  /** An integer; a HUGEINT or DECIMAL without fraction when it fits. */
  toI64(): i64 {
    if (this.kind == Kind.Int) return this.integer;
    if (this.kind == Kind.Extension) {
      const digits = this.toText();
      const point = digits.indexOf(".");
      const whole = point < 0 ? digits : digits.slice(0, point);
      const number = I64.parseInt(whole);
      const isWhole = point < 0 || I64.parseInt(digits.slice(point + 1)) == 0;
      if (isWhole && number.toString() == whole) return number;
    }
    fail(1, "expected an integer of 64 bits");
    return 0;
  }

  toU64(): u64 {
    if (this.kind == Kind.UInt) return this.integer as u64;
    const number = this.toI64();
    if (number < 0) fail(1, "expected an integer that is not negative");
    return number as u64;
  }

  toF64(): f64 {
    if (this.kind == Kind.Float) return this.real;
    if (this.kind == Kind.Int) return this.integer as f64;
    if (this.kind == Kind.UInt) return (this.integer as u64) as f64;
    if (this.kind == Kind.Extension) return F64.parseFloat(this.toText());
    fail(1, "expected a number");
    return 0;
  }

  /** A text, or all digits of a DECIMAL or HUGEINT. */
  toText(): string {
    if (this.kind == Kind.Text) return this.text;
    if (this.kind == Kind.Extension) {
      if (this.extension == EXT_DECIMAL || this.extension == EXT_HUGEINT) {
        return String.UTF8.decode(this.bytes);
      }
    }
    fail(1, "expected VARCHAR; CAST other types AS VARCHAR");
    return "";
  }

  toBytes(): Uint8Array {
    if (this.kind != Kind.Blob) fail(1, "expected BLOB");
    return Uint8Array.wrap(this.bytes);
  }

  /** The item of a list. */
  item(index: i32): Value {
    if (this.kind != Kind.List || index >= this.items.length) fail(1, "no such item");
    return this.items[index];
  }

  /** The value under a text key; NULL when there is none. */
  field(name: string): Value {
    if (this.kind != Kind.Map) fail(1, "expected a STRUCT or MAP");
    for (let index = 0; index < this.items.length; index += 2) {
      const key = this.items[index];
      if (key.kind == Kind.Text && key.text == name) return this.items[index + 1];
    }
    return new Value();
  }
}

function damaged(): void {
  fail(1, "malformed value from the database");
}

export class Reader {
  at: i32 = 0;
  constructor(public bytes: ArrayBuffer) {}

  number(width: i32): u64 {
    if (this.at + width > this.bytes.byteLength) damaged();
    let value: u64 = 0;
    for (let index = 0; index < width; index++) {
      value = (value << 8) | load<u8>(changetype<usize>(this.bytes) + this.at + index);
    }
    this.at += width;
    return value;
  }

  take(size: u64): ArrayBuffer {
    if (size > ((this.bytes.byteLength - this.at) as u64)) damaged();
    const taken = this.bytes.slice(this.at, this.at + (size as i32));
    this.at += size as i32;
    return taken;
  }
}

export function read(reader: Reader, depth: i32 = 0): Value {
  const value = new Value();
  const start = reader.at;
  if (depth > DEPTH_MAX) damaged();
  const head = reader.number(1) as i32;
  let size: u64 = 0;
  let kind = Kind.Int;
  if (head <= 0x7f) value.integer = head;
  else if (head <= 0x8f) { kind = Kind.Map; size = head & 0x0f; }
  else if (head <= 0x9f) { kind = Kind.List; size = head & 0x0f; }
  else if (head <= 0xbf) { kind = Kind.Text; size = head & 0x1f; }
  else if (head >= 0xe0) value.integer = (head - 256) as i64;
  else if (head == 0xc0) kind = Kind.Null;
  else if (head == 0xc2 || head == 0xc3) { kind = Kind.Bool; value.integer = head - 0xc2; }
  else if (head >= 0xc4 && head <= 0xc6) {
    kind = Kind.Blob;
    size = reader.number(1 << (head - 0xc4));
  }
  else if (head >= 0xc7 && head <= 0xc9) {
    kind = Kind.Extension;
    size = reader.number(1 << (head - 0xc7));
  }
  else if (head == 0xca) {
    kind = Kind.Float;
    value.real = reinterpret<f32>(reader.number(4) as u32) as f64;
  }
  else if (head == 0xcb) { kind = Kind.Float; value.real = reinterpret<f64>(reader.number(8)); }
  else if (head >= 0xcc && head <= 0xcf) {
    value.integer = reader.number(1 << (head - 0xcc)) as i64;
    if (value.integer < 0) kind = Kind.UInt;
  } else if (head >= 0xd0 && head <= 0xd3) {
    const width = 1 << (head - 0xd0);
    const shift = (64 - 8 * width) as i64;
    value.integer = ((reader.number(width) as i64) << shift) >> shift;
  } else if (head >= 0xd4 && head <= 0xd8) { kind = Kind.Extension; size = 1 << (head - 0xd4); }
  else if (head >= 0xd9 && head <= 0xdb) {
    kind = Kind.Text;
    size = reader.number(1 << (head - 0xd9));
  }
  else if (head == 0xdc || head == 0xdd) {
    kind = Kind.List;
    size = reader.number(2 << (head - 0xdc));
  }
  else if (head == 0xde || head == 0xdf) {
    kind = Kind.Map;
    size = reader.number(2 << (head - 0xde));
  }
  else damaged();
  value.kind = kind;
  if (kind == Kind.Text) value.text = String.UTF8.decode(reader.take(size));
  else if (kind == Kind.Blob) value.bytes = reader.take(size);
  else if (kind == Kind.Extension) {
    value.extension = reader.number(1) as i8;
    value.bytes = reader.take(size);
  } else if (kind == Kind.List || kind == Kind.Map) {
    const count = kind == Kind.Map ? 2 * size : size;
    for (let index: u64 = 0; index < count; index++) value.items.push(read(reader, depth + 1));
  }
  value.raw = reader.bytes.slice(start, reader.at);
  return value;
}

/** Values for the placeholders of a query: `new Values().int(7).text("x")`. */
export class Values {
  private parts: ArrayBuffer[] = [];
  private count: i32 = 0;

  private add(head: u8, number: u64, width: i32, payload: ArrayBuffer | null): Values {
    const extra = payload === null ? 0 : payload.byteLength;
    const part = new ArrayBuffer(1 + width + extra);
    const at = changetype<usize>(part);
    store<u8>(at, head);
    for (let index = 0; index < width; index++) {
      store<u8>(at + 1 + index, (number >> (8 * (width - 1 - index))) as u8);
    }
    if (payload !== null) memory.copy(at + 1 + width, changetype<usize>(payload), extra);
    this.parts.push(part);
    this.count++;
    return this;
  }

  none(): Values { return this.add(0xc0, 0, 0, null); }
  bool(value: bool): Values { return this.add(value ? 0xc3 : 0xc2, 0, 0, null); }
  int(value: i64): Values { return this.add(0xd3, value as u64, 8, null); }
  float(value: f64): Values { return this.add(0xcb, reinterpret<u64>(value), 8, null); }
  text(value: string): Values {
    const bytes = String.UTF8.encode(value);
    return this.add(0xdb, bytes.byteLength, 4, bytes);
  }
  blob(value: Uint8Array): Values {
    const bytes = value.buffer.slice(value.byteOffset, value.byteOffset + value.byteLength);
    return this.add(0xc6, bytes.byteLength, 4, bytes);
  }
  /** What other values were encoded to. */
  encoded(bytes: ArrayBuffer): Values {
    this.parts.push(bytes);
    this.count++;
    return this;
  }
  /** A value as it was received, with all its digits. */
  value(value: Value): Values {
    this.parts.push(value.raw);
    this.count++;
    return this;
  }

  /** The values as a LIST, for returning it. */
  list(): Value {
    const value = new Value();
    value.kind = Kind.List;
    value.raw = this.encode();
    return value;
  }

  encode(): ArrayBuffer { return this.encodeAs(0xdd, this.count); }

  /** As a STRUCT or MAP of keys and values in turn. */
  encodeMap(): ArrayBuffer { return this.encodeAs(0xdf, this.count / 2); }

  private encodeAs(head: u8, count: u32): ArrayBuffer {
    let size = 5;
    for (let index = 0; index < this.parts.length; index++) size += this.parts[index].byteLength;
    const bytes = new ArrayBuffer(size);
    let at = changetype<usize>(bytes);
    store<u8>(at, head);
    store<u32>(at + 1, bswap<u32>(count));
    at += 5;
    for (let index = 0; index < this.parts.length; index++) {
      const part = this.parts[index];
      memory.copy(at, changetype<usize>(part), part.byteLength);
      at += part.byteLength;
    }
    return bytes;
  }
}
