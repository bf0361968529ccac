package io.heliosdb.wasm;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.util.Arrays;
import java.util.Map;
import java.util.UUID;

/** Writes MessagePack with the extension types of the contract. */
final class Encoder {
  private byte[] bytes = new byte[64];
  private int length;

  /** Any number of values, as one array. */
  static Encoder parameters(Object[] values) {
    Encoder out = new Encoder();
    out.marked(0xdd, values.length, 4);
    for (Object value : values) out.value(value, 1);
    return out;
  }

  static Encoder of(Object value) {
    Encoder out = new Encoder();
    out.value(value, 0);
    return out;
  }

  /** The bytes written so far, and perhaps room for more. */
  byte[] buffer() {
    return bytes;
  }

  int length() {
    return length;
  }

  private void reserve(int count) {
    if (length + count > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(length + count, 2 * bytes.length));
    }
  }

  private void add(int value) {
    reserve(1);
    bytes[length++] = (byte) value;
  }

  private void add(byte[] more) {
    reserve(more.length);
    System.arraycopy(more, 0, bytes, length, more.length);
    length += more.length;
  }

  private void marked(int marker, long value, int width) {
    add(marker);
    for (int index = width - 1; index >= 0; index--) add((int) (value >> 8 * index));
  }

  private void little(long value, int width) {
    for (int index = 0; index < width; index++) add((int) (value >> 8 * index));
  }

  private void extension(int kind, int size) {
    marked(0xc7, size, 1);
    add(kind);
  }

  private void counted(int kind, long count) {
    extension(kind, 8);
    little(count, 8);
  }

  private void digits(int kind, String digits) {
    byte[] ascii = digits.getBytes(StandardCharsets.UTF_8);
    marked(0xc9, ascii.length, 4);
    add(kind);
    add(ascii);
  }

  private void value(Object value, int depth) {
    if (depth > Contract.DEPTH_MAX) {
      throw new HeliosdbException(1, "a value is nested too deeply, or contains itself");
    }
    if (value == null) {
      add(0xc0);
    } else if (value instanceof Boolean flag) {
      add(flag ? 0xc3 : 0xc2);
    } else if (value instanceof Number number) {
      number(number);
    } else if (value instanceof CharSequence || value instanceof Character) {
      text(value.toString());
    } else if (value instanceof byte[] blob) {
      marked(0xc6, blob.length, 4);
      add(blob);
    } else if (value instanceof Map<?, ?> map) {
      marked(0xdf, map.size(), 4);
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        value(entry.getKey(), depth + 1);
        value(entry.getValue(), depth + 1);
      }
    } else if (value instanceof Iterable<?> list) {
      int count = 0;
      for (Object ignored : list) count++;
      marked(0xdd, count, 4);
      for (Object element : list) value(element, depth + 1);
    } else if (value instanceof Object[] array) {
      value(Arrays.asList(array), depth);
    } else if (value instanceof Enum<?> word) {
      text(word.name());
    } else {
      moment(value);
    }
  }

  private void text(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    marked(0xdb, utf8.length, 4);
    add(utf8);
  }

  private void number(Number number) {
    if (number instanceof Double || number instanceof Float) {
      marked(0xcb, Double.doubleToLongBits(number.doubleValue()), 8);
    } else if (number instanceof BigDecimal decimal) {
      digits(Contract.EXT_DECIMAL, decimal.toPlainString());
    } else if (number instanceof BigInteger integer) {
      boolean isHuge = integer.bitLength() > 127;
      digits(isHuge ? Contract.EXT_BIGNUM : Contract.EXT_HUGEINT, integer.toString());
    } else {
      marked(0xd3, number.longValue(), 8);
    }
  }

  private void moment(Object value) {
    if (value instanceof LocalDate date) {
      extension(Contract.EXT_DATE, 4);
      little(Times.days(date), 4);
    } else if (value instanceof LocalTime time) {
      long nanos = time.toNanoOfDay();
      if (nanos % 1000 == 0) counted(Contract.EXT_TIME, nanos / 1000);
      else if (time.equals(LocalTime.MAX)) counted(Contract.EXT_TIME, 86_400_000_000L);
      else counted(Contract.EXT_TIME_NS, nanos);
    } else if (value instanceof LocalDateTime time) {
      boolean isExact = time.getNano() % 1000 == 0 || Times.isInfinite(time);
      if (isExact) counted(Contract.EXT_TIMESTAMP, Times.micros(time));
      else counted(Contract.EXT_TIMESTAMP_NS, Times.nanos(time));
    } else if (value instanceof OffsetDateTime time) {
      counted(Contract.EXT_TIMESTAMP_TZ, Times.micros(time));
    } else if (value instanceof Instant moment) {
      long micros = Times.count(moment.getEpochSecond(), moment.getNano(), 1_000_000);
      counted(Contract.EXT_TIMESTAMP_TZ, micros);
    } else if (value instanceof OffsetTime time) {
      extension(Contract.EXT_TIME_TZ, 12);
      little(time.toLocalTime().toNanoOfDay() / 1000, 8);
      little(time.getOffset().getTotalSeconds(), 4);
    } else if (value instanceof Interval interval) {
      extension(Contract.EXT_INTERVAL, 16);
      little(interval.months(), 4);
      little(interval.days(), 4);
      little(interval.micros(), 8);
    } else if (value instanceof UUID uuid) {
      extension(Contract.EXT_UUID, 16);
      String digits = uuid.toString().replace("-", "");
      for (int index = 0; index < 32; index += 2) {
        add(Integer.parseInt(digits.substring(index, index + 2), 16));
      }
    } else {
      throw new HeliosdbException(1, "a " + value.getClass().getName() + " has no SQL value");
    }
  }
}
