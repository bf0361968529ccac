package io.heliosdb.wasm.compiler;

import java.nio.file.Path;

/** Compiles Kotlin, and knows which of its parameters take null. */
interface KotlinCompiler {
  Nullability compile(Path source, Path classes) throws Exception;
}
