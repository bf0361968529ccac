// The procedures of ../cases.yaml in TypeScript.
import {
  heliosdbBeginTx,
  heliosdbLog,
  heliosdbNow,
  heliosdbQuery,
  heliosdbRollbackTx,
} from 'heliosdb-wasm-sdk';

interface Pair {
  readonly a: bigint | null;
  readonly b: string | null;
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
export function same_decimal(v: number): number {
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
