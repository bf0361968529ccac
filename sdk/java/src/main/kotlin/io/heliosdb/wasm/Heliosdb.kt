/** What [Heliosdb] offers, as functions at the top level. */
@file:JvmName("HeliosdbKt")

package io.heliosdb.wasm

import java.time.OffsetDateTime

/** Runs one SQL statement, with values for its `?` or `$1` placeholders. */
fun heliosdbQuery(sql: String, vararg parameters: Any?): List<Row> =
    Heliosdb.heliosdbQuery(sql, *parameters)

/** Runs one SQL statement and fetches its rows as they are asked for. */
fun heliosdbCursorOpen(sql: String, vararg parameters: Any?): Cursor =
    Heliosdb.heliosdbCursorOpen(sql, *parameters)

/** Writes a line to the procedure's log. */
fun heliosdbLog(level: LogLevel, message: String) = Heliosdb.heliosdbLog(level, message)

/** As with a [LogLevel]: debug, info, warn or error. */
fun heliosdbLog(level: String, message: String) = Heliosdb.heliosdbLog(level, message)

/** The moment the statement began, the same during the whole statement. */
fun heliosdbNow(): OffsetDateTime = Heliosdb.heliosdbNow()

/** The same in microseconds since 1970-01-01 UTC. */
fun heliosdbNowMicros(): Long = Heliosdb.heliosdbNowMicros()

/** Ends the procedure with an error. */
fun heliosdbError(code: Int, message: String): Nothing = throw HeliosdbException(code, message)

/** Begins a transaction for the queries that follow. */
fun heliosdbBeginTx() = Heliosdb.heliosdbBeginTx()

/** Makes what was written since [heliosdbBeginTx] permanent. */
fun heliosdbCommitTx() = Heliosdb.heliosdbCommitTx()

/** Undoes what was written since [heliosdbBeginTx]. */
fun heliosdbRollbackTx() = Heliosdb.heliosdbRollbackTx()

/** Runs work in a transaction, which an exception rolls back. */
fun <T> heliosdbTransaction(work: () -> T): T {
    heliosdbBeginTx()
    val result =
        try {
            work()
        } catch (failure: Throwable) {
            heliosdbRollbackTx()
            throw failure
        }
    heliosdbCommitTx()
    return result
}

/** Adds to a count of the procedure's own. */
fun heliosdbMetricCount(name: String, amount: Long) = Heliosdb.heliosdbMetricCount(name, amount)

/** Reports a measured value under a name of the procedure's own. */
fun heliosdbMetricObserve(name: String, value: Double) =
    Heliosdb.heliosdbMetricObserve(name, value)

/** The hash of some bytes; [algorithm] is sha256, sha384, sha512, sha3_256 or sha3_512. */
fun heliosdbCryptoHash(algorithm: String, data: ByteArray): ByteArray =
    Heliosdb.heliosdbCryptoHash(algorithm, data)

/** The HMAC of some bytes. */
fun heliosdbCryptoHmac(algorithm: String, key: ByteArray, data: ByteArray): ByteArray =
    Heliosdb.heliosdbCryptoHmac(algorithm, key, data)

/** Random bytes of the operating system. */
fun heliosdbCryptoRandom(count: Int): ByteArray = Heliosdb.heliosdbCryptoRandom(count)

/** Encrypts a message; [cipher] is aes_128_gcm, aes_256_gcm or chacha20_poly1305. */
fun heliosdbCryptoSeal(
    cipher: String,
    key: ByteArray,
    message: ByteArray,
    bound: ByteArray = ByteArray(0),
): ByteArray = Heliosdb.heliosdbCryptoSeal(cipher, key, message, bound)

/** Decrypts what [heliosdbCryptoSeal] sealed; throws when anything was changed. */
fun heliosdbCryptoOpen(
    cipher: String,
    key: ByteArray,
    sealed: ByteArray,
    bound: ByteArray = ByteArray(0),
): ByteArray = Heliosdb.heliosdbCryptoOpen(cipher, key, sealed, bound)

/** Whether an Ed25519 signature is the key's for the message. */
fun heliosdbCryptoVerify(key: ByteArray, message: ByteArray, signature: ByteArray): Boolean =
    Heliosdb.heliosdbCryptoVerify(key, message, signature)

/** Whether two secrets are equal, in a time that does not tell where they differ. */
fun heliosdbCryptoEqual(left: ByteArray, right: ByteArray): Boolean =
    Heliosdb.heliosdbCryptoEqual(left, right)

/** Asks a host that the procedure was granted with `network:<domain>`, over HTTPS. */
fun heliosdbFetch(request: FetchRequest): FetchResponse = Heliosdb.heliosdbFetch(request)
