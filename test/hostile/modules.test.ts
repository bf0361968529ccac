/** Bytes that are no module, or one that would take for ever to compile. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withSession } from '../ddl/scene.ts';

/** An unsigned LEB128 number. */
function leb(value: number): number[] {
  const bytes: number[] = [];
  let left = value;
  do {
    const byte = left % 128;
    left = Math.floor(left / 128);
    bytes.push(left === 0 ? byte : byte + 128);
  } while (left > 0);
  return bytes;
}

const HEADER = Buffer.from('\0asm\x01\0\0\0', 'latin1');
const NAME = Buffer.from('entry');

function section(id: number, ...parts: readonly (readonly number[] | Buffer)[]): Buffer {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part)));
  return Buffer.concat([Buffer.from([id, ...leb(content.length)]), content]);
}

/** A module of `count` functions without parameters, all with the same body. */
function moduleOf(count: number, body: Buffer): Buffer {
  const entry = Buffer.concat([Buffer.from(leb(body.length)), body]);
  return Buffer.concat([
    HEADER,
    section(1, [1, 0x60, 0, 0]),
    section(3, leb(count), Buffer.alloc(count)),
    section(5, [1, 0, 1]),
    section(7, [2, 6], Buffer.from('memory'), [2, 0, NAME.length], NAME, [0, 0]),
    section(10, leb(count), Buffer.concat(Array.from({ length: count }, () => entry))),
  ]);
}

const locals = (count: number): Buffer => Buffer.from([1, ...leb(count), 0x7f, 0x0b]);
const nops = (count: number): Buffer =>
  Buffer.concat([Buffer.from([0]), Buffer.alloc(count - 2, 0x01), Buffer.from([0x0b])]);
const valid = moduleOf(1, locals(1));

/** Outcome null: the module is accepted. */
const MODULES: readonly (readonly [what: string, module: Buffer, sqlstate: string | null])[] = [
  ['a whole module', valid, null],
  ['nothing', Buffer.alloc(0), '42P13'],
  ['a text that is no module', Buffer.from('#!/bin/sh\nrm -rf .'), '42P13'],
  ['a header alone', HEADER, '42P13'],
  ['another version of the format', Buffer.from('\0asm\x02\0\0\0', 'latin1'), '42P13'],
  ['a component', Buffer.from('\0asm\x0d\0\x01\0', 'latin1'), '42P13'],
  ...Array.from({ length: valid.length - 9 }, (_, index): [string, Buffer, string] => [
    `a module cut after ${index + 9} bytes`,
    valid.subarray(0, index + 9),
    '42P13',
  ]),
  [
    'a section longer than the file',
    Buffer.concat([HEADER, Buffer.from([1, 0xff, 0xff, 3])]),
    '42P13',
  ],
  ['50 000 locals in a function', moduleOf(1, locals(50_000)), null],
  ['more locals than a function may have', moduleOf(1, locals(50_001)), '42P13'],
  ['two million locals in forty functions', moduleOf(40, locals(50_000)), null],
  ['a billion locals in 140 kilobytes', moduleOf(20_000, locals(50_000)), '54000'],
  ['50 000 functions', moduleOf(50_000, locals(0)), null],
  ['one function too many', moduleOf(50_001, locals(0)), '54000'],
  ['a function of a mebibyte', moduleOf(1, nops(1 << 20)), null],
  ['a function of a mebibyte and a byte', moduleOf(1, nops((1 << 20) + 1)), '54000'],
  [
    'a text of a mebibyte and a byte',
    Buffer.from(`(module ${' '.repeat((1 << 20) - 8)})`),
    '54000',
  ],
  ['a text nested deeply', Buffer.from(`(module ${'('.repeat(500_000)}`), '42P13'],
];

test('modules are accepted, or refused with a state, in bounded time', {
  timeout: 300_000,
}, async (context) => {
  await withSession(async ({ connection }) => {
    await connection.run('SELECT heliosdb_migrate()');
    const statement = JSON.stringify({
      kind: 'create_procedure',
      schema: null,
      name: 'p',
      parameters: [],
      returns: 'BIGINT',
      entry: 'entry',
    });
    for (const [what, module, expected] of MODULES) {
      const start = performance.now();
      const outcome = await connection
        .query('SELECT heliosdb_plan_ddl($1, $2::BLOB, NULL)', [statement, module])
        .then(
          () => null,
          (error: { sqlstate: string }) => error.sqlstate,
        );
      const tookMs = performance.now() - start;
      assert.equal(outcome, expected, what);
      if (tookMs > 300) context.diagnostic(`${what}: ${tookMs.toFixed(0)} ms`);
      assert(tookMs < 120_000, `${what} took ${tookMs} ms`);
    }
  });
});
