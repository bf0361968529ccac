package io.heliosdb.wasm.compiler;

import java.util.function.UnaryOperator;

/**
 * How a Java type stands for an SQL type.
 *
 * @param sql the SQL type; null where the Java type has no only one
 * @param read makes a Java expression of this type, or null, from one of a decoded value
 * @param write makes an expression that can be encoded from one of this type
 * @param isPrimitive whether it cannot be null
 */
record Binding(
    String sql, UnaryOperator<String> read, UnaryOperator<String> write, boolean isPrimitive) {

  /** A type that is read by a method of Values and written as it is. */
  static Binding plain(String sql, String reader) {
    return new Binding(
        sql, value -> "Values." + reader + "(" + value + ")", value -> value, false);
  }

  Binding primitive(String name) {
    UnaryOperator<String> present =
        value -> "Values.present(" + read.apply(value) + ", \"" + name + "\")";
    return new Binding(sql, present, write, true);
  }
}
