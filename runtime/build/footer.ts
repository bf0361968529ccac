/** What an extension file says of itself to DuckDB, which reads it before loading anything. */
export interface ExtensionFooter {
  /** DuckDB's platform name, such as `linux_amd64`. */
  readonly platform: string;
  readonly extensionVersion: string;
}

/** The C API struct our function table follows, and the version whose members it may use. */
const ABI_TYPE = 'C_STRUCT';
const API_VERSION = 'v1.2.0';

const FIELD_BYTES = 32;
const SIGNATURE_BYTES = 256;

/**
 * The bytes that make a shared library a DuckDB extension.
 *
 * 512 bytes at the very end of the file: eight fields of 32 bytes, which DuckDB reads from last to
 * first (magic, platform, API version, extension version, ABI type, three unused), and a signature,
 * which stays zero because our users' doors allow unsigned extensions. Before them stands the head
 * of a WebAssembly custom section, so that the same layout also serves WebAssembly builds of DuckDB.
 */
export function encodeFooter({ platform, extensionVersion }: ExtensionFooter): Uint8Array {
  const fields = ['', '', '', ABI_TYPE, extensionVersion, API_VERSION, platform, '4'];
  const name = Buffer.from('duckdb_signature');
  const head = Buffer.from([0x00, 0x93, 0x04, name.length, ...name, 0x80, 0x04]);
  const body = Buffer.alloc(fields.length * FIELD_BYTES + SIGNATURE_BYTES);
  fields.forEach((field, index) => {
    if (Buffer.byteLength(field) > FIELD_BYTES) {
      throw new RangeError(`the footer's field ${index} is longer than ${FIELD_BYTES} bytes`);
    }
    body.write(field, index * FIELD_BYTES);
  });
  return Buffer.concat([head, body]);
}
