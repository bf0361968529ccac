#!/bin/sh
# Runs the engine's unit tests under ThreadSanitizer, which needs an option that the compiler keeps
# back on its stable channel. The dependencies are compiled for it too, in a folder of their own.
#
# Left out are the tests of guests that are stopped from outside: they run code that ThreadSanitizer
# did not compile and go on elsewhere after a fault, which its own record of the stack cannot follow.
# Why the fault's handler may do what it does is written at on_fault in src/wasm/interrupt/linux.rs.
set -eu
cd "$(dirname "$0")"
host=$(rustc -vV | sed -n 's/^host: //p')
export RUSTC_BOOTSTRAP=1
export RUSTFLAGS="-Zsanitizer=thread -Cunsafe-allow-abi-mismatch=sanitizer"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-target/thread-sanitizer}"
export CARGO_PROFILE_TEST_OPT_LEVEL=1 CARGO_PROFILE_DEV_DEBUG=0 CARGO_PROFILE_TEST_DEBUG=line-tables-only
export TSAN_OPTIONS="exitcode=66 report_signal_unsafe=0 suppressions=$PWD/thread-sanitizer.suppressions"
exec cargo test --lib --target "$host" -- --skip wasm::interrupt "$@"
