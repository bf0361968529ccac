/**
 * What a procedure in AssemblyScript sees of the database. `heliosdb compile` makes a procedure of
 * every exported function of a `.as.ts` file:
 *
 *   import { query, Values } from "heliosdb";
 *
 *   export function piecesLeft(productId: i64): i64 {
 *     const rows = query("SELECT available_quantity FROM inventory WHERE product_id = ?",
 *       new Values().int(productId));
 *     return rows.length > 0 ? rows[0][0].toI64() : 0;
 *   }
 *
 * Parameters and results are integers, floats, bool, string (`string | null` where NULL may occur),
 * Uint8Array, or Value, which is any SQL type. Texts of dates, times and DECIMALs come from Value.
 */

import {
  check, fail, first, hostGetParam, PARAMETER, read, receive, RESULT, room, Value, Values,
} from "./heliosdb/values";

export { abort, fail, Kind, Value, Values } from "./heliosdb/values";
export { Cursor, openCursor } from "./heliosdb/cursor";
export {
  bytesOf, Cipher, cryptoEqual, cryptoHash, cryptoHmac, cryptoOpen, cryptoRandom, cryptoSeal, cryptoVerify, Hash,
} from "./heliosdb/crypto";
export { Answer, fetch, Request } from "./heliosdb/fetch";

@external("heliosdb", "heliosdb_query_params")
declare function hostQuery(
  sql: usize, sqlLen: u32, values: usize, valuesLen: u32, result: usize, length: usize,
): i32;
@external("heliosdb", "heliosdb_return")
declare function hostReturn(value: usize, length: u32, kind: u32): i32;
@external("heliosdb", "heliosdb_log")
declare function hostLog(level: u32, message: usize, length: u32): i32;
@external("heliosdb", "heliosdb_now")
declare function hostNow(): i64;
@external("heliosdb", "heliosdb_begin_tx")
declare function hostBeginTx(): i32;
@external("heliosdb", "heliosdb_commit_tx")
declare function hostCommitTx(): i32;
@external("heliosdb", "heliosdb_rollback_tx")
declare function hostRollbackTx(): i32;
@external("heliosdb", "heliosdb_metric_count")
declare function hostMetricCount(name: usize, length: u32, amount: i64): i32;
@external("heliosdb", "heliosdb_metric_observe")
declare function hostMetricObserve(name: usize, length: u32, value: f64): i32;

const TYPE_BOOLEAN: u32 = 1;
const TYPE_BIGINT: u32 = 5;
const TYPE_DOUBLE: u32 = 11;
const TYPE_VARCHAR: u32 = 17;
const TYPE_BLOB: u32 = 18;
const TYPE_SQLNULL: u32 = 36;
const TYPE_MESSAGE_PACK: u32 = 1001;

// --- The host. ---

/** Runs one SQL statement; its rows are lists of their columns. An error ends the procedure. */
export function query(sql: string, values: Values | null = null): Value[][] {
  const text = String.UTF8.encode(sql);
  const bound = values === null ? new Values().encode() : values.encode();
  const status = hostQuery(changetype<usize>(text), text.byteLength, changetype<usize>(bound),
    bound.byteLength, changetype<usize>(first), room());
  const rows = read(receive(status, RESULT, 0)).field("rows").items;
  const list: Value[][] = [];
  for (let index = 0; index < rows.length; index++) list.push(rows[index].items);
  return list;
}

/** Writes a line to the procedure's log, at level info. */
export function info(message: string): void { log(1, message); }
/** Writes a line to the procedure's log, at level warn. */
export function warn(message: string): void { log(2, message); }

/** Writes a line to the procedure's log: 0 debug, 1 info, 2 warn, 3 error. */
export function log(level: u32, message: string): void {
  const text = String.UTF8.encode(message);
  check(hostLog(level, changetype<usize>(text), text.byteLength));
}

/** Adds to a count of the procedure's own, which heliosdb_custom_metrics() shows. */
export function count(name: string, amount: i64 = 1): void {
  const text = String.UTF8.encode(name);
  check(hostMetricCount(changetype<usize>(text), text.byteLength, amount));
}
/** As `count` for a measured value. */
export function observe(name: string, value: f64): void {
  const text = String.UTF8.encode(name);
  check(hostMetricObserve(changetype<usize>(text), text.byteLength, value));
}

/** Microseconds since 1970 at which the statement began. */
export function now(): i64 { return hostNow(); }
/** Begins a transaction for the queries that follow. */
export function beginTx(): void { check(hostBeginTx()); }
/** Makes what was written since `beginTx` permanent. */
export function commitTx(): void { check(hostCommitTx()); }
/** Undoes what was written since `beginTx`. */
export function rollbackTx(): void { check(hostRollbackTx()); }

// --- What generated code calls. ---

/** The parameter at `index`, as the type that is declared. */
export function parameter<T>(index: u32): T {
  const status = hostGetParam(index, changetype<usize>(first), room());
  const value = read(receive(status, PARAMETER, index));
  if (isReference<T>()) {
    if (isNullable<T>() && value.isNull) return changetype<T>(0);
    if (isString<T>()) return changetype<T>(value.toText());
    if (idof<NonNullable<T>>() == idof<Uint8Array>()) return changetype<T>(value.toBytes());
    return changetype<T>(value);
  }
  if (isBoolean<T>()) return value.toBool() as T;
  if (isFloat<T>()) return value.toF64() as T;
  if (isSigned<T>()) {
    const number = value.toI64();
    if (((number as T) as i64) != number) fail(1, `${number} is out of range`);
    return number as T;
  }
  const unsigned = value.toU64();
  if (((unsigned as T) as u64) != unsigned) fail(1, `${unsigned} is out of range`);
  return unsigned as T;
}

const scratch = new ArrayBuffer(8);

/** Gives a result in the plainest form its type has. */
export function give<T>(value: T): void {
  const at = changetype<usize>(scratch);
  if (isReference<T>()) {
    if (isNullable<T>() && changetype<usize>(value) == 0) {
      check(hostReturn(0, 0, TYPE_SQLNULL));
    } else if (isString<T>()) {
      const text = String.UTF8.encode(changetype<string>(value));
      check(hostReturn(changetype<usize>(text), text.byteLength, TYPE_VARCHAR));
    } else if (idof<NonNullable<T>>() == idof<Uint8Array>()) {
      const bytes = changetype<Uint8Array>(value);
      check(hostReturn(bytes.dataStart, bytes.byteLength, TYPE_BLOB));
    } else {
      const raw = changetype<Value>(value).raw;
      check(hostReturn(changetype<usize>(raw), raw.byteLength, TYPE_MESSAGE_PACK));
    }
  } else if (isBoolean<T>()) {
    store<u8>(at, value ? 1 : 0);
    check(hostReturn(at, 1, TYPE_BOOLEAN));
  } else if (isFloat<T>()) {
    store<f64>(at, value as f64);
    check(hostReturn(at, 8, TYPE_DOUBLE));
  } else if (isSigned<T>() || sizeof<T>() < 8) {
    store<i64>(at, value as i64);
    check(hostReturn(at, 8, TYPE_BIGINT));
  } else {
    store<u8>(changetype<usize>(first), 0xcf);
    store<u64>(changetype<usize>(first) + 1, bswap<u64>(value as u64));
    check(hostReturn(changetype<usize>(first), 9, TYPE_MESSAGE_PACK));
  }
}

/** 1.0 of the contract. */
export function heliosdb_abi_version(): i32 { return 0x10002; }
/** MessagePack. */
export function heliosdb_value_format(): i32 { return 1; }
