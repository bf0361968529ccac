/** The runner itself: a runner that cannot fail would make every script pass. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseScript } from './parse-script.ts';
import { runScript } from './run-script.ts';

const root = join(import.meta.dirname, '..', '..');
const head = '# name: test/sql/a.test\n# description: a\n# group: [a, b]\n\n';
const run = (body: string): Promise<void> =>
  runScript(parseScript(head + body, 'test/sql/a.test'), { engine: null, root });

test('a script that holds passes: rows, types, errors, loops and sessions', async () => {
  await run(`
statement ok
CREATE TABLE t(a INTEGER, b VARCHAR);

foreach word one two
loop n 0 2

statement ok
INSERT INTO t VALUES (\${n}, '\${word}'), (NULL, '')

endloop
endloop

query IT rowsort
SELECT a, b FROM t WHERE a IS NOT NULL
----
1	one
0	one
0	two
1	two

query ITRT
SELECT NULL, '', 1.0::DOUBLE, 'two'
----
NULL	(empty)	1.0	<REGEX>:t.o

query I
SELECT 1 WHERE false
----

statement error 42P01
SELECT * FROM missing

statement error
SELECT * FROM missing
----
<REGEX>:HELIOS-42P01: .*missing.*

connection other

statement ok
BEGIN; INSERT INTO t VALUES (7, 'seven')

connection default

query I
SELECT count(*) FROM t WHERE a = 7
----
0
`);
});

test('reopen closes the database and keeps what was committed', async () => {
  await run(`
statement ok
CREATE TABLE t AS SELECT 1 AS a; SET VARIABLE kept = 1;

reopen

query II
SELECT a, getvariable('kept') FROM t
----
1	NULL
`);
});

test('a prepared statement sees later changes', async () => {
  await run(`
statement ok
CREATE TABLE t AS SELECT 1 AS a

prepare total
SELECT sum(a) FROM t

execute total I
----
1

statement ok
INSERT INTO t VALUES (2)

execute total I
----
3
`);
});

const failing: readonly [title: string, body: string, message: RegExp][] = [
  ['a wrong cell', 'query I\nSELECT 1\n----\n2', /test\/sql\/a\.test:5: rows/],
  ['a missing row', 'query I\nSELECT 1\n----', /rows/],
  ['a row too many', 'query I\nSELECT 1\n----\n1\n1', /rows/],
  ['another order', 'query I\nFROM (VALUES (2), (1))\n----\n1\n2', /rows/],
  ['another number of columns', 'query I\nSELECT 1, 2\n----\n1\t2', /columns/],
  ['a regex that matches a part only', "query T\nSELECT 'abc'\n----\n<REGEX>:b", /rows/],
  ['a statement that fails', 'statement ok\nSELEC', /a\.test:5: HELIOS-42601/],
  ['an error that does not come', 'statement error 42601\nSELECT 1', /should have failed/],
  ['another state', 'statement error 42601\nSELECT * FROM t', /expected 42601, got HELIOS-42P01/],
  ['another text', 'statement error\nSELECT * FROM t\n----\nno such text', /got HELIOS-42P01/],
];

for (const [title, body, message] of failing) {
  test(`${title} fails the script`, async () => {
    await assert.rejects(run(body), message);
  });
}

const malformed = [
  'statment ok\nSELECT 1',
  'statement ok',
  'statement error\nSELECT 1',
  'query\nSELECT 1\n----\n1',
  'query I\nSELECT 1',
  'query X\nSELECT 1\n----\n1',
  'evaluations p',
  'foreach a 1 2\n\nstatement ok\nSELECT 1',
  'endloop',
];

for (const body of malformed) {
  test(`${JSON.stringify(body)} is no script`, () => {
    assert.throws(() => parseScript(head + body, 'test/sql/a.test'), { sqlstate: 'US001' });
  });
}

test('a script says its own name, what it tests and its groups', () => {
  assert.deepEqual(parseScript(head, 'test/sql/a.test').groups, ['a', 'b']);
  assert.throws(() => parseScript(head, 'test/sql/b.test'), { sqlstate: 'US001' });
  assert.throws(() => parseScript('statement ok\nSELECT 1', 'x'), { sqlstate: 'US001' });
});
