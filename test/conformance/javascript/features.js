// The procedures of ../cases.yaml in JavaScript.
import {
  heliosdbBeginTx,
  heliosdbLog,
  heliosdbNow,
  heliosdbQuery,
  heliosdbRollbackTx,
} from 'heliosdb-wasm-sdk';

export function same_bigint(v) {
  return v;
}
export function same_hugeint(v) {
  return v;
}
export function same_double(v) {
  return v;
}
export function same_decimal(v) {
  return v;
}
export function same_boolean(v) {
  return v;
}
export function same_text(v) {
  return v;
}
export function same_blob(v) {
  return new Uint8Array(v);
}
export function same_date(v) {
  return v;
}
export function same_timestamp(v) {
  return v;
}
export function same_list(v) {
  return v.map((item) => item);
}
export function same_struct({ a, b }) {
  return { a, b };
}
export function same_json(v) {
  return JSON.parse(v);
}
export function is_null(v) {
  return v === null;
}
export function give_null() {
  return null;
}
export function count_items() {
  return heliosdbQuery('SELECT count(*) AS n FROM items')[0].n;
}
export function find_item(label) {
  const [row] = heliosdbQuery('SELECT id FROM items WHERE label = ?', [label]);
  return row?.id ?? null;
}
export function query_text(size) {
  return heliosdbQuery("SELECT repeat('x', ?) AS text", [size])[0].text.length;
}
export function query_absent() {
  return heliosdbQuery('SELECT id FROM absent_table')[0].id;
}
export function make_text(size) {
  return 'x'.repeat(Number(size));
}
export function log_warning(message) {
  heliosdbLog('warn', message);
  return true;
}
export function fail_with(code, message) {
  throw Object.assign(new Error(message), { code: Number(code) });
}
export function crash(v) {
  return [][v].length;
}
export function insert_and_roll_back() {
  heliosdbBeginTx();
  heliosdbQuery("INSERT INTO items VALUES (4, 'new')");
  const [{ n }] = heliosdbQuery('SELECT count(*) AS n FROM items');
  heliosdbRollbackTx();
  return n;
}
export function now_micros(_v) {
  return heliosdbNow() * 1000;
}
