/** Guests made of random host calls with pointers and lengths from where mistakes are made. */

/** Numbers below a bound. */
export type Random = (bound: number) => number;

const MEMORY_BYTES = 65_536;

/** Host functions by module, with the number of i32 parameters and what they return. */
const HOST_FUNCTIONS: readonly (readonly [module: string, name: string, signature: string])[] = [
  ['heliosdb', 'heliosdb_query', 'iiii:i'],
  ['heliosdb', 'heliosdb_query_params', 'iiiiii:i'],
  ['heliosdb', 'heliosdb_fetch_result', 'ii:i'],
  ['heliosdb', 'heliosdb_get_param', 'iii:i'],
  ['heliosdb', 'heliosdb_return', 'iii:i'],
  ['heliosdb', 'heliosdb_log', 'iii:i'],
  ['heliosdb', 'heliosdb_begin_tx', ':i'],
  ['heliosdb', 'heliosdb_commit_tx', ':i'],
  ['heliosdb', 'heliosdb_rollback_tx', ':i'],
  ['heliosdb', 'heliosdb_now', ':I'],
  ['heliosdb', 'heliosdb_error', 'iii:'],
  ['heliosdb', 'heliosdb_error_stack', 'iiiii:'],
  ['heliosdb', 'heliosdb_last_error', 'ii:i'],
  ['wasi_snapshot_preview1', 'fd_write', 'iiii:i'],
  ['wasi_snapshot_preview1', 'random_get', 'ii:i'],
  ['wasi_snapshot_preview1', 'clock_time_get', 'iIi:i'],
  ['wasi_snapshot_preview1', 'clock_res_get', 'ii:i'],
  ['wasi_snapshot_preview1', 'environ_sizes_get', 'ii:i'],
  ['wasi_snapshot_preview1', 'environ_get', 'ii:i'],
  ['wasi_snapshot_preview1', 'args_sizes_get', 'ii:i'],
  ['wasi_snapshot_preview1', 'fd_fdstat_get', 'ii:i'],
  ['wasi_snapshot_preview1', 'fd_prestat_get', 'ii:i'],
  ['wasi_snapshot_preview1', 'fd_close', 'i:i'],
];

/** Texts at fixed places, so that some calls get further than their first check. */
const TEXTS: readonly (readonly [address: number, text: string])[] = [
  [1000, 'SELECT 1'],
  [1100, 'SELECT repeat(chr(0), 5000)'],
  [1200, "SELECT error('HELIOS-42501: forged')"],
  [1300, '[1,2.5,null,"x",[{}]]'],
  [1400, '{"a":'],
  [1500, 'SELECT * FROM range(3000)'],
  [1600, 'SELECT fuzzed(2)'],
];

const TYPES = [0, 1, 4, 5, 11, 12, 16, 17, 18, 19, 31, 36, 100, 1000, 1001, -1];

/** A module with entry `fuzzed`, and an allocator that lies in some of them. */
export function randomGuest(random: Random): string {
  const imports = HOST_FUNCTIONS.map(
    ([module, name, signature], index) =>
      `  (import "${module}" "${name}" (func $f${index} ${printSignature(signature)}))`,
  );
  const data = TEXTS.map(
    ([address, text]) => `  (data (i32.const ${address}) ${JSON.stringify(text)})`,
  );
  const steps = Array.from({ length: 1 + random(12) }, () => `    ${step(random)}`);
  const format = random(2);
  const target = pointer(random);
  return [
    '(module',
    ...imports,
    '  (memory (export "memory") 1)',
    ...data,
    `  (func (export "heliosdb_value_format") (result i32) (i32.const ${format}))`,
    random(2) === 0
      ? ''
      : `  (func (export "heliosdb_alloc") (param i32) (result i32) (i32.const ${target}))`,
    '  (func (export "fuzzed")',
    ...steps,
    '  ))',
  ].join('\n');
}

function printSignature(signature: string): string {
  const [parameters = '', results = ''] = signature.split(':');
  const types = (letters: string): string =>
    [...letters].map((letter) => (letter === 'I' ? 'i64' : 'i32')).join(' ');
  return [
    parameters && `(param ${types(parameters)})`,
    results && `(result ${types(results)})`,
  ].join(' ');
}

function step(random: Random): string {
  switch (random(8)) {
    case 0:
      return `(i32.store (i32.const ${random(MEMORY_BYTES - 4)}) (i32.const ${number(random)}))`;
    case 1:
      return `(memory.fill (i32.const ${random(40_000)}) (i32.const ${random(256)}) (i32.const ${random(20_000)}))`;
    // The capacity or size that most calls are told to read.
    case 2:
    case 3:
      return `(i32.store (i32.const 16) (i32.const ${number(random)}))`;
    default:
      return hostCall(random);
  }
}

function hostCall(random: Random): string {
  const index = random(HOST_FUNCTIONS.length);
  const [, name, signature] = HOST_FUNCTIONS[index] ?? ['', '', ':'];
  const [parameters = '', results = ''] = signature.split(':');
  const operands = [...parameters].map((letter, position) => {
    if (letter === 'I') return `(i64.const ${number(random)})`;
    if (name === 'heliosdb_return' && position === 2) {
      return `(i32.const ${TYPES[random(TYPES.length)]})`;
    }
    return `(i32.const ${number(random)})`;
  });
  const call = `(call $f${index} ${operands.join(' ')})`;
  return results === '' ? call : `(drop ${call})`;
}

function number(random: Random): number {
  switch (random(5)) {
    case 0:
      return pointer(random);
    case 1:
      return TEXTS[random(TEXTS.length)]?.[0] ?? 0;
    case 2:
      return TEXTS[random(TEXTS.length)]?.[1].length ?? 0;
    case 3:
      return [0, 1, 2, 4, 8, 16, 100, 4096][random(8)] ?? 0;
    default:
      return random(MEMORY_BYTES);
  }
}

function pointer(random: Random): number {
  const edges = [0, MEMORY_BYTES, -1, 0x7fffffff, -0x80000000, 16, 32_768];
  return ((edges[random(edges.length)] ?? 0) - 4 + random(9)) | 0;
}
