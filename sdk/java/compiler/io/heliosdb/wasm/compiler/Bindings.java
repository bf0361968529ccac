package io.heliosdb.wasm.compiler;

import io.heliosdb.wasm.Interval;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The Java types that values may have, records and data classes included. */
final class Bindings {
  static final String KNOWN =
      "types are boolean, byte, short, int, long, float, double and their boxes, String, byte[], "
          + "BigInteger, BigDecimal, LocalDate, LocalTime, LocalDateTime, OffsetDateTime, "
          + "OffsetTime, Instant, Interval, UUID, enums, List, Map, records and data classes";

  private static final Map<Class<?>, Binding> PLAIN = new HashMap<>();

  static {
    number(boolean.class, Boolean.class, "BOOLEAN", "booleanOf");
    number(byte.class, Byte.class, "TINYINT", "byteOf");
    number(short.class, Short.class, "SMALLINT", "shortOf");
    number(int.class, Integer.class, "INTEGER", "intOf");
    number(long.class, Long.class, "BIGINT", "longOf");
    number(float.class, Float.class, "FLOAT", "floatOf");
    number(double.class, Double.class, "DOUBLE", "doubleOf");
    PLAIN.put(String.class, Binding.plain("VARCHAR", "stringOf"));
    PLAIN.put(byte[].class, Binding.plain("BLOB", "bytesOf"));
    PLAIN.put(BigInteger.class, Binding.plain("HUGEINT", "bigIntegerOf"));
    PLAIN.put(BigDecimal.class, Binding.plain("DECIMAL", "bigDecimalOf"));
    PLAIN.put(LocalDate.class, Binding.plain("DATE", "dateOf"));
    PLAIN.put(LocalTime.class, Binding.plain("TIME", "timeOf"));
    PLAIN.put(OffsetTime.class, Binding.plain("TIME WITH TIME ZONE", "timeTzOf"));
    PLAIN.put(LocalDateTime.class, Binding.plain("TIMESTAMP", "timestampOf"));
    PLAIN.put(OffsetDateTime.class, Binding.plain("TIMESTAMP WITH TIME ZONE", "timestampTzOf"));
    PLAIN.put(Instant.class, Binding.plain("TIMESTAMP WITH TIME ZONE", "instantOf"));
    PLAIN.put(Interval.class, Binding.plain("INTERVAL", "intervalOf"));
    PLAIN.put(UUID.class, Binding.plain("UUID", "uuidOf"));
  }

  private static void number(Class<?> primitive, Class<?> box, String sql, String reader) {
    Binding binding = Binding.plain(sql, reader);
    PLAIN.put(box, binding);
    PLAIN.put(primitive, binding.primitive(primitive.getName()));
  }

  /** Methods that read and write records, by their class; they go into the glue. */
  private final Map<Class<?>, Binding> structures = new LinkedHashMap<>();

  private final List<String> helpers = new ArrayList<>();

  List<String> helpers() {
    return helpers;
  }

  /** The binding of a type; {@code place} is for messages. */
  Binding of(Type type, String place) {
    if (type instanceof WildcardType wildcard) return of(wildcard.getUpperBounds()[0], place);
    if (type instanceof ParameterizedType generic) return ofGeneric(generic, place);
    if (type == Object.class) return anything(null);
    if (!(type instanceof Class<?> found)) throw refused(type, place);
    Binding plain = PLAIN.get(found);
    if (plain != null) return plain;
    if (found.isEnum()) return ofEnum(found);
    if (found == List.class) return listOf(anything(null));
    if (found == Map.class) return anything("JSON");
    if (structures.containsKey(found)) return knownStructure(found, place);
    if (isStructure(found)) return structure(found, place);
    throw refused(type, place);
  }

  private static SourceException refused(Type type, String place) {
    return new SourceException(place + ": cannot take a " + type.getTypeName() + "; " + KNOWN);
  }

  private static Binding anything(String sql) {
    return new Binding(sql, value -> value, value -> value, false);
  }

  private Binding ofGeneric(ParameterizedType type, String place) {
    Type[] arguments = type.getActualTypeArguments();
    if (type.getRawType() == List.class) return listOf(of(arguments[0], place));
    if (type.getRawType() != Map.class) throw refused(type, place);
    Binding key = of(arguments[0], place);
    Binding field = of(arguments[1], place);
    if (field.sql() == null) {
      return new Binding(
          "JSON", value -> "Values.structOf(" + value + ")", value -> value, false);
    }
    return new Binding(
        "MAP(" + key.sql() + ", " + field.sql() + ")",
        value ->
            "Values.mapOf(" + value + ", k -> " + key.read().apply("k") + ", f -> "
                + field.read().apply("f") + ")",
        value -> value,
        false);
  }

  private static Binding listOf(Binding element) {
    String sql = element.sql() == null ? null : element.sql() + "[]";
    String written = element.write().apply("e");
    return new Binding(
        sql,
        value -> "Values.listOf(" + value + ", e -> " + element.read().apply("e") + ")",
        value -> written.equals("e") ? value : "Values.eachOf(" + value + ", e -> " + written + ")",
        false);
  }

  private static Binding ofEnum(Class<?> type) {
    return new Binding(
        "VARCHAR",
        value ->
            "(" + value + " == null ? null : " + type.getCanonicalName()
                + ".valueOf(Values.stringOf(" + value + ")))",
        value -> value,
        false);
  }

  private static boolean isStructure(Class<?> type) {
    if (type.isRecord()) return true;
    // A data class of Kotlin.
    return Arrays.stream(type.getMethods()).anyMatch(method -> method.getName().equals("component1"));
  }

  private Binding knownStructure(Class<?> type, String place) {
    Binding known = structures.get(type);
    if (known != null) return known;
    throw new SourceException(place + ": " + type.getSimpleName() + " contains itself");
  }

  private Binding structure(Class<?> type, String place) {
    structures.put(type, null);
    Constructor<?> constructor =
        Arrays.stream(type.getDeclaredConstructors())
            .filter(each -> Arrays.stream(each.getParameters()).allMatch(Parameter::isNamePresent))
            .filter(each -> !each.isSynthetic())
            .max(Comparator.comparingInt(Constructor::getParameterCount))
            .orElseThrow(() -> refused(type, place));
    Parameter[] fields = constructor.getParameters();
    Type[] types = constructor.getGenericParameterTypes();
    List<String> declared = new ArrayList<>();
    List<String> read = new ArrayList<>();
    List<String> written = new ArrayList<>();
    for (int index = 0; index < fields.length; index++) {
      String name = fields[index].getName();
      Binding field = of(types[index], place + "." + name);
      if (field.sql() == null) throw refused(types[index], place + "." + name);
      declared.add(Identifier.quoted(name) + " " + field.sql());
      read.add(field.read().apply("f.get(\"" + name + "\")"));
      String value = "s." + getter(type, name) + "()";
      written.add("\"" + name + "\", " + field.write().apply(value));
    }
    String own = type.getCanonicalName();
    String suffix = structures.size() + type.getSimpleName();
    helpers.add(
        "  private static " + own + " read" + suffix + "(Object value) {\n"
            + "    Map<String, Object> f = Values.structOf(value);\n"
            + "    return f == null ? null : new " + own + "(" + String.join(", ", read) + ");\n"
            + "  }\n");
    helpers.add(
        "  private static Object write" + suffix + "(Object value) {\n"
            + "    " + own + " s = (" + own + ") value;\n"
            + "    return s == null ? null : Values.fields(" + String.join(", ", written) + ");\n"
            + "  }\n");
    Binding binding =
        new Binding(
            "STRUCT(" + String.join(", ", declared) + ")",
            value -> "read" + suffix + "(" + value + ")",
            value -> "write" + suffix + "(" + value + ")",
            false);
    structures.put(type, binding);
    return binding;
  }

  private static String getter(Class<?> type, String name) {
    String bean = Character.toUpperCase(name.charAt(0)) + name.substring(1);
    for (String candidate : List.of(name, "get" + bean, "is" + bean)) {
      for (Method method : type.getMethods()) {
        if (method.getName().equals(candidate) && method.getParameterCount() == 0) return candidate;
      }
    }
    throw new SourceException(type.getSimpleName() + ": nothing reads its " + name);
  }
}
