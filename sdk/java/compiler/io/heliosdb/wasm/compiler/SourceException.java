package io.heliosdb.wasm.compiler;

/** A mistake in the source, in words for its author. */
final class SourceException extends RuntimeException {
  SourceException(String message) {
    super(message);
  }
}
