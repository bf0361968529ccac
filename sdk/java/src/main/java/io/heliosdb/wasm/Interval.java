package io.heliosdb.wasm;

/** An INTERVAL: its three parts are not converted into each other. */
public record Interval(int months, int days, long micros) {}
