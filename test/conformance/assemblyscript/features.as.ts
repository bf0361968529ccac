// The procedures of ../cases.yaml in AssemblyScript.
import {
  beginTx,
  bytesOf,
  Cipher,
  commitTx,
  count,
  cryptoEqual,
  cryptoHash,
  cryptoHmac,
  cryptoOpen,
  cryptoRandom,
  cryptoSeal,
  cryptoVerify,
  fail,
  fetch,
  Hash,
  now,
  observe,
  openCursor,
  query,
  Request,
  rollbackTx,
  Value,
  Values,
  warn,
} from 'heliosdb';

export function same_bigint(v: i64): i64 {
  return v;
}
export function same_hugeint(v: Value): Value {
  return v;
}
export function same_double(v: f64): f64 {
  return v;
}
export function same_decimal(v: Value): Value {
  return v;
}
export function same_boolean(v: bool): bool {
  return v;
}
export function same_text(v: string): string {
  return v;
}
export function same_blob(v: Uint8Array): Uint8Array {
  return v;
}
export function same_date(v: Value): Value {
  return v;
}
export function same_timestamp(v: Value): Value {
  return v;
}
export function same_list(v: Value): Value {
  return v;
}
export function same_struct(v: Value): Value {
  return v;
}
export function same_json(v: string): string {
  return v;
}
export function is_null(v: Value): bool {
  return v.isNull;
}
export function give_null(): string | null {
  return null;
}
export function count_items(): i64 {
  return query('SELECT count(*) FROM items')[0][0].toI64();
}
export function find_item(label: string): Value {
  const rows = query('SELECT id FROM items WHERE label = ?', new Values().text(label));
  return rows.length > 0 ? rows[0][0] : Value.none();
}
export function query_text(size: i64): i64 {
  return query("SELECT repeat('x', ?)", new Values().int(size))[0][0].toText().length;
}
export function query_absent(): i64 {
  return query('SELECT id FROM absent_table')[0][0].toI64();
}
export function make_text(size: i64): string {
  return 'x'.repeat(size as i32);
}
export function log_warning(message: string): bool {
  warn(message);
  return true;
}
export function fail_with(code: i64, message: string): i64 {
  fail(code as i32, message);
  return 0;
}
export function crash(v: i64): i64 {
  const list: i64[] = [];
  return list[v as i32];
}
export function insert_and_roll_back(): i64 {
  beginTx();
  query("INSERT INTO items VALUES (4, 'new')");
  const found = query('SELECT count(*) FROM items')[0][0].toI64();
  rollbackTx();
  return found;
}
export function now_micros(v: i64): i64 {
  return now();
}
export function same_ubigint(v: u64): u64 {
  return v;
}
export function same_float(v: f32): f32 {
  return v;
}
export function same_wide_decimal(v: Value): Value {
  return v;
}
export function same_time(v: Value): Value {
  return v;
}
export function same_time_tz(v: Value): Value {
  return v;
}
export function same_timestamp_tz(v: Value): Value {
  return v;
}
export function same_timestamp_ns(v: Value): Value {
  return v;
}
export function same_interval(v: Value): Value {
  return v;
}
export function same_uuid(v: Value): Value {
  return v;
}
export function same_bit(v: Value): Value {
  return v;
}
export function same_enum(v: string): string {
  return v;
}
export function same_map(v: Value): Value {
  return v;
}
export function same_number_map(v: Value): Value {
  return v;
}
export function same_array(v: Value): Value {
  return v;
}
export function same_nested(v: Value): Value {
  return v;
}
export function same_union(v: Value): Value {
  return v;
}
export function bind_decimal(v: Value): Value {
  return query('SELECT ? + 1', new Values().value(v))[0][0];
}
export function sum_rows(size: i64): i64 {
  const rows = query('SELECT range FROM range(?)', new Values().int(size));
  let sum: i64 = 0;
  for (let index = 0; index < rows.length; index++) sum += rows[index][0].toI64();
  return sum;
}
export function sum_cursor(size: i64): i64 {
  const cursor = openCursor('SELECT range FROM range(?)', new Values().int(size));
  let sum: i64 = 0;
  for (let row = cursor.next(); row !== null; row = cursor.next()) sum += row[0].toI64();
  return sum;
}
export function make_list(size: i64): Value {
  const values = new Values();
  for (let index: i64 = 0; index < size; index++) values.int(index);
  return values.list();
}
export function hash_text(v: string): Uint8Array {
  return cryptoHash(Hash.Sha256, bytesOf(v));
}
export function code_text(key: Uint8Array, v: string): Uint8Array {
  return cryptoHmac(Hash.Sha512, key, bytesOf(v));
}
export function seal_and_open(v: string): string {
  const key = cryptoRandom(32);
  const sealed = cryptoSeal(Cipher.ChaCha20Poly1305, key, bytesOf(v), bytesOf('row'));
  const opened = cryptoOpen(Cipher.ChaCha20Poly1305, key, sealed, bytesOf('row'));
  const isEqual = cryptoEqual(opened, bytesOf(v));
  return `${String.UTF8.decode(opened.buffer)} ${isEqual}`;
}
export function verify(key: Uint8Array, message: string, signature: Uint8Array): bool {
  return cryptoVerify(key, bytesOf(message), signature);
}
export function post(url: string, body: string): string {
  const answer = fetch(new Request(url).post(body).header('x-note', 'seven'));
  return `${answer.status} ${answer.text}`;
}
export function measure(name: string): bool {
  count(name, 2);
  observe('size', 1.5);
  return true;
}
export function write_and_commit(note: string): bool {
  beginTx();
  query('INSERT INTO journal VALUES (?)', new Values().text(note));
  commitTx();
  return true;
}
export function write_and_leave(note: string): bool {
  beginTx();
  query('INSERT INTO journal VALUES (?)', new Values().text(note));
  return true;
}
export function spin(v: i64): i64 {
  let turns = v;
  while (turns >= 0) turns = turns == 1000 ? 0 : turns + 1;
  return turns;
}
export function hoard(size: i64): i64 {
  const hoarded: string[] = [];
  for (let index: i64 = 0; index < size; index++)
    hoarded.push(index.toString().padEnd(1 << 20, 'x'));
  return hoarded.length;
}
