/** Rows of a query that are fetched as they are needed. */
import {
  BUFFER_TOO_SMALL, check, END, read, Reader, Value, Values,
} from "./values";

@external("heliosdb", "heliosdb_cursor_open")
declare function hostOpen(
  sql: usize, sqlLen: u32, values: usize, valuesLen: u32, cursor: usize,
): i32;
@external("heliosdb", "heliosdb_cursor_next")
declare function hostNext(cursor: u32, rowsMax: u32, rows: usize, length: usize): i32;
@external("heliosdb", "heliosdb_cursor_close")
declare function hostClose(cursor: u32): i32;

/** Bytes of rows that are fetched at once; more where a single row has more. */
const BATCH_BYTES: i32 = 65536;

/** An open cursor. It ends with the call, or with `close`. */
export class Cursor {
  private rows: Value[] = [];
  private at: i32 = 0;
  private isAtEnd: bool = false;
  private buffer: ArrayBuffer = new ArrayBuffer(BATCH_BYTES);
  private length: ArrayBuffer = new ArrayBuffer(4);

  constructor(private number: u32) {}

  /** The columns of the next row; null after the last one. */
  next(): Value[] | null {
    if (this.at >= this.rows.length && !this.isAtEnd) this.load();
    if (this.at >= this.rows.length) return null;
    return this.rows[this.at++].items;
  }

  /** Closes it before its call ends. */
  close(): void {
    this.isAtEnd = true;
    this.rows = [];
    this.at = 0;
    check(hostClose(this.number));
  }

  private load(): void {
    let status = this.ask();
    if (status == BUFFER_TOO_SMALL) {
      this.buffer = new ArrayBuffer(load<u32>(changetype<usize>(this.length)));
      status = this.ask();
    }
    this.rows = [];
    this.at = 0;
    if (status == END) {
      this.isAtEnd = true;
      return;
    }
    check(status);
    const size = load<u32>(changetype<usize>(this.length));
    this.rows = read(new Reader(this.buffer.slice(0, size))).field("rows").items;
  }

  private ask(): i32 {
    store<u32>(changetype<usize>(this.length), this.buffer.byteLength);
    const at = changetype<usize>(this.buffer);
    return hostNext(this.number, 0, at, changetype<usize>(this.length));
  }
}

/** Runs one SQL statement whose rows are fetched one after another, however many there are. */
export function openCursor(sql: string, values: Values | null = null): Cursor {
  const text = String.UTF8.encode(sql);
  const bound = values === null ? new Values().encode() : values.encode();
  const number = new ArrayBuffer(4);
  check(hostOpen(changetype<usize>(text), text.byteLength, changetype<usize>(bound),
    bound.byteLength, changetype<usize>(number)));
  return new Cursor(load<u32>(changetype<usize>(number)));
}
