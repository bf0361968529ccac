package io.heliosdb.wasm;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;

/** Converts decoded values to the types that declarations name. Generated code calls it. */
public final class Values {
  private Values() {}

  private static HeliosdbException mismatch(String expected, Object found) {
    return new HeliosdbException(1, "expected " + expected + ", found " + kindOf(found));
  }

  /** Not the class's name: the runtime has none for classes whose name it does not see asked for. */
  private static String kindOf(Object value) {
    if (value instanceof String) return "a text";
    if (value instanceof Boolean) return "a boolean";
    if (value instanceof Number) return "the number " + value;
    if (value instanceof byte[]) return "a BLOB";
    if (value instanceof List<?>) return "a list";
    if (value instanceof Map<?, ?>) return "a STRUCT or MAP";
    return value + " of another type";
  }

  /** A value that is not NULL. */
  public static <T> T present(T value, String expected) {
    if (value != null) return value;
    throw new HeliosdbException(1, "expected " + expected + ", found NULL");
  }

  public static Boolean booleanOf(Object value) {
    if (value == null || value instanceof Boolean) return (Boolean) value;
    throw mismatch("boolean", value);
  }

  public static Long longOf(Object value) {
    return integer(value, "long", Long.MIN_VALUE, Long.MAX_VALUE);
  }

  public static Integer intOf(Object value) {
    Long number = integer(value, "int", Integer.MIN_VALUE, Integer.MAX_VALUE);
    return number == null ? null : Integer.valueOf(number.intValue());
  }

  public static Short shortOf(Object value) {
    Long number = integer(value, "short", Short.MIN_VALUE, Short.MAX_VALUE);
    return number == null ? null : Short.valueOf(number.shortValue());
  }

  public static Byte byteOf(Object value) {
    Long number = integer(value, "byte", Byte.MIN_VALUE, Byte.MAX_VALUE);
    return number == null ? null : Byte.valueOf(number.byteValue());
  }

  private static Long integer(Object value, String type, long least, long greatest) {
    if (value == null) return null;
    BigInteger big = bigIntegerOf(value);
    if (big.bitLength() < 64) {
      long number = big.longValue();
      if (number >= least && number <= greatest) return number;
    }
    throw new HeliosdbException(1, big + " is out of range for " + type);
  }

  public static BigInteger bigIntegerOf(Object value) {
    if (value == null || value instanceof BigInteger) return (BigInteger) value;
    if (value instanceof Long number) return BigInteger.valueOf(number);
    if (value instanceof BigDecimal decimal && decimal.stripTrailingZeros().scale() <= 0) {
      return decimal.toBigInteger();
    }
    throw mismatch("an integer", value);
  }

  public static Double doubleOf(Object value) {
    if (value == null || value instanceof Double) return (Double) value;
    if (value instanceof Number number) return number.doubleValue();
    throw mismatch("double", value);
  }

  public static Float floatOf(Object value) {
    Double number = doubleOf(value);
    return number == null ? null : Float.valueOf(number.floatValue());
  }

  public static BigDecimal bigDecimalOf(Object value) {
    if (value == null || value instanceof BigDecimal) return (BigDecimal) value;
    if (value instanceof Long number) return BigDecimal.valueOf(number);
    if (value instanceof BigInteger number) return new BigDecimal(number);
    if (value instanceof Double number) return BigDecimal.valueOf(number);
    throw mismatch("BigDecimal", value);
  }

  public static String stringOf(Object value) {
    if (value == null || value instanceof String) return (String) value;
    throw mismatch("String", value);
  }

  public static byte[] bytesOf(Object value) {
    if (value == null || value instanceof byte[]) return (byte[]) value;
    throw mismatch("byte[]", value);
  }

  public static LocalDate dateOf(Object value) {
    if (value == null || value instanceof LocalDate) return (LocalDate) value;
    throw mismatch("LocalDate", value);
  }

  public static LocalTime timeOf(Object value) {
    if (value == null || value instanceof LocalTime) return (LocalTime) value;
    throw mismatch("LocalTime", value);
  }

  public static OffsetTime timeTzOf(Object value) {
    if (value == null || value instanceof OffsetTime) return (OffsetTime) value;
    throw mismatch("OffsetTime", value);
  }

  public static LocalDateTime timestampOf(Object value) {
    if (value == null || value instanceof LocalDateTime) return (LocalDateTime) value;
    if (value instanceof LocalDate date) return date.atStartOfDay();
    throw mismatch("LocalDateTime", value);
  }

  public static OffsetDateTime timestampTzOf(Object value) {
    if (value == null || value instanceof OffsetDateTime) return (OffsetDateTime) value;
    throw mismatch("OffsetDateTime", value);
  }

  public static Instant instantOf(Object value) {
    OffsetDateTime time = timestampTzOf(value);
    return time == null ? null : time.toInstant();
  }

  public static Interval intervalOf(Object value) {
    if (value == null || value instanceof Interval) return (Interval) value;
    throw mismatch("Interval", value);
  }

  public static UUID uuidOf(Object value) {
    if (value == null || value instanceof UUID) return (UUID) value;
    throw mismatch("UUID", value);
  }

  public static <T> List<T> listOf(Object value, Function<Object, T> element) {
    if (value == null) return null;
    if (!(value instanceof List<?> list)) throw mismatch("List", value);
    List<T> converted = new ArrayList<>(list.size());
    for (Object each : list) converted.add(element.apply(each));
    return converted;
  }

  public static <K, V> Map<K, V> mapOf(
      Object value, Function<Object, K> key, Function<Object, V> field) {
    if (value == null) return null;
    if (!(value instanceof Map<?, ?> map)) throw mismatch("Map", value);
    Map<K, V> converted = new LinkedHashMap<>();
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      converted.put(key.apply(entry.getKey()), field.apply(entry.getValue()));
    }
    return converted;
  }

  public static Map<String, Object> structOf(Object value) {
    return mapOf(value, Values::stringOf, field -> field);
  }

  /** The elements of a list, each given to the database in another form. */
  public static List<Object> eachOf(Iterable<?> list, Function<Object, Object> element) {
    if (list == null) return null;
    List<Object> converted = new ArrayList<>();
    for (Object each : list) converted.add(each == null ? null : element.apply(each));
    return converted;
  }

  /** A STRUCT of names and values in turn. */
  public static Map<String, Object> fields(Object... namesAndValues) {
    Map<String, Object> fields = new LinkedHashMap<>();
    for (int index = 0; index < namesAndValues.length; index += 2) {
      fields.put((String) namesAndValues[index], namesAndValues[index + 1]);
    }
    return fields;
  }
}
