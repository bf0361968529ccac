package io.heliosdb.wasm.compiler;

import java.lang.reflect.Method;
import java.util.List;

/** A procedure as its source declares it. */
record Procedure(
    String name, String comment, Method method, List<Declared> parameters, Binding returns,
    String returnType) {

  /** A parameter with the SQL type it has, null where nothing tells. */
  record Declared(String name, String type, boolean isNullable, Binding binding) {}
}
