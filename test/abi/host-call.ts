/**
 * Guests of one call: a module in the text format that calls one function of the host with given
 * arguments and returns what it wrote.
 */

/** An argument: bytes or text are an address and a size, a buffer an address and a capacity. */
export type HostArgument =
  | string
  | Uint8Array
  | { readonly i32: number }
  | { readonly i64: bigint }
  | { readonly f64: number }
  | { readonly buffer: number }
  | { readonly filled: number };

const DATA_AT = 1024;
const CAPACITY_AT = 16;
const BUFFER_AT = 65_536;

/** A module whose export `entry` makes the calls and returns what the last buffer holds. */
export function hostCallModule(
  calls: readonly { readonly name: string; readonly args: readonly HostArgument[] }[],
): string {
  const data: string[] = [];
  const imports: string[] = [];
  const body: string[] = [];
  let free = DATA_AT;
  let buffer: 'measured' | number | null = null;
  calls.forEach(({ name, args }, index) => {
    const types: string[] = [];
    const values: string[] = [];
    for (const argument of args) {
      if (typeof argument === 'string' || argument instanceof Uint8Array) {
        const bytes = typeof argument === 'string' ? new TextEncoder().encode(argument) : argument;
        const text = [...bytes].map((byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('');
        data.push(`(data (i32.const ${free}) "${text}")`);
        types.push('i32', 'i32');
        values.push(`(i32.const ${free})`, `(i32.const ${bytes.length})`);
        free += bytes.length;
      } else if ('buffer' in argument) {
        body.push(`(i32.store (i32.const ${CAPACITY_AT}) (i32.const ${argument.buffer}))`);
        types.push('i32', 'i32');
        values.push(`(i32.const ${BUFFER_AT})`, `(i32.const ${CAPACITY_AT})`);
        buffer = 'measured';
      } else if ('filled' in argument) {
        types.push('i32', 'i32');
        values.push(`(i32.const ${BUFFER_AT})`, `(i32.const ${argument.filled})`);
        buffer = argument.filled;
      } else {
        const [[type, value] = []] = Object.entries(argument);
        types.push(String(type));
        values.push(`(${type}.const ${value})`);
      }
    }
    imports.push(
      `(import "heliosdb" "${name}" (func $call_${index} (param ${types.join(' ')}) (result i32)))`,
    );
    body.push(`(local.set $status (call $call_${index} ${values.join(' ')}))`);
    body.push('(if (local.get $status) (then (return (local.get $status))))');
  });
  const size =
    buffer === 'measured' ? `(i32.load (i32.const ${CAPACITY_AT}))` : `(i32.const ${buffer})`;
  const end =
    buffer === null
      ? '(i32.const 0)'
      : `(call $return (i32.const ${BUFFER_AT}) ${size} (i32.const 18))`;
  return `(module
    ${imports.join('\n    ')}
    (import "heliosdb" "heliosdb_return" (func $return (param i32 i32 i32) (result i32)))
    (memory (export "memory") 32)
    ${data.join('\n    ')}
    (func (export "entry") (result i32) (local $status i32)
      ${body.join('\n      ')}
      ${end}))`;
}

/** A CREATE PROCEDURE of a module in the text format; it returns bytes and takes nothing. */
export function createModule(
  module: string,
  { name = 'called', clauses = '' }: { name?: string; clauses?: string } = {},
): string {
  const encoded = Buffer.from(module).toString('base64');
  return `CREATE OR REPLACE PROCEDURE ${name}() RETURNS BLOB LANGUAGE wasm ENTRY 'entry' ${clauses}
    AS $wasm$${encoded}$wasm$`;
}
