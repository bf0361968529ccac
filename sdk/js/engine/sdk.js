/**
 * The module `heliosdb-wasm-sdk` inside a procedure: thin wrappers of the host's functions. It runs
 * when the engine is built and lies in the engine's first state.
 */
import * as host from 'heliosdb:host';
import { Decimal, decimalOfDigits } from 'heliosdb-wasm-sdk/decimal';

export {
  heliosdbBeginTx,
  heliosdbCommitTx,
  heliosdbError,
  heliosdbLog,
  heliosdbNow,
  heliosdbQuery,
  heliosdbRollbackTx,
} from 'heliosdb:host';
export { Decimal };

host.useDecimal(Decimal, decimalOfDigits);

// Numbers as in runtime/abi/procedure-abi.yaml.
const HASHES = { sha256: 1, sha384: 2, sha512: 3, sha3_256: 4, sha3_512: 5 };
const CIPHERS = { aes_128_gcm: 1, aes_256_gcm: 2, chacha20_poly1305: 3 };
const ED25519 = 1;

function numberOf(names, name, what) {
  if (Object.hasOwn(names, name)) return names[name];
  throw new RangeError(`a ${what} is ${Object.keys(names).join(', ')}, not ${String(name)}`);
}

/** Texts stand for their UTF-8 bytes. */
function bytesOf(value) {
  if (typeof value === 'string') return host.encode(value);
  if (value instanceof Uint8Array) return value;
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  throw new TypeError('bytes are a Uint8Array, an ArrayBuffer or a string');
}

class Cursor {
  #number;

  constructor(number) {
    this.#number = number;
  }

  next(rowsMax = 0) {
    if (this.#number === null) return null;
    const rows = host.cursorNext(this.#number, rowsMax);
    if (rows === null) this.close();
    return rows;
  }

  close() {
    const number = this.#number;
    this.#number = null;
    if (number !== null) host.cursorClose(number);
  }

  *[Symbol.iterator]() {
    try {
      for (let rows = this.next(); rows !== null; rows = this.next()) yield* rows;
    } finally {
      this.close();
    }
  }
}

export function heliosdbCursorOpen(sql, parameters) {
  return new Cursor(host.cursorOpen(sql, parameters));
}

export function heliosdbCryptoHash(algorithm, data) {
  return host.cryptoHash(numberOf(HASHES, algorithm, 'hash algorithm'), bytesOf(data));
}

export function heliosdbCryptoHmac(algorithm, key, data) {
  const number = numberOf(HASHES, algorithm, 'hash algorithm');
  return host.cryptoHmac(number, bytesOf(key), bytesOf(data));
}

export function heliosdbCryptoRandom(length) {
  return host.cryptoRandom(length);
}

export function heliosdbCryptoSeal(cipher, key, message, bound = '') {
  const number = numberOf(CIPHERS, cipher, 'cipher');
  return host.cryptoSeal(number, bytesOf(key), bytesOf(bound), bytesOf(message));
}

export function heliosdbCryptoOpen(cipher, key, sealed, bound = '') {
  const number = numberOf(CIPHERS, cipher, 'cipher');
  return host.cryptoOpen(number, bytesOf(key), bytesOf(bound), bytesOf(sealed));
}

export function heliosdbCryptoVerify(key, message, signature) {
  return host.cryptoVerify(ED25519, bytesOf(key), bytesOf(message), bytesOf(signature));
}

export function heliosdbCryptoEqual(left, right) {
  return host.cryptoEqual(bytesOf(left), bytesOf(right));
}

class FetchResponse {
  constructor({ status, url, headers, body }) {
    this.status = status;
    this.url = url;
    this.headers = headers;
    this.body = body;
  }

  get ok() {
    return this.status >= 200 && this.status < 300;
  }

  header(name) {
    const wanted = name.toLowerCase();
    return this.headers.find(([known]) => known.toLowerCase() === wanted)?.[1] ?? null;
  }

  text() {
    return host.decode(this.body);
  }

  json() {
    return JSON.parse(this.text());
  }
}

export function heliosdbFetch(url, { method = 'GET', headers, body, timeoutMs } = {}) {
  const request = { url, method };
  if (headers !== undefined) request.headers = headers;
  if (body !== undefined && body !== null) request.body = bytesOf(body);
  if (timeoutMs !== undefined) request.timeout_ms = timeoutMs;
  return new FetchResponse(host.fetch(request));
}

// --- Files of granted folders. ---

let folders = null;

export function heliosdbFolders() {
  folders ??= host.folders();
  return [...folders];
}

/** Nothing is opened before the folders are known, nor where there are none. */
function pathOf(path) {
  if (typeof path !== 'string') throw new TypeError('a path is a string');
  if (path.includes('\0')) throw new TypeError('a path has no zero bytes');
  if (heliosdbFolders().length > 0) return path;
  throw new Error("the procedure was granted no folder: CAPABILITIES ('filesystem:<path>')");
}

function position(value, what) {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new RangeError(`${what} is an integer that is not negative`);
}

export function heliosdbReadFile(path, { offset = 0, length } = {}) {
  const most = length === undefined ? Number.MAX_SAFE_INTEGER : position(length, 'a length');
  return host.readFile(pathOf(path), position(offset, 'an offset'), most);
}

export function heliosdbReadTextFile(path) {
  return host.decode(heliosdbReadFile(path));
}

export function heliosdbWriteFile(path, content, { append = false } = {}) {
  host.writeFile(pathOf(path), bytesOf(content), append);
}

export function heliosdbListFolder(path) {
  return host.listFolder(pathOf(path)).sort();
}

export function heliosdbFileInfo(path) {
  const found = host.fileInfo(pathOf(path));
  if (found === null) return null;
  const [kind, size, modified] = found;
  return { kind, size, modified: new Date(modified) };
}

export function heliosdbMakeFolder(path) {
  host.makeFolder(pathOf(path));
}

export function heliosdbRemoveFile(path) {
  host.removeFile(pathOf(path));
}

export function heliosdbRemoveFolder(path) {
  host.removeFolder(pathOf(path));
}

export function heliosdbMoveFile(from, to) {
  host.moveFile(pathOf(from), pathOf(to));
}

export function heliosdbMetricCount(name, amount = 1) {
  host.metricCount(name, amount);
}

export function heliosdbMetricObserve(name, value) {
  host.metricObserve(name, value);
}
