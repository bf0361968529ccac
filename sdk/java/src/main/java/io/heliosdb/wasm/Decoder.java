package io.heliosdb.wasm;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.LocalTime;
import java.time.OffsetTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Reads MessagePack with the extension types of the contract. */
final class Decoder {
  private final byte[] bytes;
  private final int end;
  private int at;

  Decoder(byte[] bytes, int length) {
    this.bytes = bytes;
    this.end = length;
  }

  /** The only value of a message. */
  static Object decode(byte[] bytes, int length) {
    Decoder in = new Decoder(bytes, length);
    Object value = in.value(0);
    if (in.at != in.end) throw malformed();
    return value;
  }

  /** Reads {"columns": […], "rows": [[…]]} without making a map of it first. */
  static Rows rows(byte[] bytes, int length) {
    if (!(decode(bytes, length) instanceof Map<?, ?> result)
        || !(result.get("columns") instanceof List<?> described)
        || !(result.get("rows") instanceof List<?> lists)) {
      throw malformed();
    }
    List<Rows.Column> columns = new ArrayList<>();
    for (Object column : described) {
      Map<?, ?> fields = (Map<?, ?>) column;
      columns.add(new Rows.Column((String) fields.get("name"), (String) fields.get("type")));
    }
    List<Row> rows = new ArrayList<>(lists.size());
    for (Object list : lists) {
      List<?> values = (List<?>) list;
      Row row = new Row(columns.size());
      for (int index = 0; index < columns.size(); index++) {
        row.put(columns.get(index).name(), values.get(index));
      }
      rows.add(row);
    }
    return new Rows(columns, rows);
  }

  private static HeliosdbException malformed() {
    return new HeliosdbException(1, "malformed value from the database");
  }

  private int take(int length) {
    if (length < 0 || length > end - at) throw malformed();
    at += length;
    return at - length;
  }

  /** A big-endian number of up to eight bytes, its sign extended. */
  private long number(int width) {
    int from = take(width);
    long value = bytes[from];
    for (int index = 1; index < width; index++) {
      value = value << 8 | bytes[from + index] & 0xff;
    }
    return value;
  }

  private long unsigned(int width) {
    return width == 8 ? number(8) : number(width) & (1L << 8 * width) - 1;
  }

  private int length(int width) {
    long length = unsigned(width);
    if (length > end - at) throw malformed();
    return (int) length;
  }

  private Object value(int depth) {
    if (depth > Contract.DEPTH_MAX) throw malformed();
    int head = bytes[take(1)] & 0xff;
    if (head <= 0x7f) return (long) head;
    if (head <= 0x8f) return map(head & 0x0f, depth);
    if (head <= 0x9f) return list(head & 0x0f, depth);
    if (head <= 0xbf) return text(head & 0x1f);
    if (head >= 0xe0) return (long) (byte) head;
    switch (head) {
      case 0xc0:
        return null;
      case 0xc2:
        return Boolean.FALSE;
      case 0xc3:
        return Boolean.TRUE;
      case 0xc4, 0xc5, 0xc6:
        return blob(length(1 << head - 0xc4));
      case 0xc7, 0xc8, 0xc9:
        return extension(length(1 << head - 0xc7));
      case 0xca:
        return (double) Float.intBitsToFloat((int) number(4));
      case 0xcb:
        return Double.longBitsToDouble(number(8));
      case 0xcc, 0xcd, 0xce:
        return unsigned(1 << head - 0xcc);
      case 0xcf:
        long unsigned = number(8);
        return unsigned >= 0 ? (Object) unsigned : new BigInteger(1, big(unsigned));
      case 0xd0, 0xd1, 0xd2, 0xd3:
        return number(1 << head - 0xd0);
      case 0xd4, 0xd5, 0xd6, 0xd7, 0xd8:
        return extension(1 << head - 0xd4);
      case 0xd9, 0xda, 0xdb:
        return text(length(1 << head - 0xd9));
      case 0xdc, 0xdd:
        return list(length(2 << head - 0xdc), depth);
      case 0xde, 0xdf:
        return map(length(2 << head - 0xde), depth);
      default:
        throw malformed();
    }
  }

  private static byte[] big(long value) {
    byte[] bytes = new byte[8];
    for (int index = 0; index < 8; index++) bytes[index] = (byte) (value >> 8 * (7 - index));
    return bytes;
  }

  private String text(int length) {
    return new String(bytes, take(length), length, StandardCharsets.UTF_8);
  }

  private byte[] blob(int length) {
    byte[] blob = new byte[length];
    System.arraycopy(bytes, take(length), blob, 0, length);
    return blob;
  }

  private List<Object> list(int length, int depth) {
    // Every element takes a byte at least: a length beyond that must not reserve memory.
    List<Object> list = new ArrayList<>(Math.min(length, end - at));
    for (int index = 0; index < length; index++) list.add(value(depth + 1));
    return list;
  }

  private Map<Object, Object> map(int length, int depth) {
    Map<Object, Object> map = new LinkedHashMap<>(Math.min(2 * length, end - at));
    for (int index = 0; index < length; index++) {
      Object key = value(depth + 1);
      map.put(key, value(depth + 1));
    }
    return map;
  }

  private long little(int from, int width) {
    long value = bytes[from + width - 1];
    for (int index = width - 2; index >= 0; index--) value = value << 8 | bytes[from + index] & 0xff;
    return value;
  }

  private Object extension(int length) {
    int kind = bytes[take(1)];
    int from = take(length);
    switch (kind) {
      case Contract.EXT_DECIMAL:
        return new BigDecimal(ascii(from, length));
      case Contract.EXT_HUGEINT, Contract.EXT_BIGNUM:
        return new BigInteger(ascii(from, length));
      case Contract.EXT_BIT:
        return ascii(from, length);
      case Contract.EXT_DATE:
        return Times.date((int) little(expected(from, length, 4), 4));
      case Contract.EXT_UUID:
        expected(from, length, 16);
        return uuid(from);
      case Contract.EXT_INTERVAL:
        expected(from, length, 16);
        return new Interval((int) little(from, 4), (int) little(from + 4, 4), little(from + 8, 8));
      case Contract.EXT_TIME_TZ:
        expected(from, length, 12);
        ZoneOffset offset = ZoneOffset.ofTotalSeconds((int) little(from + 8, 4));
        return OffsetTime.of(clock(little(from, 8) * 1000), offset);
      default:
        return counted(kind, little(expected(from, length, 8), 8));
    }
  }

  private static Object counted(int kind, long count) {
    return switch (kind) {
      case Contract.EXT_TIME -> clock(count * 1000);
      case Contract.EXT_TIME_NS -> clock(count);
      case Contract.EXT_TIMESTAMP -> Times.timestamp(count, 1_000_000);
      case Contract.EXT_TIMESTAMP_TZ -> Times.timestampTz(count);
      case Contract.EXT_TIMESTAMP_S -> Times.timestamp(count, 1);
      case Contract.EXT_TIMESTAMP_MS -> Times.timestamp(count, 1000);
      case Contract.EXT_TIMESTAMP_NS -> Times.timestamp(count, 1_000_000_000);
      default -> throw malformed();
    };
  }

  /** By its digits: the class library has no other way. */
  private UUID uuid(int from) {
    StringBuilder text = new StringBuilder(36);
    for (int index = 0; index < 16; index++) {
      if (index == 4 || index == 6 || index == 8 || index == 10) text.append('-');
      int value = bytes[from + index] & 0xff;
      text.append(Character.forDigit(value >> 4, 16)).append(Character.forDigit(value & 15, 16));
    }
    return UUID.fromString(text.toString());
  }

  /** DuckDB has 24:00:00, which Java has not. */
  private static LocalTime clock(long nanos) {
    return nanos >= 86_400_000_000_000L ? LocalTime.MAX : LocalTime.ofNanoOfDay(nanos);
  }

  private static int expected(int from, int length, int width) {
    if (length != width) throw malformed();
    return from;
  }

  private String ascii(int from, int length) {
    return new String(bytes, from, length, StandardCharsets.UTF_8);
  }
}
