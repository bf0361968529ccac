package io.heliosdb.wasm;

import java.time.OffsetDateTime;
import java.util.function.Supplier;

/**
 * The database, as a procedure sees it. Import its methods statically.
 *
 * <p>SQL values arrive as: BOOLEAN Boolean; integers Long, beyond 64 bits BigInteger; FLOAT and
 * DOUBLE Double; DECIMAL BigDecimal; VARCHAR, ENUM, JSON and BIT String; BLOB byte[]; DATE
 * LocalDate; TIME LocalTime; TIME WITH TIME ZONE OffsetTime; TIMESTAMP LocalDateTime; TIMESTAMP WITH
 * TIME ZONE OffsetDateTime; INTERVAL Interval; UUID UUID; LIST and ARRAY List; STRUCT and UNION Map
 * by name; MAP Map; NULL null. Infinite dates and timestamps are MAX and MIN of their class. The
 * same classes, smaller numbers and Instant may be given to the database.
 */
public final class Heliosdb {
  private Heliosdb() {}

  /** Runs one SQL statement, with values for its {@code ?} or {@code $1} placeholders. */
  public static Rows heliosdbQuery(String sql, Object... parameters) {
    return Host.query(sql, parameters);
  }

  /** Runs one SQL statement and fetches its rows as they are asked for. */
  public static Cursor heliosdbCursorOpen(String sql, Object... parameters) {
    return Cursor.open(sql, parameters);
  }

  /** Writes a line to the procedure's log; System.out and System.err do the same. */
  public static void heliosdbLog(LogLevel level, String message) {
    Host.log(level.ordinal(), message);
  }

  /** As with a {@link LogLevel}: debug, info, warn or error. */
  public static void heliosdbLog(String level, String message) {
    for (LogLevel known : LogLevel.values()) {
      if (known.name().equalsIgnoreCase(level)) {
        heliosdbLog(known, message);
        return;
      }
    }
    throw new HeliosdbException(1, "unknown log level " + level);
  }

  /** The moment the statement began, the same during the whole statement. */
  public static OffsetDateTime heliosdbNow() {
    return Times.timestampTz(Host.now());
  }

  /** The same in microseconds since 1970-01-01 UTC. */
  public static long heliosdbNowMicros() {
    return Host.now();
  }

  /** Ends the procedure with an error. */
  public static void heliosdbError(int code, String message) {
    throw new HeliosdbException(code, message);
  }

  /** Begins a transaction for the queries that follow. */
  public static void heliosdbBeginTx() {
    Host.beginTx();
  }

  /** Makes what was written since {@link #heliosdbBeginTx} permanent. */
  public static void heliosdbCommitTx() {
    Host.commitTx();
  }

  /** Undoes what was written since {@link #heliosdbBeginTx}. */
  public static void heliosdbRollbackTx() {
    Host.rollbackTx();
  }

  /** Runs work in a transaction, which an exception rolls back. */
  public static <T> T heliosdbTransaction(Supplier<T> work) {
    heliosdbBeginTx();
    T result;
    try {
      result = work.get();
    } catch (Throwable failure) {
      heliosdbRollbackTx();
      throw failure;
    }
    heliosdbCommitTx();
    return result;
  }

  /** Adds to a count of the procedure's own. */
  public static void heliosdbMetricCount(String name, long amount) {
    Host.metricCount(name, amount);
  }

  /** Reports a measured value under a name of the procedure's own. */
  public static void heliosdbMetricObserve(String name, double value) {
    Host.metricObserve(name, value);
  }

  /** The hash of some bytes; {@code algorithm} is sha256, sha384, sha512, sha3_256 or sha3_512. */
  public static byte[] heliosdbCryptoHash(String algorithm, byte[] data) {
    return HostCrypto.hash(algorithm, data);
  }

  /** The HMAC of some bytes. */
  public static byte[] heliosdbCryptoHmac(String algorithm, byte[] key, byte[] data) {
    return HostCrypto.hmac(algorithm, key, data);
  }

  /** Random bytes of the operating system. */
  public static byte[] heliosdbCryptoRandom(int count) {
    return HostCrypto.random(count);
  }

  /**
   * Encrypts a message with {@code cipher} aes_128_gcm, aes_256_gcm or chacha20_poly1305, under a
   * nonce that the database draws and keeps in front of it. What is bound is authenticated with the
   * message: give the same to {@link #heliosdbCryptoOpen}.
   */
  public static byte[] heliosdbCryptoSeal(String cipher, byte[] key, byte[] message, byte[] bound) {
    return HostCrypto.seal(cipher, key, message, bound);
  }

  /** Decrypts what {@link #heliosdbCryptoSeal} sealed; raises an error when anything was changed. */
  public static byte[] heliosdbCryptoOpen(String cipher, byte[] key, byte[] sealed, byte[] bound) {
    return HostCrypto.open(cipher, key, sealed, bound);
  }

  /** Whether an Ed25519 signature is the key's for the message. */
  public static boolean heliosdbCryptoVerify(byte[] key, byte[] message, byte[] signature) {
    return HostCrypto.verify(key, message, signature);
  }

  /** Whether two secrets are equal, in a time that does not tell where they differ. */
  public static boolean heliosdbCryptoEqual(byte[] left, byte[] right) {
    return HostCrypto.equal(left, right);
  }

  /**
   * Asks a host that the procedure was granted with {@code network:<domain>}, over HTTPS. A status
   * such as 404 is an answer and raises nothing.
   */
  public static FetchResponse heliosdbFetch(FetchRequest request) {
    return Host.fetch(request);
  }
}
