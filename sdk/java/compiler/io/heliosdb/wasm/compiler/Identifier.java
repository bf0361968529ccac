package io.heliosdb.wasm.compiler;

/** Names in SQL. */
final class Identifier {
  private Identifier() {}

  /** The name as SQL takes it, quoted where it is no plain word. */
  static String quoted(String name) {
    return name.matches("[A-Za-z_][A-Za-z0-9_]*") ? name : '"' + name.replace("\"", "\"\"") + '"';
  }
}
