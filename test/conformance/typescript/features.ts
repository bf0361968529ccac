// The procedures of ../cases.yaml in TypeScript.
import type { Decimal, SqlInterval, SqlTime, SqlTimestampTz, SqlUuid } from 'heliosdb-wasm-sdk';
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

interface Pair {
  readonly a: bigint | null;
  readonly b: string | null;
}

interface Nested {
  readonly total: Decimal;
  readonly at: string;
  readonly tags: (string | null)[];
  readonly parts: { readonly id: string; readonly n: bigint }[];
}

interface Count {
  readonly n: bigint;
}

export function same_bigint(v: bigint): bigint {
  return v;
}
export function same_hugeint(v: bigint): bigint {
  return v;
}
export function same_double(v: number): number {
  return v;
}
export function same_decimal(v: Decimal): Decimal {
  return v;
}
export function same_boolean(v: boolean): boolean {
  return v;
}
export function same_text(v: string): string {
  return v;
}
export function same_blob(v: Uint8Array): Uint8Array {
  return new Uint8Array(v);
}
export function same_date(v: string): string {
  return v;
}
export function same_timestamp(v: string): string {
  return v;
}
export function same_list(v: (bigint | null)[]): (bigint | null)[] {
  return v.map((item) => item);
}
export function same_struct({ a, b }: Pair): Pair {
  return { a, b };
}
export function same_json(v: string): object {
  return JSON.parse(v);
}
export function is_null(v: bigint | null): boolean {
  return v === null;
}
export function give_null(): bigint | null {
  return null;
}
export function count_items(): bigint {
  const [row] = heliosdbQuery<Count>('SELECT count(*) AS n FROM items');
  return row?.n ?? -1n;
}
export function find_item(label: string): bigint | null {
  const [row] = heliosdbQuery<{ id: bigint }>('SELECT id FROM items WHERE label = ?', [label]);
  return row?.id ?? null;
}
export function query_text(size: bigint): number {
  const [row] = heliosdbQuery<{ text: string }>("SELECT repeat('x', ?) AS text", [size]);
  return row?.text.length ?? -1;
}
export function query_absent(): bigint {
  const [row] = heliosdbQuery<{ id: bigint }>('SELECT id FROM absent_table');
  return row?.id ?? -1n;
}
export function make_text(size: bigint): string {
  return 'x'.repeat(Number(size));
}
export function log_warning(message: string): boolean {
  heliosdbLog('warn', message);
  return true;
}
export function fail_with(code: bigint, message: string): bigint {
  throw Object.assign(new Error(message), { code: Number(code) });
}
export function crash(v: bigint): number {
  const texts: Record<string, string> = {};
  return (texts[String(v)] as string).length;
}
export function insert_and_roll_back(): bigint {
  heliosdbBeginTx();
  heliosdbQuery("INSERT INTO items VALUES (4, 'new')");
  const [row] = heliosdbQuery<Count>('SELECT count(*) AS n FROM items');
  heliosdbRollbackTx();
  return row?.n ?? -1n;
}
export function now_micros(_v: bigint): number {
  return heliosdbNow() * 1000;
}
export function same_ubigint(v: bigint): bigint {
  return v;
}
export function same_float(v: number): number {
  return v;
}
export function same_wide_decimal(v: Decimal): Decimal {
  return v;
}
export function same_time(v: SqlTime): SqlTime {
  return v;
}
export function same_time_tz(v: string): string {
  return v;
}
export function same_timestamp_tz(v: SqlTimestampTz): SqlTimestampTz {
  return v;
}
export function same_timestamp_ns(v: string): string {
  return v;
}
export function same_interval(v: SqlInterval): SqlInterval {
  return v;
}
export function same_uuid(v: SqlUuid): SqlUuid {
  return v;
}
export function same_bit(v: string): string {
  return v;
}
export function same_enum(v: string): string {
  return v;
}
export function same_map(v: Record<string, bigint | null>): Record<string, bigint | null> {
  return v;
}
export function same_array(v: bigint[]): bigint[] {
  return v;
}
export function same_nested(v: Nested): Nested {
  return v;
}
export function same_union(v: object): object {
  return v;
}
export function same_number_map(v: [bigint, Decimal][]): Map<bigint, Decimal> {
  return new Map(v);
}
export function bind_decimal(v: Decimal): Decimal | undefined {
  const [row] = heliosdbQuery<{ sum: Decimal }>('SELECT ? + 1 AS sum', [v]);
  return row?.sum;
}
export function sum_rows(size: bigint): number {
  const rows = heliosdbQuery<{ range: number }>('SELECT range FROM range(?)', [size]);
  return rows.reduce((sum, row) => sum + row.range, 0);
}
export function sum_cursor(size: bigint): number {
  const cursor = heliosdbCursorOpen<{ range: number }>('SELECT range FROM range(?)', [size]);
  let sum = 0;
  for (const { range } of cursor) sum += range;
  return sum;
}
export function make_list(size: bigint): number[] {
  return Array.from({ length: Number(size) }, (_, index) => index);
}
export function hash_text(v: string): Uint8Array {
  return heliosdbCryptoHash('sha256', v);
}
export function code_text(key: Uint8Array, v: string): Uint8Array {
  return heliosdbCryptoHmac('sha512', key, v);
}
export function seal_and_open(v: string): string {
  const key = heliosdbCryptoRandom(32);
  const sealed = heliosdbCryptoSeal('chacha20_poly1305', key, v, 'row');
  const opened = heliosdbCryptoOpen('chacha20_poly1305', key, sealed, 'row');
  const text = decodeURIComponent(
    [...opened].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
  );
  return `${text} ${heliosdbCryptoEqual(opened, v)}`;
}
export function verify(key: Uint8Array, message: string, signature: Uint8Array): boolean {
  return heliosdbCryptoVerify(key, message, signature);
}
export function post(url: string, body: string): string {
  const answer = heliosdbFetch(url, { method: 'POST', headers: { 'x-note': 'seven' }, body });
  return `${answer.status} ${answer.text()}`;
}
export function measure(name: string): boolean {
  heliosdbMetricCount(name, 2);
  heliosdbMetricObserve('size', 1.5);
  return true;
}
export function write_and_commit(note: string): boolean {
  heliosdbBeginTx();
  heliosdbQuery('INSERT INTO journal VALUES (?)', [note]);
  heliosdbCommitTx();
  return true;
}
export function write_and_leave(note: string): boolean {
  heliosdbBeginTx();
  heliosdbQuery('INSERT INTO journal VALUES (?)', [note]);
  return true;
}
export function spin(v: bigint): number {
  let turns = Number(v);
  while (turns >= 0) turns = turns === 1000 ? 0 : turns + 1;
  return turns;
}
export function hoard(size: bigint): number {
  const hoarded: string[] = [];
  for (let index = 0; index < size; index++) hoarded.push(`${index}`.padEnd(1 << 20, 'x'));
  return hoarded.length;
}
