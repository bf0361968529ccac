package io.heliosdb.wasm;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Makes a static method, or a function at the top level of a Kotlin file, a procedure. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface HeliosdbProcedure {
  /** The procedure's name; the method's own where it is empty. */
  String value() default "";
}
