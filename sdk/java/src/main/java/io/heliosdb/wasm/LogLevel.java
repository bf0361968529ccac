package io.heliosdb.wasm;

/** How much a line of the log matters; the order is that of the contract with the host. */
public enum LogLevel {
  DEBUG,
  INFO,
  WARN,
  ERROR
}
