package io.heliosdb.wasm.compiler;

import io.heliosdb.wasm.Nullable;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.Set;

/** Which parameters take NULL; here as Java has it. */
class Nullability {
  private static final Set<Class<?>> BOXES =
      Set.of(
          Boolean.class, Byte.class, Short.class, Integer.class, Long.class, Float.class,
          Double.class);

  boolean isNullable(Method method, int index) {
    Parameter parameter = method.getParameters()[index];
    return BOXES.contains(parameter.getType()) || parameter.isAnnotationPresent(Nullable.class);
  }
}
