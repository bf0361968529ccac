/** Runs an interpreter's engine here, outside any database, so that it can compile. */

import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';

/** An engine that runs; its functions take and return numbers. */
export interface RunningEngine {
  call(name: string, ...args: readonly number[]): number;
  /** Copies bytes into new memory of the engine and returns their address. */
  place(bytes: Uint8Array, capacity: number): number;
  bytes(address: number, length: number): Uint8Array;
  number(address: number): number;
  /** A text that ends with a zero. */
  text(address: number): string;
}

const STATUS_ERROR = 2;
const engines = new Map<string, Promise<Uint8Array<ArrayBuffer>>>();
const modules = new Map<string, Promise<WebAssembly.Module>>();

/** The module in a folder's `engine.wasm.br`, unpacked once. */
export function readEngine(folder: URL): Promise<Uint8Array<ArrayBuffer>> {
  const known = engines.get(folder.href);
  if (known !== undefined) return known;
  const unpacked = readFile(new URL('engine.wasm.br', folder))
    .then(promisify(brotliDecompress))
    .then((bytes) => new Uint8Array(bytes));
  engines.set(folder.href, unpacked);
  return unpacked;
}

type Four = readonly [number, number, number, number];

/**
 * Instantiates a folder's engine without a database: its queries fail, its logs go nowhere, and
 * what it reports as an error is thrown as `errorOf` makes it.
 */
export async function runEngine(
  folder: URL,
  errorOf: (message: string) => Error,
): Promise<RunningEngine> {
  const compiled =
    modules.get(folder.href) ?? readEngine(folder).then((bytes) => WebAssembly.compile(bytes));
  modules.set(folder.href, compiled);
  const module = await compiled;
  let memory: WebAssembly.Memory | null = null;
  const view = (address: number, length: number): Uint8Array =>
    new Uint8Array(memory?.buffer ?? new ArrayBuffer(0), address, length);
  const read = (address: number, length: number): string =>
    new TextDecoder().decode(view(address, length).slice());
  const refuse = (): number => STATUS_ERROR;
  const database = new Proxy<Record<string, unknown>>(
    {
      heliosdb_now: () => 0n,
      heliosdb_log: () => 0,
      heliosdb_error: (_code: number, message: number, length: number) => {
        throw errorOf(read(message, length));
      },
      heliosdb_error_stack: (_code: number, ...[message, length, stack, size]: Four) => {
        throw errorOf(`${read(message, length)}\n${read(stack, size)}`.trimEnd());
      },
    },
    { get: (target, name) => target[String(name)] ?? refuse },
  );
  const nothing = new Proxy({}, { get: () => refuse });
  const instance = new WebAssembly.Instance(module, {
    heliosdb: database,
    heliosdb_js: nothing,
    wasi_snapshot_preview1: nothing,
  });
  memory = instance.exports.memory as WebAssembly.Memory;
  const call = (name: string, ...args: readonly number[]): number =>
    (instance.exports[name] as (...args: readonly number[]) => number)(...args);
  return {
    call,
    bytes: view,
    place(content, capacity) {
      const address = call('hdb_alloc', capacity);
      view(address, content.length).set(content);
      return address;
    },
    number: (address) => new DataView(view(address, 4).slice().buffer).getUint32(0, true),
    text(address) {
      const all = view(address, (memory?.buffer.byteLength ?? 0) - address);
      return new TextDecoder().decode(all.subarray(0, all.indexOf(0)));
    },
  };
}
