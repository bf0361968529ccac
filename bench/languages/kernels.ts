/**
 * One small computation in every language, as a procedure and as a program of its own: 200 rounds of
 * the hash FNV-1a over the numbers that an argument begins. The program prints nanoseconds a call.
 */

import type { ScaffoldLanguage } from '#runtime';

/** Rounds of a call, so that a call is worth measuring. */
const ROUNDS = 200;

/** The same computation on both sides. */
export interface Kernel {
  /** The procedure `work(n BIGINT) RETURNS BIGINT`. */
  readonly file: string;
  readonly source: string;
  /** The program, which takes a number of calls. */
  readonly nativeFile: string;
  readonly nativeSource: string;
  /** What makes the program, or null where its source is run. */
  readonly build: readonly string[] | null;
  readonly run: readonly string[];
  /** What the program stands for in the table. */
  readonly label: string;
}

const RUST = `let mut h = 2166136261u32;
    for i in 0..${ROUNDS}u32 {
        h = (h ^ (n as u32).wrapping_add(i)).wrapping_mul(16777619);
    }
    i64::from(h)`;

const C = `unsigned h = 2166136261u;
  for (unsigned i = 0; i < ${ROUNDS}; i++) h = (h ^ ((unsigned)n + i)) * 16777619u;`;

const JS = `  let h = 2166136261;
  const from = Number(n);
  for (let i = 0; i < ${ROUNDS}; i++) h = Math.imul(h ^ (from + i), 16777619);
  return h >>> 0;`;

const PYTHON = `    h = 2166136261
    for i in range(${ROUNDS}):
        h = ((h ^ ((n + i) & 0xFFFFFFFF)) * 16777619) & 0xFFFFFFFF
    return h
`;

const RUBY = `  h = 2166136261
  ${ROUNDS}.times { |i| h = ((h ^ ((n + i) & 0xffffffff)) * 16777619) & 0xffffffff }
  h
`;

const GO = `	h := uint32(2166136261)
	for i := uint32(0); i < ${ROUNDS}; i++ {
		h = (h ^ (uint32(n) + i)) * 16777619
	}
	return int64(h)
`;

const JAVA = `    int h = (int) 2166136261L;
    for (int i = 0; i < ${ROUNDS}; i++) h = (h ^ ((int) n + i)) * 16777619;
    return h & 0xffffffffL;
`;

const javaProgram = {
  nativeFile: 'Work.java',
  nativeSource: `final class Work {
  static long work(long n) {
${JAVA}  }

  static long run(long calls) {
    long sum = 0;
    for (long n = 0; n < calls; n++) sum += work(n);
    return sum;
  }

  public static void main(String[] arguments) {
    long calls = Long.parseLong(arguments[0]);
    long sum = run(calls);
    long start = System.nanoTime();
    sum += run(calls);
    System.out.println((double) (System.nanoTime() - start) / calls);
    System.err.println(sum);
  }
}
`,
  build: null,
  run: ['java', 'Work.java'],
  label: 'JVM',
} as const;

const nodeProgram = {
  nativeFile: 'native.mjs',
  nativeSource: `function work(n) {\n${JS}\n}
const calls = Number(process.argv[2]);
let sum = 0;
const run = () => { for (let n = 0; n < calls; n++) sum += work(n); };
run();
const start = process.hrtime.bigint();
run();
console.log(Number(process.hrtime.bigint() - start) / calls);
console.error(sum);
`,
  build: null,
  run: [process.execPath, 'native.mjs'],
  label: 'V8',
} as const;

/** AssemblyScript is not measured: what it has to do with native code is what C has. */
export type MeasuredLanguage = Exclude<ScaffoldLanguage, 'assemblyscript'>;

export const KERNELS: Readonly<Record<MeasuredLanguage, Kernel>> = {
  rust: {
    file: 'work.rs',
    source: `use heliosdb_wasm_sdk::*;

#[heliosdb_procedure]
fn work(n: i64) -> i64 {
    ${RUST}
}
`,
    nativeFile: 'native.rs',
    nativeSource: `#[inline(never)]
fn work(n: i64) -> i64 {
    ${RUST}
}

fn main() {
    let calls: i64 = std::env::args().nth(1).unwrap().parse().unwrap();
    let start = std::time::Instant::now();
    let sum: i64 = (0..calls).map(|n| std::hint::black_box(work(n))).sum();
    println!("{}", start.elapsed().as_nanos() as f64 / calls as f64);
    eprintln!("{sum}");
}
`,
    build: ['rustc', '-Copt-level=3', '-o', 'native-rust', 'native.rs'],
    run: ['./native-rust'],
    label: 'rustc -O3',
  },
  c: {
    file: 'work.c',
    source: `#include "heliosdb.h"

HELIOSDB_PROCEDURE(work, "n BIGINT", "BIGINT", "") {
  long long n = heliosdb_i64(heliosdb_param(0));
  ${C}
  heliosdb_return_i64((long long)h);
}
`,
    nativeFile: 'native.c',
    nativeSource: `#include <stdio.h>
#include <stdlib.h>
#include <time.h>

__attribute__((noinline)) static long long work(long long n) {
  ${C}
  return h;
}

int main(int count, char **arguments) {
  long long calls = atoll(arguments[1]), sum = 0;
  struct timespec from, to;
  clock_gettime(CLOCK_MONOTONIC, &from);
  for (long long n = 0; n < calls; n++) sum += work(n);
  clock_gettime(CLOCK_MONOTONIC, &to);
  double spent = (to.tv_sec - from.tv_sec) * 1e9 + (to.tv_nsec - from.tv_nsec);
  printf("%f\\n", spent / calls);
  fprintf(stderr, "%lld\\n", sum);
  return count == 0;
}
`,
    build: ['cc', '-O2', '-o', 'native-c', 'native.c'],
    run: ['./native-c'],
    label: 'cc -O2',
  },
  javascript: {
    file: 'work.js',
    source: `/**
 * @param {bigint} n
 * @returns {bigint}
 */
export function work(n) {
${JS}
}
`,
    ...nodeProgram,
  },
  typescript: {
    file: 'work.ts',
    source: `export function work(n: bigint): bigint {\n${JS.replace('h >>> 0', 'BigInt(h >>> 0)')}\n}\n`,
    ...nodeProgram,
  },
  python: {
    file: 'work.py',
    source: `def work(n: int) -> int:\n${PYTHON}`,
    nativeFile: 'native.py',
    nativeSource: `import sys
import time


def work(n):
${PYTHON}

calls = int(sys.argv[1])
start = time.perf_counter_ns()
total = sum(work(n) for n in range(calls))
print((time.perf_counter_ns() - start) / calls)
print(total, file=sys.stderr)
`,
    build: null,
    run: ['python3', 'native.py'],
    label: 'CPython',
  },
  ruby: {
    file: 'work.rb',
    source: `# @param [Integer] n\n# @return [Integer]\ndef work(n)\n${RUBY}end\n`,
    nativeFile: 'native.rb',
    nativeSource: `def work(n)
${RUBY}end

calls = Integer(ARGV[0])
start = Process.clock_gettime(Process::CLOCK_MONOTONIC, :nanosecond)
total = (0...calls).sum { |n| work(n) }
puts (Process.clock_gettime(Process::CLOCK_MONOTONIC, :nanosecond) - start) / calls.to_f
warn total
`,
    build: null,
    run: ['ruby', 'native.rb'],
    label: 'CRuby',
  },
  go: {
    file: 'work.go',
    source: `package main

//export work
func work(n int64) int64 {
${GO}}

func main() {}
`,
    nativeFile: 'native.go',
    nativeSource: `package main

import (
	"fmt"
	"os"
	"strconv"
	"time"
)

//go:noinline
func work(n int64) int64 {
${GO}}

func main() {
	calls, _ := strconv.ParseInt(os.Args[1], 10, 64)
	sum := int64(0)
	start := time.Now()
	for n := int64(0); n < calls; n++ {
		sum += work(n)
	}
	fmt.Println(float64(time.Since(start).Nanoseconds()) / float64(calls))
	fmt.Fprintln(os.Stderr, sum)
}
`,
    build: ['go', 'build', '-o', 'native-go', 'native.go'],
    run: ['./native-go'],
    label: 'go build',
  },
  java: {
    file: 'Work.java',
    source: `import io.heliosdb.wasm.HeliosdbProcedure;

final class Work {
  @HeliosdbProcedure
  static long work(long n) {
${JAVA}  }
}
`,
    ...javaProgram,
  },
  kotlin: {
    file: 'work.kt',
    source: `import io.heliosdb.wasm.*

@HeliosdbProcedure
fun work(n: Long): Long {
    var h = 2166136261L.toInt()
    for (i in 0 until ${ROUNDS}) h = (h xor (n.toInt() + i)) * 16777619
    return h.toLong() and 0xffffffffL
}
`,
    ...javaProgram,
  },
};
