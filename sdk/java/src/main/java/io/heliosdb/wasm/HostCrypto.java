package io.heliosdb.wasm;

import java.util.Arrays;
import java.util.List;
import org.teavm.interop.Address;
import org.teavm.interop.Import;

/** Cryptography of the host, which a procedure needs the right {@code crypto} for. */
final class HostCrypto {
  private static final String MODULE = "heliosdb";
  private static final int HASH_BYTES_MAX = 64;
  private static final int ED25519 = 1;
  private static final byte[] NOTHING = {};
  /** What sealing adds: a nonce of 12 bytes and a tag of 16. */
  private static final int SEAL_BYTES = 28;

  /** In the order of the contract's numbers, from 1. */
  private static final List<String> HASHES =
      List.of("sha256", "sha384", "sha512", "sha3_256", "sha3_512");

  private static final List<String> CIPHERS =
      List.of("aes_128_gcm", "aes_256_gcm", "chacha20_poly1305");

  private HostCrypto() {}

  @Import(module = MODULE, name = "heliosdb_crypto_hash")
  private static native int hash(
      int algorithm, Address data, int dataLength, Address hash, Address size);

  @Import(module = MODULE, name = "heliosdb_crypto_hmac")
  private static native int hmac(
      int algorithm,
      Address key,
      int keyLength,
      Address data,
      int dataLength,
      Address code,
      Address size);

  @Import(module = MODULE, name = "heliosdb_crypto_random")
  private static native int random(Address bytes, int length);

  @Import(module = MODULE, name = "heliosdb_crypto_seal")
  private static native int seal(
      int cipher,
      Address key,
      int keyLength,
      Address nonce,
      int nonceLength,
      Address bound,
      int boundLength,
      Address message,
      int messageLength,
      Address sealed,
      Address size);

  @Import(module = MODULE, name = "heliosdb_crypto_open")
  private static native int open(
      int cipher,
      Address key,
      int keyLength,
      Address nonce,
      int nonceLength,
      Address bound,
      int boundLength,
      Address sealed,
      int sealedLength,
      Address message,
      Address size);

  @Import(module = MODULE, name = "heliosdb_crypto_verify")
  private static native int verify(
      int algorithm,
      Address key,
      int keyLength,
      Address message,
      int messageLength,
      Address signature,
      int signatureLength);

  @Import(module = MODULE, name = "heliosdb_crypto_equal")
  private static native int equal(Address left, int leftLength, Address right, int rightLength);

  private static int numberOf(List<String> names, String wanted) {
    int index = names.indexOf(wanted);
    if (index >= 0) return index + 1;
    throw new HeliosdbException(1, "no algorithm " + wanted + " but " + names);
  }

  private static Address at(byte[] bytes) {
    return Address.ofData(bytes);
  }

  static byte[] hash(String algorithm, byte[] data) {
    byte[] hash = new byte[HASH_BYTES_MAX];
    int[] size = {hash.length};
    int number = numberOf(HASHES, algorithm);
    Host.check(hash(number, at(data), data.length, at(hash), Address.ofData(size)));
    return Arrays.copyOf(hash, size[0]);
  }

  static byte[] hmac(String algorithm, byte[] key, byte[] data) {
    byte[] code = new byte[HASH_BYTES_MAX];
    int[] size = {code.length};
    int number = numberOf(HASHES, algorithm);
    Host.check(
        hmac(number, at(key), key.length, at(data), data.length, at(code), Address.ofData(size)));
    return Arrays.copyOf(code, size[0]);
  }

  static byte[] random(int count) {
    byte[] bytes = new byte[count];
    Host.check(random(at(bytes), count));
    return bytes;
  }

  static byte[] seal(String cipher, byte[] key, byte[] message, byte[] bound) {
    byte[] sealed = new byte[message.length + SEAL_BYTES];
    int[] size = {sealed.length};
    int number = numberOf(CIPHERS, cipher);
    Host.check(
        seal(
            number,
            at(key),
            key.length,
            at(NOTHING),
            0,
            at(bound),
            bound.length,
            at(message),
            message.length,
            at(sealed),
            Address.ofData(size)));
    return Arrays.copyOf(sealed, size[0]);
  }

  static byte[] open(String cipher, byte[] key, byte[] sealed, byte[] bound) {
    byte[] message = new byte[sealed.length];
    int[] size = {message.length};
    int number = numberOf(CIPHERS, cipher);
    Host.check(
        open(
            number,
            at(key),
            key.length,
            at(NOTHING),
            0,
            at(bound),
            bound.length,
            at(sealed),
            sealed.length,
            at(message),
            Address.ofData(size)));
    return Arrays.copyOf(message, size[0]);
  }

  static boolean verify(byte[] key, byte[] message, byte[] signature) {
    return isMatch(
        verify(
            ED25519,
            at(key),
            key.length,
            at(message),
            message.length,
            at(signature),
            signature.length));
  }

  static boolean equal(byte[] left, byte[] right) {
    return isMatch(equal(at(left), left.length, at(right), right.length));
  }

  private static boolean isMatch(int status) {
    if (status == Contract.STATUS_MISMATCH) return false;
    Host.check(status);
    return true;
  }
}
