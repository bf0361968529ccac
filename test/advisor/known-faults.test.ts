/** A library's procedures, some of them faulty: most faults are found, and nothing is invented. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { CodeAdvisor } from '#advisor';
import { compileProcedure, Gateway } from '#runtime';
import type { Database } from '#storage';
import { openSession } from '../ddl/scene.ts';
import { open } from './scene.ts';

const GUESTS = join(import.meta.dirname, 'guests');

const TABLES = `
  CREATE TABLE books AS SELECT i AS book_id, 'Title ' || i AS title, (i % 40)::BIGINT AS shelf,
    (50 + hash(i) % 700)::INTEGER AS pages, (hash(i, 3) % 300)::DOUBLE / 100 AS fee,
    'Author ' || i % 900 AS author, 1900 + i % 120 AS year FROM range(12000) r(i);
  CREATE TABLE loans AS SELECT i AS loan_id, i % 900 AS member_id,
    (hash(i) % 12000)::BIGINT AS book_id, (i % 50)::INTEGER AS days FROM range(4000) r(i);
  CREATE TABLE members AS SELECT i AS member_id, 'Name ' || i AS name,
    ['child', 'student', 'senior', 'adult'][1 + (i * 7) % 4] AS category FROM range(800) r(i);`;

interface Known {
  readonly file: string;
  readonly declaration: string;
  readonly calls: readonly string[];
  /** The rule that has to say it; null for a procedure that nothing is wrong with. */
  readonly fault: string | null;
  /** Other rules that may say something true about it. */
  readonly also?: readonly string[];
}

const repeated = (count: number, sql: (turn: number) => string): string[] =>
  Array.from({ length: count }, (_, turn) => sql(turn));

const QUERIES = "LANGUAGE wasm CAPABILITIES ('read:*')";
const NOT_BATCHED = 'performance/query-not-batched';

const PROCEDURES: Readonly<Record<string, Known>> = {
  overdue_cost: {
    file: 'library.js',
    declaration: `(member BIGINT) RETURNS DOUBLE ${QUERIES}`,
    calls: repeated(80, (turn) => `SELECT overdue_cost(${turn})`),
    fault: 'performance/query-loop',
    also: [NOT_BATCHED],
  },
  shelf_pages: {
    file: 'library.js',
    declaration: `(shelf BIGINT) RETURNS BIGINT ${QUERIES}`,
    calls: ['SELECT sum(shelf_pages(i)) FROM range(40) r(i)'],
    fault: 'performance/aggregate-in-guest',
  },
  title_of: {
    file: 'library.js',
    declaration: `(id BIGINT) RETURNS VARCHAR ${QUERIES}`,
    calls: ['SELECT count(title_of(i)) FROM range(120) r(i)'],
    fault: 'performance/columns-unused',
    also: [NOT_BATCHED],
  },
  fee_or_zero: {
    file: 'library.js',
    declaration: `(id BIGINT) RETURNS DOUBLE ${QUERIES}`,
    calls: ['SELECT sum(fee_or_zero(i)) FROM range(30) r(i)'],
    fault: 'reliability/errors-swallowed',
  },
  checked_isbn: {
    file: 'library.js',
    declaration: '(isbn VARCHAR) RETURNS VARCHAR LANGUAGE wasm',
    calls: repeated(60, (turn) => `SELECT checked_isbn(repeat('7', ${12 + (turn % 3)}))`),
    fault: 'reliability/error-rate',
  },
  mean_fee: {
    file: 'library.py',
    declaration: `(shelf BIGINT) RETURNS DOUBLE ${QUERIES}`,
    calls: repeated(110, (turn) => `SELECT mean_fee(${turn % 5})`),
    fault: 'performance/sub-result-recomputed',
    also: ['performance/repeated-lookup'],
  },
  has_loans: {
    file: 'library.py',
    declaration: `(member BIGINT) RETURNS BOOLEAN ${QUERIES}`,
    calls: ['SELECT count(has_loans(i)) FROM range(80) r(i)'],
    fault: NOT_BATCHED,
  },
  deposit: {
    file: 'library.py',
    declaration: `(member_id BIGINT, amount DOUBLE) RETURNS DOUBLE ${QUERIES}`,
    calls: ['SELECT sum(deposit(i, i)) FROM range(150) r(i)'],
    fault: 'performance/rates-materialisable',
    also: [NOT_BATCHED],
  },
  my_abs: {
    file: 'library.py',
    declaration: '(value DOUBLE) RETURNS DOUBLE LANGUAGE wasm',
    calls: ['SELECT sum(my_abs(-i)) FROM range(90) r(i)'],
    fault: 'maintenance/duplicate-of-built-in',
  },
  fee_of: {
    file: 'library.js',
    declaration: `(id BIGINT) RETURNS DOUBLE ${QUERIES}`,
    calls: repeated(30, (turn) => `SELECT fee_of(${turn})`),
    fault: null,
  },
  pages_on: {
    file: 'library.js',
    declaration: `(shelf BIGINT) RETURNS BIGINT ${QUERIES}`,
    calls: repeated(30, (turn) => `SELECT pages_on(${turn})`),
    fault: null,
  },
  initials: {
    file: 'library.js',
    declaration: '(name VARCHAR) RETURNS VARCHAR LANGUAGE wasm',
    calls: ["SELECT count(initials('Ada Lovelace ' || i)) FROM range(90) r(i)"],
    fault: null,
  },
  newest_loan: {
    file: 'library.py',
    declaration: `(member BIGINT) RETURNS BIGINT ${QUERIES}`,
    calls: ['SELECT sum(newest_loan(i)) FROM range(40) r(i)'],
    fault: null,
  },
  grade: {
    file: 'library.py',
    declaration: '(pages BIGINT) RETURNS VARCHAR LANGUAGE wasm',
    calls: ['SELECT count(grade(i)) FROM range(90) r(i)'],
    fault: null,
  },
};

let folder: string;
let database: Database;
let found: ReadonlyMap<string, readonly string[]>;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heliosdb-faults-'));
  for (const file of ['library.js', 'library.py']) {
    await compileProcedure({ source: join(GUESTS, file), output: join(folder, `${file}.wasm`) });
  }
  database = await open(join(folder, 'library.duckdb'));
  const session = await openSession(database);
  await session.run(TABLES);
  const gateway = new Gateway(session.connection, { baseDirectory: folder, allowFiles: true });
  for (const [name, { file, declaration, calls }] of Object.entries(PROCEDURES)) {
    const statement = `CREATE PROCEDURE ${name} ${declaration} AS 'file://${file}.wasm'`;
    for await (const _ of gateway.execute(statement)) {
      // A definition has no rows.
    }
    // Some calls fail, as their faults have it.
    for (const sql of calls) await session.connection.query(sql).catch(() => undefined);
  }
  const { recommendations } = await new CodeAdvisor({ model: null, schema: database }).analyze();
  found = new Map(
    Object.keys(PROCEDURES).map((name) => [
      name,
      recommendations.flatMap(({ finding }) => (finding.procedure === name ? finding.rule : [])),
    ]),
  );
});

after(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

for (const [name, { fault, also = [] }] of Object.entries(PROCEDURES)) {
  test(`${name}: ${fault ?? 'nothing is wrong with it'}`, () => {
    const said = found.get(name) ?? [];
    if (fault !== null) assert.ok(said.includes(fault), said.join(', ') || 'nothing was found');
    assert.deepEqual(
      said.filter((rule) => rule !== fault && !also.includes(rule)),
      [],
    );
  });
}
