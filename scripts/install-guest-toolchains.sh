#!/bin/sh
# Installs what compiling procedures takes, for every language, on Debian and Ubuntu. Run as root.
# Python, JavaScript and TypeScript need nothing. Languages are independent of each other: what this
# release has not got is said, and the rest is installed.
set -eu

if [ "$(id -u)" -ne 0 ]; then
  echo "run it as root: sudo $0" >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
missing=""

# Installs packages, or notes that the language has to do without.
install() {
  language=$1
  shift
  for package in "$@"; do
    if ! apt-cache show "$package" >/dev/null 2>&1; then
      missing="$missing
  $language: this release has no package $package"
      return 0
    fi
  done
  apt-get install -y -q --no-install-recommends "$@" ||
    missing="$missing
  $language: $* could not be installed"
}

# The newest clang that comes with a runtime for WebAssembly.
clang=""
for version in 22 21 20 19 18 17 16 15 14; do
  if apt-cache show "libclang-rt-$version-dev-wasm32" >/dev/null 2>&1; then
    clang=$version
    break
  fi
done
if [ -n "$clang" ]; then
  install "C and C++" "clang-$clang" "lld-$clang" wasi-libc "libclang-rt-$clang-dev-wasm32"
else
  missing="$missing
  C and C++: this release has no clang with a runtime for WebAssembly"
fi

# A rustup with the target serves as well as Debian's own compiler.
if command -v rustup >/dev/null 2>&1 && rustup target add wasm32-unknown-unknown; then
  echo "Rust: rustup has the target wasm32-unknown-unknown"
elif apt-cache show rustc-web >/dev/null 2>&1; then
  install Rust rustc-web cargo-web rust-web-src
else
  install Rust rustc cargo libstd-rust-dev-wasm32
fi

# The newest JDK that Debian has; Maven fetches TeaVM at the first compilation.
jdk=17
for version in 25 21 17; do
  if apt-cache show "openjdk-$version-jdk-headless" >/dev/null 2>&1; then
    jdk=$version
    break
  fi
done
install "Java and Kotlin" "openjdk-$jdk-jdk-headless" maven

# Go 1.24 or newer, where the release has it.
if ! command -v go >/dev/null 2>&1 && [ ! -x /usr/local/go/bin/go ]; then
  go=""
  for version in 1.27 1.26 1.25 1.24; do
    if apt-cache show "golang-$version-go" >/dev/null 2>&1; then
      go=$version
      break
    fi
  done
  if [ -n "$go" ]; then
    install Go "golang-$go-go"
    ln -sf "/usr/lib/go-$go/bin/go" /usr/local/bin/go
  else
    missing="$missing
  Go: this release has none from 1.24 on; https://go.dev/dl has"
  fi
fi

if [ -n "$missing" ]; then
  echo "not installed:$missing" >&2
  exit 1
fi
echo "every toolchain is installed"
