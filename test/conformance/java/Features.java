// The procedures of ../cases.yaml in Java.

import static io.heliosdb.wasm.Heliosdb.*;

import io.heliosdb.wasm.FetchRequest;
import io.heliosdb.wasm.FetchResponse;
import io.heliosdb.wasm.HeliosdbException;
import io.heliosdb.wasm.HeliosdbProcedure;
import io.heliosdb.wasm.Interval;
import io.heliosdb.wasm.LogLevel;
import io.heliosdb.wasm.Row;
import io.heliosdb.wasm.SqlType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

final class Features {
  record Pair(Long a, String b) {}

  record Part(UUID id, BigInteger n) {}

  record Nested(BigDecimal total, LocalDateTime at, List<String> tags, List<Part> parts) {}

  private static final byte[] BOUND = bytes("row");

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @HeliosdbProcedure
  static long same_bigint(long v) {
    return v;
  }

  @HeliosdbProcedure
  static BigInteger same_hugeint(BigInteger v) {
    return v;
  }

  @HeliosdbProcedure
  static double same_double(double v) {
    return v;
  }

  @HeliosdbProcedure
  static BigDecimal same_decimal(BigDecimal v) {
    return v;
  }

  @HeliosdbProcedure
  static boolean same_boolean(boolean v) {
    return v;
  }

  @HeliosdbProcedure
  static String same_text(String v) {
    return v;
  }

  @HeliosdbProcedure
  static byte[] same_blob(byte[] v) {
    return v;
  }

  @HeliosdbProcedure
  static LocalDate same_date(LocalDate v) {
    return v;
  }

  @HeliosdbProcedure
  static LocalDateTime same_timestamp(LocalDateTime v) {
    return v;
  }

  @HeliosdbProcedure
  static List<Long> same_list(List<Long> v) {
    return v;
  }

  @HeliosdbProcedure
  static Pair same_struct(Pair v) {
    return new Pair(v.a(), v.b());
  }

  @HeliosdbProcedure
  @SqlType("JSON")
  static String same_json(@SqlType("JSON") String v) {
    return v;
  }

  @HeliosdbProcedure
  static boolean is_null(Long v) {
    return v == null;
  }

  @HeliosdbProcedure
  static Long give_null() {
    return null;
  }

  @HeliosdbProcedure
  static long count_items() {
    return heliosdbQuery("SELECT count(*) AS n FROM items").first().getLong("n");
  }

  @HeliosdbProcedure
  static Long find_item(String label) {
    Row row = heliosdbQuery("SELECT id FROM items WHERE label = ?", label).first();
    return row == null ? null : row.getLong("id");
  }

  @HeliosdbProcedure
  static long query_text(long size) {
    return heliosdbQuery("SELECT repeat('x', ?) AS text", size).first().getString("text").length();
  }

  @HeliosdbProcedure
  static long query_absent() {
    return heliosdbQuery("SELECT id FROM absent_table").size();
  }

  @HeliosdbProcedure
  static String make_text(long size) {
    return "x".repeat((int) size);
  }

  @HeliosdbProcedure
  static boolean log_warning(String message) {
    heliosdbLog(LogLevel.WARN, message);
    return true;
  }

  @HeliosdbProcedure
  static long fail_with(long code, String message) {
    throw new HeliosdbException((int) code, message);
  }

  @HeliosdbProcedure
  static long crash(long v) {
    return List.of(v).get((int) v + 1);
  }

  @HeliosdbProcedure
  static long insert_and_roll_back() {
    heliosdbBeginTx();
    heliosdbQuery("INSERT INTO items VALUES (4, 'new')");
    long seen = count_items();
    heliosdbRollbackTx();
    return seen;
  }

  @HeliosdbProcedure
  static long now_micros(long v) {
    return heliosdbNowMicros();
  }

  @HeliosdbProcedure
  static BigInteger same_ubigint(@SqlType("UBIGINT") BigInteger v) {
    return v;
  }

  @HeliosdbProcedure
  static float same_float(float v) {
    return v;
  }

  @HeliosdbProcedure
  static BigDecimal same_wide_decimal(BigDecimal v) {
    return v;
  }

  @HeliosdbProcedure
  static LocalTime same_time(LocalTime v) {
    return v;
  }

  @HeliosdbProcedure
  static OffsetTime same_time_tz(OffsetTime v) {
    return v;
  }

  @HeliosdbProcedure
  static OffsetDateTime same_timestamp_tz(OffsetDateTime v) {
    return v;
  }

  @HeliosdbProcedure
  static LocalDateTime same_timestamp_ns(@SqlType("TIMESTAMP_NS") LocalDateTime v) {
    return v;
  }

  @HeliosdbProcedure
  static Interval same_interval(Interval v) {
    return v;
  }

  @HeliosdbProcedure
  static UUID same_uuid(UUID v) {
    return v;
  }

  @HeliosdbProcedure
  static String same_bit(@SqlType("BIT") String v) {
    return v;
  }

  @HeliosdbProcedure
  static String same_enum(String v) {
    return v;
  }

  @HeliosdbProcedure
  static Map<String, Long> same_map(Map<String, Long> v) {
    return v;
  }

  @HeliosdbProcedure
  static Map<Long, BigDecimal> same_number_map(Map<Long, BigDecimal> v) {
    return v;
  }

  @HeliosdbProcedure
  static List<Long> same_array(List<Long> v) {
    return v;
  }

  @HeliosdbProcedure
  static Nested same_nested(Nested v) {
    return v;
  }

  @HeliosdbProcedure
  static Object same_union(Object v) {
    return v;
  }

  @HeliosdbProcedure
  static BigDecimal bind_decimal(BigDecimal v) {
    return heliosdbQuery("SELECT ? + 1 AS sum", v).first().getBigDecimal("sum");
  }

  @HeliosdbProcedure
  static long sum_rows(long size) {
    long sum = 0;
    for (Row row : heliosdbQuery("SELECT range FROM range(?)", size)) sum += row.getLong("range");
    return sum;
  }

  @HeliosdbProcedure
  static long sum_cursor(long size) {
    long sum = 0;
    for (Row row : heliosdbCursorOpen("SELECT range FROM range(?)", size)) {
      sum += row.getLong("range");
    }
    return sum;
  }

  @HeliosdbProcedure
  static List<Long> make_list(long size) {
    List<Long> list = new ArrayList<>();
    for (long index = 0; index < size; index++) list.add(index);
    return list;
  }

  @HeliosdbProcedure
  static byte[] hash_text(String v) {
    return heliosdbCryptoHash("sha256", bytes(v));
  }

  @HeliosdbProcedure
  static byte[] code_text(byte[] key, String v) {
    return heliosdbCryptoHmac("sha512", key, bytes(v));
  }

  @HeliosdbProcedure
  static String seal_and_open(String v) {
    byte[] key = heliosdbCryptoRandom(32);
    byte[] sealed = heliosdbCryptoSeal("chacha20_poly1305", key, bytes(v), BOUND);
    byte[] opened = heliosdbCryptoOpen("chacha20_poly1305", key, sealed, BOUND);
    boolean isSame = heliosdbCryptoEqual(opened, bytes(v));
    return new String(opened, StandardCharsets.UTF_8) + " " + isSame;
  }

  @HeliosdbProcedure
  static boolean verify(byte[] key, String message, byte[] signature) {
    return heliosdbCryptoVerify(key, bytes(message), signature);
  }

  @HeliosdbProcedure
  static String post(String url, String body) {
    FetchRequest request = new FetchRequest(url).method("POST").header("x-note", "seven").body(body);
    FetchResponse answer = heliosdbFetch(request);
    return answer.status() + " " + answer.text();
  }

  @HeliosdbProcedure
  static boolean measure(String name) {
    heliosdbMetricCount(name, 2);
    heliosdbMetricObserve("size", 1.5);
    return true;
  }

  @HeliosdbProcedure
  static boolean write_and_commit(String note) {
    heliosdbTransaction(() -> heliosdbQuery("INSERT INTO journal VALUES (?)", note));
    return true;
  }

  @HeliosdbProcedure
  static boolean write_and_leave(String note) {
    heliosdbBeginTx();
    heliosdbQuery("INSERT INTO journal VALUES (?)", note);
    return true;
  }

  // A loop without an end would be one that TeaVM compiles to no valid code.
  @HeliosdbProcedure
  static long spin(long v) {
    long turns = v;
    while (turns != -1) turns = Math.max(turns + 1, 0);
    return turns;
  }

  @HeliosdbProcedure
  static long hoard(long size) {
    List<String> hoarded = new ArrayList<>();
    for (long index = 0; index < size; index++) hoarded.add("x".repeat(1 << 20));
    return hoarded.size();
  }
}
