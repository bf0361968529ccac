// The procedures of ../cases.yaml in Kotlin.

import io.heliosdb.wasm.*
import java.math.BigDecimal
import java.math.BigInteger
import java.time.LocalDate
import java.time.LocalDateTime
import java.time.LocalTime
import java.time.OffsetDateTime
import java.time.OffsetTime
import java.util.UUID

data class Pair(val a: Long?, val b: String?)

data class Part(val id: UUID, val n: BigInteger)

data class Nested(
    val total: BigDecimal?,
    val at: LocalDateTime?,
    val tags: List<String?>?,
    val parts: List<Part>?,
)

@HeliosdbProcedure fun same_bigint(v: Long): Long = v

@HeliosdbProcedure fun same_hugeint(v: BigInteger): BigInteger = v

@HeliosdbProcedure fun same_double(v: Double): Double = v

@HeliosdbProcedure fun same_decimal(v: BigDecimal): BigDecimal = v

@HeliosdbProcedure fun same_boolean(v: Boolean): Boolean = v

@HeliosdbProcedure fun same_text(v: String): String = v

@HeliosdbProcedure fun same_blob(v: ByteArray): ByteArray = v

@HeliosdbProcedure fun same_date(v: LocalDate): LocalDate = v

@HeliosdbProcedure fun same_timestamp(v: LocalDateTime): LocalDateTime = v

@HeliosdbProcedure fun same_list(v: List<Long?>): List<Long?> = v

@HeliosdbProcedure fun same_struct(v: Pair): Pair = v.copy()

@HeliosdbProcedure @SqlType("JSON") fun same_json(@SqlType("JSON") v: String): String = v

@HeliosdbProcedure fun is_null(v: Long?): Boolean = v == null

@HeliosdbProcedure fun give_null(): Long? = null

@HeliosdbProcedure
fun count_items(): Long = heliosdbQuery("SELECT count(*) AS n FROM items").single().getLong("n")

@HeliosdbProcedure
fun find_item(label: String): Long? =
    heliosdbQuery("SELECT id FROM items WHERE label = ?", label).firstOrNull()?.getLong("id")

@HeliosdbProcedure
fun query_text(size: Long): Int =
    heliosdbQuery("SELECT repeat('x', ?) AS text", size).single().getString("text").length

@HeliosdbProcedure
fun query_absent(): Int = heliosdbQuery("SELECT id FROM absent_table").size

@HeliosdbProcedure fun make_text(size: Long): String = "x".repeat(size.toInt())

@HeliosdbProcedure
fun log_warning(message: String): Boolean {
    heliosdbLog(LogLevel.WARN, message)
    return true
}

@HeliosdbProcedure
fun fail_with(code: Long, message: String): Long = heliosdbError(code.toInt(), message)

@HeliosdbProcedure fun crash(v: Long): Long = listOf(v)[v.toInt() + 1]

@HeliosdbProcedure
fun insert_and_roll_back(): Long {
    heliosdbBeginTx()
    heliosdbQuery("INSERT INTO items VALUES (4, 'new')")
    val seen = count_items()
    heliosdbRollbackTx()
    return seen
}

@HeliosdbProcedure fun now_micros(v: Long): Long = heliosdbNowMicros()

@HeliosdbProcedure fun same_ubigint(@SqlType("UBIGINT") v: BigInteger): BigInteger = v

@HeliosdbProcedure fun same_float(v: Float): Float = v

@HeliosdbProcedure fun same_wide_decimal(v: BigDecimal): BigDecimal = v

@HeliosdbProcedure fun same_time(v: LocalTime): LocalTime = v

@HeliosdbProcedure fun same_time_tz(v: OffsetTime): OffsetTime = v

@HeliosdbProcedure fun same_timestamp_tz(v: OffsetDateTime): OffsetDateTime = v

@HeliosdbProcedure
fun same_timestamp_ns(@SqlType("TIMESTAMP_NS") v: LocalDateTime): LocalDateTime = v

@HeliosdbProcedure fun same_interval(v: Interval): Interval = v

@HeliosdbProcedure fun same_uuid(v: UUID): UUID = v

@HeliosdbProcedure fun same_bit(@SqlType("BIT") v: String): String = v

@HeliosdbProcedure fun same_enum(v: String): String = v

@HeliosdbProcedure fun same_map(v: Map<String, Long?>): Map<String, Long?> = v

@HeliosdbProcedure
fun same_number_map(v: Map<Long, BigDecimal?>): Map<Long, BigDecimal?> = v

@HeliosdbProcedure fun same_array(v: List<Long?>): List<Long?> = v

@HeliosdbProcedure fun same_nested(v: Nested): Nested = v

@HeliosdbProcedure fun same_union(v: Any): Any = v

@HeliosdbProcedure
fun bind_decimal(v: BigDecimal): BigDecimal =
    heliosdbQuery("SELECT ? + 1 AS sum", v).single().getBigDecimal("sum")

@HeliosdbProcedure
fun sum_rows(size: Long): Long =
    heliosdbQuery("SELECT range FROM range(?)", size).sumOf { it.getLong("range") }

@HeliosdbProcedure
fun sum_cursor(size: Long): Long =
    heliosdbCursorOpen("SELECT range FROM range(?)", size).sumOf { it.getLong("range") }

@HeliosdbProcedure fun make_list(size: Long): List<Long> = List(size.toInt()) { it.toLong() }

@HeliosdbProcedure
fun hash_text(v: String): ByteArray = heliosdbCryptoHash("sha256", v.encodeToByteArray())

@HeliosdbProcedure
fun code_text(key: ByteArray, v: String): ByteArray =
    heliosdbCryptoHmac("sha512", key, v.encodeToByteArray())

@HeliosdbProcedure
fun seal_and_open(v: String): String {
    val key = heliosdbCryptoRandom(32)
    val bound = "row".encodeToByteArray()
    val sealed = heliosdbCryptoSeal("chacha20_poly1305", key, v.encodeToByteArray(), bound)
    val opened = heliosdbCryptoOpen("chacha20_poly1305", key, sealed, bound)
    return "${opened.decodeToString()} ${heliosdbCryptoEqual(opened, v.encodeToByteArray())}"
}

@HeliosdbProcedure
fun verify(key: ByteArray, message: String, signature: ByteArray): Boolean =
    heliosdbCryptoVerify(key, message.encodeToByteArray(), signature)

@HeliosdbProcedure
fun post(url: String, body: String): String {
    val request = FetchRequest(url).method("POST").header("x-note", "seven").body(body)
    val answer = heliosdbFetch(request)
    return "${answer.status()} ${answer.text()}"
}

@HeliosdbProcedure
fun measure(name: String): Boolean {
    heliosdbMetricCount(name, 2)
    heliosdbMetricObserve("size", 1.5)
    return true
}

@HeliosdbProcedure
fun write_and_commit(note: String): Boolean = heliosdbTransaction {
    heliosdbQuery("INSERT INTO journal VALUES (?)", note)
    true
}

@HeliosdbProcedure
fun write_and_leave(note: String): Boolean {
    heliosdbBeginTx()
    heliosdbQuery("INSERT INTO journal VALUES (?)", note)
    return true
}

// A loop without an end would be one that TeaVM compiles to no valid code.
@HeliosdbProcedure
fun spin(v: Long): Long {
    var turns = v
    while (turns != -1L) turns = maxOf(turns + 1, 0)
    return turns
}

@HeliosdbProcedure
fun hoard(size: Long): Int = List(size.toInt()) { "x".repeat(1 shl 20) + it }.size
