// The procedures of ../cases.yaml in JavaScript.
import {
  heliosdbBeginTx,
  heliosdbCommitTx,
  heliosdbCryptoEqual,
  heliosdbCryptoHash,
  heliosdbCryptoHmac,
  heliosdbCryptoOpen,
  heliosdbCryptoRandom,
  heliosdbCryptoSeal,
  heliosdbCryptoVerify,
  heliosdbCursorOpen,
  heliosdbFetch,
  heliosdbLog,
  heliosdbMetricCount,
  heliosdbMetricObserve,
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
export function same_ubigint(v) {
  return v;
}
export function same_float(v) {
  return v;
}
export function same_wide_decimal(v) {
  return v;
}
export function same_time(v) {
  return v;
}
export function same_time_tz(v) {
  return v;
}
export function same_timestamp_tz(v) {
  return v;
}
export function same_timestamp_ns(v) {
  return v;
}
export function same_interval(v) {
  return v;
}
export function same_uuid(v) {
  return v;
}
export function same_bit(v) {
  return v;
}
export function same_enum(v) {
  return v;
}
export function same_map(v) {
  return v;
}
export function same_array(v) {
  return v;
}
export function same_nested(v) {
  return v;
}
export function same_union(v) {
  return v;
}
export function same_number_map(v) {
  return new Map(v);
}
export function bind_decimal(v) {
  const [row] = heliosdbQuery('SELECT ? + 1 AS sum', [v]);
  return row?.sum;
}
export function sum_rows(size) {
  const rows = heliosdbQuery('SELECT range FROM range(?)', [size]);
  return rows.reduce((sum, row) => sum + row.range, 0);
}
export function sum_cursor(size) {
  const cursor = heliosdbCursorOpen('SELECT range FROM range(?)', [size]);
  let sum = 0;
  for (const { range } of cursor) sum += range;
  return sum;
}
export function make_list(size) {
  return Array.from({ length: Number(size) }, (_, index) => index);
}
export function hash_text(v) {
  return heliosdbCryptoHash('sha256', v);
}
export function code_text(key, v) {
  return heliosdbCryptoHmac('sha512', key, v);
}
export function seal_and_open(v) {
  const key = heliosdbCryptoRandom(32);
  const sealed = heliosdbCryptoSeal('chacha20_poly1305', key, v, 'row');
  const opened = heliosdbCryptoOpen('chacha20_poly1305', key, sealed, 'row');
  const text = decodeURIComponent(
    [...opened].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
  );
  return `${text} ${heliosdbCryptoEqual(opened, v)}`;
}
export function verify(key, message, signature) {
  return heliosdbCryptoVerify(key, message, signature);
}
export function post(url, body) {
  const answer = heliosdbFetch(url, { method: 'POST', headers: { 'x-note': 'seven' }, body });
  return `${answer.status} ${answer.text()}`;
}
export function measure(name) {
  heliosdbMetricCount(name, 2);
  heliosdbMetricObserve('size', 1.5);
  return true;
}
export function write_and_commit(note) {
  heliosdbBeginTx();
  heliosdbQuery('INSERT INTO journal VALUES (?)', [note]);
  heliosdbCommitTx();
  return true;
}
export function write_and_leave(note) {
  heliosdbBeginTx();
  heliosdbQuery('INSERT INTO journal VALUES (?)', [note]);
  return true;
}
export function spin(v) {
  let turns = Number(v);
  while (turns >= 0) turns = turns === 1000 ? 0 : turns + 1;
  return turns;
}
export function hoard(size) {
  const hoarded = [];
  for (let index = 0; index < size; index++) hoarded.push(`${index}`.padEnd(1 << 20, 'x'));
  return hoarded.length;
}
