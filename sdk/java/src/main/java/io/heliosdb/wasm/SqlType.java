package io.heliosdb.wasm;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Names the SQL type of a parameter, or on a method that of its result: {@code @SqlType("UINTEGER")}. */
@Target({ElementType.PARAMETER, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
public @interface SqlType {
  /** The type as {@code CREATE PROCEDURE} takes it. */
  String value();
}
