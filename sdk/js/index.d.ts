/**
 * The database, as a procedure in JavaScript or TypeScript sees it. Inside a procedure the engine
 * provides this module; elsewhere `Decimal` works and every function throws.
 *
 * | SQL | JavaScript |
 * | --- | --- |
 * | BOOLEAN | boolean |
 * | integers, HUGEINT, BIGNUM | number, or bigint beyond 2^53 |
 * | FLOAT, DOUBLE | number |
 * | DECIMAL | Decimal |
 * | VARCHAR, ENUM, JSON, UUID, BIT | string |
 * | DATE, TIME, TIMESTAMP, INTERVAL | string, ISO 8601 (an INTERVAL as DuckDB prints it) |
 * | BLOB | Uint8Array |
 * | LIST, ARRAY | array |
 * | STRUCT, MAP | object; a MAP whose keys are not text is an array of pairs |
 * | UNION | object with `tag` and `value` |
 * | NULL | null |
 *
 * The same holds for results and query parameters. Beside it a Date becomes a TIMESTAMP in UTC, a
 * Map a MAP with keys of any type, in its order, and a Set a LIST.
 */

/** How `Decimal` rounds; SQL rounds `half-up`, away from zero. */
export type Rounding = 'half-up' | 'half-even' | 'down' | 'up' | 'floor' | 'ceiling';

/**
 * A number with all its digits. `plus`, `minus` and `times` are exact.
 *
 * Operators see a plain number: `total > 100` and `total * 1.2` work as with numbers, and are as
 * exact as numbers are. `===` compares objects: use `equals`. `${total}` has all digits.
 */
export class Decimal {
  /** Takes digits such as `'-12.50'` or `'1e-3'`; throws RangeError for what is no number. */
  constructor(value: Decimal | bigint | number | string);
  /** The value itself where it is a Decimal. */
  static from(value: Decimal | bigint | number | string): Decimal;
  /** How many digits stand behind the point. */
  readonly scale: number;
  /** -1, 0 or 1. */
  readonly sign: number;
  plus(other: DecimalInput): Decimal;
  minus(other: DecimalInput): Decimal;
  times(other: DecimalInput): Decimal;
  /** With `scale` digits behind the point; without, up to 18 and no zeros at the end. */
  dividedBy(other: DecimalInput, scale?: number, rounding?: Rounding): Decimal;
  remainder(other: DecimalInput): Decimal;
  negated(): Decimal;
  abs(): Decimal;
  /** With exactly `scale` digits behind the point, 0 unless it is given. */
  round(scale?: number, rounding?: Rounding): Decimal;
  /** Less than, equal to or greater than the other: -1, 0 or 1. Sorts: `list.sort((a, b) => a.compare(b))`. */
  compare(other: DecimalInput): number;
  /** Whether both are the same number; 1.5 equals 1.50. */
  equals(other: DecimalInput): boolean;
  toFixed(scale?: number): string;
  /** All digits, zeros at the end included. */
  toString(): string;
  /** The nearest number. */
  toNumber(): number;
  /** Without what stands behind the point. */
  toBigInt(): bigint;
  /** A JSON number with all digits. */
  toJSON(): unknown;
  [Symbol.toPrimitive](hint: string): string | number;
}

/** What can be computed with. */
export type DecimalInput = Decimal | bigint | number | string;

/** Texts that make a parameter a DATE, TIME and so on where a signature is read from types. */
export type SqlDate = string;
export type SqlTime = string;
export type SqlTimestamp = string;
export type SqlTimestampTz = string;
export type SqlInterval = string;
export type SqlUuid = string;

/** A value that SQL can take. */
export type SqlInput =
  | null
  | undefined
  | boolean
  | number
  | bigint
  | string
  | Decimal
  | Date
  | Uint8Array
  | ArrayBuffer
  | readonly SqlInput[]
  | ReadonlyMap<SqlInput, SqlInput>
  | ReadonlySet<SqlInput>
  | { readonly [field: string]: SqlInput };

/** The rows of a query, with what is known of the columns. */
export type QueryRows<Row> = Row[] & {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
};

// biome-ignore lint/suspicious/noExplicitAny: a row's columns are known to its query alone.
export type AnyRow = Record<string, any>;

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** What the database raised. */
export interface HeliosdbQueryError extends Error {
  /** Five characters such as `42P01`. */
  readonly sqlstate: string;
}

/** Runs one SQL statement, with values for its `?` or `$1` placeholders. */
export function heliosdbQuery<Row = AnyRow>(
  sql: string,
  parameters?: readonly SqlInput[],
): QueryRows<Row>;

/** Writes a line to the procedure's log; `console.log` and its like do the same. */
export function heliosdbLog(level: LogLevel | 0 | 1 | 2 | 3, message: string): void;

/** The moment the statement began in milliseconds since 1970, the same as `Date.now()`. */
export function heliosdbNow(): number;

/** Ends the procedure with an error. Throwing any `Error` does the same, with code 1. */
export function heliosdbError(code: number, message: string): never;

/** Begins a transaction for the queries that follow. */
export function heliosdbBeginTx(): void;

/** Makes what was written since `heliosdbBeginTx` permanent. */
export function heliosdbCommitTx(): void;

/** Undoes what was written since `heliosdbBeginTx`. */
export function heliosdbRollbackTx(): void;

/** The rows of a query that may be larger than the procedure's memory; it ends with its call. */
export interface Cursor<Row = AnyRow> extends Iterable<Row> {
  /** At most `rowsMax` further rows, as many as fit for 0; null after the last. */
  next(rowsMax?: number): QueryRows<Row> | null;
  /** Ends the cursor before its call ends; doing it again does nothing. */
  close(): void;
}

/** Runs one SQL statement whose rows are fetched in batches, or by `for (const row of cursor)`. */
export function heliosdbCursorOpen<Row = AnyRow>(
  sql: string,
  parameters?: readonly SqlInput[],
): Cursor<Row>;

export type HashAlgorithm = 'sha256' | 'sha384' | 'sha512' | 'sha3_256' | 'sha3_512';
export type Cipher = 'aes_128_gcm' | 'aes_256_gcm' | 'chacha20_poly1305';
/** A text stands for its UTF-8 bytes. */
export type BytesInput = Uint8Array | ArrayBuffer | string;

/** The hash of some bytes. All functions of this kind need the capability `crypto`. */
export function heliosdbCryptoHash(algorithm: HashAlgorithm, data: BytesInput): Uint8Array;

/** The HMAC of some bytes, not with SHA-3; compare it with `heliosdbCryptoEqual`. */
export function heliosdbCryptoHmac(
  algorithm: HashAlgorithm,
  key: BytesInput,
  data: BytesInput,
): Uint8Array;

/** Random bytes of the operating system, at most 2^20. */
export function heliosdbCryptoRandom(length: number): Uint8Array;

/**
 * Encrypts a message under a nonce that the database draws and keeps in front of it. `bound` is
 * authenticated with the message: give the same to `heliosdbCryptoOpen`.
 */
export function heliosdbCryptoSeal(
  cipher: Cipher,
  key: BytesInput,
  message: BytesInput,
  bound?: BytesInput,
): Uint8Array;

/** Decrypts what `heliosdbCryptoSeal` sealed; throws when anything was changed. */
export function heliosdbCryptoOpen(
  cipher: Cipher,
  key: BytesInput,
  sealed: BytesInput,
  bound?: BytesInput,
): Uint8Array;

/** Whether an Ed25519 signature is the key's for the message. */
export function heliosdbCryptoVerify(
  key: BytesInput,
  message: BytesInput,
  signature: BytesInput,
): boolean;

/** Whether two secrets are equal, in a time that tells nothing about where they differ. */
export function heliosdbCryptoEqual(left: BytesInput, right: BytesInput): boolean;

export interface FetchOptions {
  /** `GET` unless given. */
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';
  readonly headers?: Readonly<Record<string, string>>;
  /** For `POST`, `PUT` and `PATCH`. */
  readonly body?: BytesInput | null;
  /** When to give up, where the procedure's own limit is too long. */
  readonly timeoutMs?: number;
}

/** What came back, whatever the status. */
export interface FetchResponse {
  readonly status: number;
  /** Whether the status is 200 to 299. */
  readonly ok: boolean;
  /** The address that answered, after redirects. */
  readonly url: string;
  /** Names in lower case and values, in their order. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
  /** The first header of a name, whatever its case. */
  header(name: string): string | null;
  /** The body as UTF-8 text. */
  text(): string;
  // biome-ignore lint/suspicious/noExplicitAny: what a server sends is known to its caller alone.
  json(): any;
}

/**
 * Asks a host that the procedure was granted with `network:<domain>`, over HTTPS, and waits for the
 * answer. A status such as 404 is an answer and throws nothing.
 */
export function heliosdbFetch(url: string, options?: FetchOptions): FetchResponse;

/** Adds to a count that `heliosdb_custom_metrics()` shows, 1 unless `amount` is given. */
export function heliosdbMetricCount(name: string, amount?: number): void;

/** Reports a measured value, of which number, total, least, greatest and mean are kept. */
export function heliosdbMetricObserve(name: string, value: number): void;

/** The paths of the folders that the procedure was granted with `filesystem:`. */
export function heliosdbFolders(): string[];

/** A part of a file; all of it unless told otherwise. */
export interface FilePart {
  /** The first byte, 0 unless given. */
  readonly offset?: number;
  /** At most so many bytes. */
  readonly length?: number;
}

/** Reads a file of a granted folder. Paths are absolute. */
export function heliosdbReadFile(path: string, part?: FilePart): Uint8Array;

/** Reads a file of UTF-8 text. */
export function heliosdbReadTextFile(path: string): string;

/** Writes a file in the place of one that is there, or adds to it. A string becomes UTF-8. */
export function heliosdbWriteFile(
  path: string,
  content: string | Uint8Array | ArrayBuffer,
  options?: { readonly append?: boolean },
): void;

/** The names in a folder, sorted. */
export function heliosdbListFolder(path: string): string[];

/** What a path leads to. */
export interface FileInfo {
  readonly kind: 'file' | 'folder' | 'other';
  /** In bytes. */
  readonly size: number;
  readonly modified: Date;
}

/** What a path leads to, or null when nothing is there. */
export function heliosdbFileInfo(path: string): FileInfo | null;

/** Makes a folder inside one that is there. */
export function heliosdbMakeFolder(path: string): void;

/** Removes a file. */
export function heliosdbRemoveFile(path: string): void;

/** Removes an empty folder. */
export function heliosdbRemoveFolder(path: string): void;

/** Gives a file or a folder another path, in the place of a file that is there. */
export function heliosdbMoveFile(from: string, to: string): void;
