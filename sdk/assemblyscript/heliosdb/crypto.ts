/** Hashes, message codes, ciphers and signatures; a procedure needs the right `crypto`. */
import { check, fail, MISMATCH, OK } from "./values";

@external("heliosdb", "heliosdb_crypto_hash")
declare function hostHash(hash: u32, data: usize, length: u32, out: usize, outLen: usize): i32;
@external("heliosdb", "heliosdb_crypto_hmac")
declare function hostHmac(
  hash: u32, key: usize, keyLen: u32, data: usize, length: u32, out: usize, outLen: usize,
): i32;
@external("heliosdb", "heliosdb_crypto_random")
declare function hostRandom(bytes: usize, length: u32): i32;
@external("heliosdb", "heliosdb_crypto_seal")
declare function hostSeal(
  cipher: u32, key: usize, keyLen: u32, nonce: usize, nonceLen: u32, bound: usize, boundLen: u32,
  message: usize, length: u32, out: usize, outLen: usize,
): i32;
@external("heliosdb", "heliosdb_crypto_open")
declare function hostOpen(
  cipher: u32, key: usize, keyLen: u32, nonce: usize, nonceLen: u32, bound: usize, boundLen: u32,
  sealed: usize, length: u32, out: usize, outLen: usize,
): i32;
@external("heliosdb", "heliosdb_crypto_verify")
declare function hostVerify(
  algorithm: u32, key: usize, keyLen: u32, message: usize, length: u32, signature: usize, sigLen: u32,
): i32;
@external("heliosdb", "heliosdb_crypto_equal")
declare function hostEqual(left: usize, leftLen: u32, right: usize, rightLen: u32): i32;

export enum Hash { Sha256 = 1, Sha384 = 2, Sha512 = 3, Sha3_256 = 4, Sha3_512 = 5 }
export enum Cipher { Aes128Gcm = 1, Aes256Gcm = 2, ChaCha20Poly1305 = 3 }

const ED25519: u32 = 1;
const HASH_BYTES_MAX: i32 = 64;
const NONCE_BYTES: i32 = 12;
const TAG_BYTES: i32 = 16;

/** The bytes of a text in UTF-8, as every function here takes them. */
export function bytesOf(text: string): Uint8Array {
  return Uint8Array.wrap(String.UTF8.encode(text));
}

export function cryptoHash(hash: Hash, data: Uint8Array): Uint8Array {
  const out = new Out(HASH_BYTES_MAX);
  check(hostHash(hash, data.dataStart, data.byteLength, out.at, out.sizeAt));
  return out.bytes();
}

/** The HMAC of some bytes; compare codes with `cryptoEqual`. */
export function cryptoHmac(hash: Hash, key: Uint8Array, data: Uint8Array): Uint8Array {
  const out = new Out(HASH_BYTES_MAX);
  check(hostHmac(hash, key.dataStart, key.byteLength, data.dataStart, data.byteLength,
    out.at, out.sizeAt));
  return out.bytes();
}

/** Random bytes of the operating system. */
export function cryptoRandom(count: i32): Uint8Array {
  const bytes = new Uint8Array(count);
  check(hostRandom(bytes.dataStart, count));
  return bytes;
}

/** Encrypts a message, with a nonce of its own in front; `bound` is authenticated and not written. */
export function cryptoSeal(
  cipher: Cipher, key: Uint8Array, message: Uint8Array, bound: Uint8Array = new Uint8Array(0),
): Uint8Array {
  const out = new Out(NONCE_BYTES + message.byteLength + TAG_BYTES);
  check(hostSeal(cipher, key.dataStart, key.byteLength, 0, 0, bound.dataStart, bound.byteLength,
    message.dataStart, message.byteLength, out.at, out.sizeAt));
  return out.bytes();
}

/** Decrypts what `cryptoSeal` wrote under the same key and bound bytes; anything else is an error. */
export function cryptoOpen(
  cipher: Cipher, key: Uint8Array, sealed: Uint8Array, bound: Uint8Array = new Uint8Array(0),
): Uint8Array {
  const out = new Out(sealed.byteLength);
  check(hostOpen(cipher, key.dataStart, key.byteLength, 0, 0, bound.dataStart, bound.byteLength,
    sealed.dataStart, sealed.byteLength, out.at, out.sizeAt));
  return out.bytes();
}

/** Whether an Ed25519 signature is the key's for the message. */
export function cryptoVerify(key: Uint8Array, message: Uint8Array, signature: Uint8Array): bool {
  return holds(hostVerify(ED25519, key.dataStart, key.byteLength, message.dataStart,
    message.byteLength, signature.dataStart, signature.byteLength));
}

/** Whether two secrets are equal, in a time that tells nothing about where they differ. */
export function cryptoEqual(left: Uint8Array, right: Uint8Array): bool {
  return holds(hostEqual(left.dataStart, left.byteLength, right.dataStart, right.byteLength));
}

function holds(status: i32): bool {
  if (status == OK) return true;
  if (status == MISMATCH) return false;
  check(status);
  fail(1, "the database gave no answer");
  return false;
}

/** Where the host writes bytes of which there are so many at most. */
class Out {
  private buffer: ArrayBuffer;
  private size: ArrayBuffer = new ArrayBuffer(4);

  constructor(capacity: i32) {
    this.buffer = new ArrayBuffer(capacity);
    store<u32>(changetype<usize>(this.size), capacity);
  }

  get at(): usize { return changetype<usize>(this.buffer); }
  get sizeAt(): usize { return changetype<usize>(this.size); }

  bytes(): Uint8Array {
    return Uint8Array.wrap(this.buffer.slice(0, load<u32>(changetype<usize>(this.size))));
  }
}
