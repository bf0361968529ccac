package io.heliosdb.wasm;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/** Dates and timestamps to and from the counts that the host takes. */
final class Times {
  private static final long MICROS = 1_000_000L;
  private static final long NANOS = 1_000_000_000L;

  private Times() {}

  static LocalDate date(int days) {
    if (days == Integer.MAX_VALUE) return LocalDate.MAX;
    return days == -Integer.MAX_VALUE ? LocalDate.MIN : LocalDate.ofEpochDay(days);
  }

  static int days(LocalDate date) {
    if (date.equals(LocalDate.MAX)) return Integer.MAX_VALUE;
    if (date.equals(LocalDate.MIN)) return -Integer.MAX_VALUE;
    return Math.toIntExact(date.toEpochDay());
  }

  /** A timestamp of a count of parts of a second since 1970. */
  static LocalDateTime timestamp(long count, long perSecond) {
    if (count == Long.MAX_VALUE) return LocalDateTime.MAX;
    if (count == -Long.MAX_VALUE) return LocalDateTime.MIN;
    long nanos = Math.floorMod(count, perSecond) * (NANOS / perSecond);
    return LocalDateTime.ofEpochSecond(
        Math.floorDiv(count, perSecond), (int) nanos, ZoneOffset.UTC);
  }

  static OffsetDateTime timestampTz(long micros) {
    if (micros == Long.MAX_VALUE) return OffsetDateTime.MAX;
    if (micros == -Long.MAX_VALUE) return OffsetDateTime.MIN;
    return OffsetDateTime.of(timestamp(micros, MICROS), ZoneOffset.UTC);
  }

  static boolean isInfinite(LocalDateTime time) {
    return time.equals(LocalDateTime.MAX) || time.equals(LocalDateTime.MIN);
  }

  static long micros(LocalDateTime time) {
    if (time.equals(LocalDateTime.MAX)) return Long.MAX_VALUE;
    if (time.equals(LocalDateTime.MIN)) return -Long.MAX_VALUE;
    return count(time.toEpochSecond(ZoneOffset.UTC), time.getNano(), MICROS);
  }

  static long nanos(LocalDateTime time) {
    return count(time.toEpochSecond(ZoneOffset.UTC), time.getNano(), NANOS);
  }

  static long micros(OffsetDateTime time) {
    if (time.equals(OffsetDateTime.MAX)) return Long.MAX_VALUE;
    if (time.equals(OffsetDateTime.MIN)) return -Long.MAX_VALUE;
    return count(time.toEpochSecond(), time.getNano(), MICROS);
  }

  static long count(long seconds, int nanos, long perSecond) {
    return Math.addExact(Math.multiplyExact(seconds, perSecond), nanos / (NANOS / perSecond));
  }
}
