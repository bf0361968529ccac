/** The functions behind `crypto`, held against Node's own. */
import assert from 'node:assert/strict';
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  generateKeyPairSync,
  sign,
} from 'node:crypto';
import { test } from 'node:test';
import { HeliosError } from '#core';
import type { Session } from '../ddl/scene.ts';
import { withSession } from '../ddl/scene.ts';
import type { HostArgument } from './host-call.ts';
import { createModule, hostCallModule } from './host-call.ts';

const HELD = "CAPABILITIES ('crypto')";
const TEXT = 'a message with an ä and some length';
const BUFFER = { buffer: 4096 };

/** Calls one function of the host; the bytes it wrote, or null. */
async function call(
  session: Session,
  name: string,
  args: readonly HostArgument[],
): Promise<Uint8Array | null> {
  await session.run(createModule(hostCallModule([{ name, args }]), { clauses: HELD }));
  return (await session.value('SELECT called()')) as Uint8Array | null;
}

async function refusal(
  session: Session,
  name: string,
  args: readonly HostArgument[],
): Promise<HeliosError> {
  const outcome = await call(session, name, args).catch((error: unknown) => error);
  assert(HeliosError.isInstance(outcome), `${name} was not refused: ${String(outcome)}`);
  return outcome;
}

const hex = (bytes: Uint8Array | null): string => Buffer.from(bytes ?? []).toString('hex');

test('hashes and message codes are those of every other implementation', () =>
  withSession(async (session) => {
    const names = ['sha256', 'sha384', 'sha512', 'sha3-256', 'sha3-512'];
    for (const [index, name] of names.entries()) {
      const number = { i32: index + 1 };
      const hash = await call(session, 'heliosdb_crypto_hash', [number, TEXT, BUFFER]);
      assert.equal(hex(hash), createHash(name).update(TEXT).digest('hex'), name);
      if (index > 2) continue;
      for (const key of ['', 'key', 'k'.repeat(300)]) {
        const code = await call(session, 'heliosdb_crypto_hmac', [number, key, TEXT, BUFFER]);
        assert.equal(hex(code), createHmac(name, key).update(TEXT).digest('hex'), name);
      }
    }
    const error = await refusal(session, 'heliosdb_crypto_hash', [{ i32: 99 }, TEXT, BUFFER]);
    assert.match(String(error.detail), /22023.*there is no hash algorithm 99/);
  }));

test('what a guest seals others open, and the other way round', () =>
  withSession(async (session) => {
    const nonce = Buffer.from('twelve bytes');
    const bound = Buffer.from('row 7');
    const ciphers = [
      ['aes-128-gcm', 16],
      ['aes-256-gcm', 32],
      ['chacha20-poly1305', 32],
    ] as const;
    for (const [index, [name, keySize]] of ciphers.entries()) {
      const key = Buffer.alloc(keySize, 7);
      const options = { authTagLength: 16 };
      const common = [{ i32: index + 1 }, key, nonce, bound];
      const sealed = await call(session, 'heliosdb_crypto_seal', [...common, TEXT, BUFFER]);
      const cipher = createCipheriv(name as 'chacha20-poly1305', key, nonce, options);
      cipher.setAAD(bound, { plaintextLength: Buffer.byteLength(TEXT) });
      const theirs = Buffer.concat([cipher.update(TEXT), cipher.final(), cipher.getAuthTag()]);
      assert.equal(hex(sealed), hex(theirs), name);
      const opened = await call(session, 'heliosdb_crypto_open', [...common, theirs, BUFFER]);
      assert.equal(Buffer.from(opened ?? []).toString(), TEXT);
      theirs[3] = (theirs[3] ?? 0) ^ 1;
      const error = await refusal(session, 'heliosdb_crypto_open', [...common, theirs, BUFFER]);
      assert.match(String(error.detail), /22000.*not authentic/);
      // Without a nonce the host draws one, which then stands in front.
      const drawn = [{ i32: index + 1 }, key, '', bound];
      const first = await call(session, 'heliosdb_crypto_seal', [...drawn, TEXT, BUFFER]);
      const second = await session.value('SELECT called()');
      assert.notEqual(hex(first), hex(second as Uint8Array));
      const bytes = Buffer.from(first ?? []);
      const decipher = createDecipheriv(
        name as 'chacha20-poly1305',
        key,
        bytes.subarray(0, 12),
        options,
      );
      decipher.setAAD(bound, { plaintextLength: bytes.length - 28 });
      decipher.setAuthTag(bytes.subarray(-16));
      assert.equal(decipher.update(bytes.subarray(12, -16)).toString(), TEXT);
      decipher.final();
    }
  }));

test('keys and nonces of another size are refused', () =>
  withSession(async (session) => {
    const seal = (key: number, nonce: number): HostArgument[] => [
      { i32: 2 },
      Buffer.alloc(key),
      Buffer.alloc(nonce),
      '',
      TEXT,
      BUFFER,
    ];
    for (const args of [seal(16, 12), seal(33, 12), seal(0, 12), seal(32, 11), seal(32, 16)]) {
      const error = await refusal(session, 'heliosdb_crypto_seal', args);
      assert.match(String(error.detail), /22023/);
    }
  }));

test('a signature holds or does not, and secrets are equal or not', () =>
  withSession(async (session) => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const key = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
    const signature = sign(null, Buffer.from(TEXT), privateKey);
    const verify = (message: string, bytes: Uint8Array): HostArgument[] => [
      { i32: 1 },
      key,
      message,
      bytes,
    ];
    const name = 'heliosdb_crypto_verify';
    assert.equal(await call(session, name, verify(TEXT, signature)), null);
    const mismatch = await refusal(session, name, verify(`${TEXT}!`, signature));
    assert.match(mismatch.message, /failed with status 4/);
    const short = await refusal(session, name, verify(TEXT, signature.subarray(1)));
    assert.match(String(short.detail), /22023.*signature has 64 bytes/);
    assert.equal(await call(session, 'heliosdb_crypto_equal', ['same', 'same']), null);
    for (const other of ['Same', 'sam', '']) {
      const error = await refusal(session, 'heliosdb_crypto_equal', ['same', other]);
      assert.match(error.message, /failed with status 4/);
    }
  }));

test('random bytes differ and make a procedure VOLATILE; a hash leaves it IMMUTABLE', () =>
  withSession(async (session) => {
    const volatility = "SELECT volatility FROM heliosdb_procedures() WHERE name = 'called'";
    const random = { name: 'heliosdb_crypto_random', args: [{ filled: 32 }] };
    await session.run(createModule(hostCallModule([random]), { clauses: HELD }));
    const rows = await session.rows('SELECT called() FROM range(100)');
    assert.equal(new Set(rows.map(([bytes]) => hex(bytes as Uint8Array))).size, 100);
    assert.equal(await session.value(volatility), 'VOLATILE');
    await call(session, 'heliosdb_crypto_hash', [{ i32: 1 }, TEXT, BUFFER]);
    assert.equal(await session.value(volatility), 'IMMUTABLE');
  }));

test('a buffer that is too small gets the size it needs', () =>
  withSession(async (session) => {
    const error = await refusal(session, 'heliosdb_crypto_hash', [
      { i32: 3 },
      TEXT,
      { buffer: 63 },
    ]);
    assert.match(error.message, /failed with status 1/);
    const exact = await call(session, 'heliosdb_crypto_hash', [{ i32: 3 }, TEXT, { buffer: 64 }]);
    assert.equal(exact?.length, 64);
  }));
