/** Workloads made for rules: in each, one procedure does one thing wrong. */
import type { WorkMetric } from '#advisor';
import type { Session } from '../ddl/scene.ts';

/** A procedure's declaration, without its name and module. */
const QUERIES = "LANGUAGE wasm CAPABILITIES ('read:*')";

/** A procedure and what it is made to do. */
export interface Work {
  readonly procedure: string;
  /** File in `guests`, compiled first when it is a source. */
  readonly guest: string;
  /** The export, where it is not named like the procedure. */
  readonly entry?: string;
  readonly signature: string;
  readonly clauses?: string;
  readonly run: (session: Session, define: Define) => Promise<void>;
}

export interface Workload extends Work {
  readonly rule: string;
  /** The procedure that is advised on, where it is another. */
  readonly about?: string;
  /** What the replay must find, by direction. */
  readonly finds: Direction;
  /** Of what `less` is to be counted, where the finding does not say it. */
  readonly counted?: WorkMetric;
  /** A query that reads less, or as much as before, once the change is made, as DuckDB counts rows. */
  readonly scans?: {
    readonly sql: string;
    readonly thenSql?: string;
    readonly rows: 'fewer' | 'as many';
  };
  /** Of a verdict that is none, or of a refusal. */
  readonly reason?: RegExp;
  /** The changed procedure that is given to be tried. */
  readonly candidate?: { readonly guest: string; readonly entry: string } | { version: number };
  /** Days after which the advisor looks. */
  readonly laterDays?: number;
}

/**
 * `less` work with equal results, as the engine counts it; `equal` results; `different` results;
 * `none`: there is nothing to try. How much faster something gets is never asked.
 */
export type Direction = 'equal' | 'less' | 'different' | 'none';

/** Declares another procedure, or another version of one with `ALTER`. */
export type Define = (guest: string, statement: string) => Promise<void>;

/** Tables that all workloads read. */
export const TABLES = `
  CREATE TABLE customers AS
    SELECT i AS id, ['gold', 'silver', 'bronze', 'iron'][1 + (i * 7) % 4] AS tier FROM range(20000) r(i);
  ALTER TABLE customers ADD PRIMARY KEY (id);
  CREATE TABLE items AS
    SELECT i AS id, (hash(i) % 100000 / 100)::DOUBLE AS price, ['new', 'used', 'sold', 'lost'][1 + i % 4] AS state,
      (hash(i, 1) % 50)::INTEGER AS pieces, repeat('x', 60) AS a, repeat('y', 60) AS b, i AS c, i AS d
    FROM range(60000) r(i);
  CREATE TABLE parts AS
    SELECT i AS id, (hash(i) % 100000 / 100)::DOUBLE AS price, ['new', 'used', 'sold', 'lost'][1 + i % 4] AS state
    FROM range(400000) r(i) ORDER BY hash(i);
  CREATE TABLE order_lines AS
    -- About every second order is in stock: however few calls are tried, they differ.
    SELECT (i // 3) AS order_id, (i * 11) % 60000 AS id, (i % 20)::INTEGER AS wanted FROM range(1800) r(i)
    UNION ALL SELECT i, (i * 13) % 60000, 1 FROM range(1000, 1400) r(i);
  CREATE TABLE sales AS
    SELECT (i // 200) AS order_id, (i % 9)::INTEGER AS wanted, (i % 700)::DOUBLE / 4 AS price FROM range(40000) r(i);
  CREATE TABLE lookup AS SELECT i AS id, i * 10 AS v FROM range(5000) r(i);
  CREATE TABLE notes (id BIGINT, kind INTEGER);`;

/** One statement for each of `count` calls. */
export const each =
  (count: number, sql: (turn: number) => string) =>
  async ({ connection }: Session): Promise<void> => {
    for (let turn = 0; turn < count; turn += 1) {
      // Calls that fail are part of some workloads.
      await connection.query(sql(turn)).catch(() => undefined);
    }
  };

/** One statement for all calls. */
export const once =
  (sql: string) =>
  async ({ connection }: Session): Promise<void> => {
    await connection.query(sql);
  };

export const WORKLOADS: readonly Workload[] = [
  {
    rule: 'performance/repeated-lookup',
    procedure: 'tier_of',
    guest: 'queries.py',
    signature: '(customer_id BIGINT) RETURNS VARCHAR',
    // So few customers that calls repeat however few are tried.
    run: each(160, (turn) => `SELECT tier_of(${turn % 5})`),
    finds: 'less',
    counted: 'queryStatements',
  },
  {
    rule: 'performance/query-not-batched',
    procedure: 'in_stock_joined',
    guest: 'queries.py',
    signature: '(order_id BIGINT) RETURNS BOOLEAN',
    run: once('SELECT count(in_stock_joined(i)) FROM range(120) r(i)'),
    finds: 'less',
    counted: 'queryStatements',
  },
  {
    rule: 'performance/query-not-batched',
    procedure: 'lookup',
    guest: 'lookup.wat',
    signature: '(id BIGINT) RETURNS BIGINT',
    clauses: 'SET (batch_queries = false)',
    run: once('SELECT sum(lookup(i)) FROM range(1000) r(i)'),
    finds: 'less',
    counted: 'queryStatements',
  },
  {
    rule: 'performance/rates-materialisable',
    procedure: 'discount',
    guest: 'queries.py',
    signature: '(customer_id BIGINT, total DOUBLE) RETURNS DOUBLE',
    run: once('SELECT sum(discount(i * 3, i * 1.5)) FROM range(2000) r(i)'),
    finds: 'less',
    counted: 'guestCalls',
  },
  {
    rule: 'performance/sub-result-recomputed',
    procedure: 'mean_price',
    guest: 'queries.py',
    signature: '(state VARCHAR) RETURNS DOUBLE',
    run: each(160, (turn) => `SELECT mean_price('${['new', 'used', 'sold', 'lost'][turn % 4]}')`),
    finds: 'equal',
    scans: {
      sql: "SELECT avg(price) FROM parts WHERE state = 'new'",
      thenSql: "SELECT value FROM mean_price_results WHERE state = 'new'",
      rows: 'fewer',
    },
  },
  {
    rule: 'performance/sub-result-recomputed',
    procedure: 'mean_above',
    guest: 'queries.py',
    signature: '(state VARCHAR, least DOUBLE) RETURNS DOUBLE',
    run: each(160, (turn) => `SELECT mean_above('new', ${turn % 3})`),
    finds: 'none',
    reason: /arguments that are no keys/,
  },
  {
    rule: 'performance/lookup-unindexed',
    procedure: 'lookup',
    guest: 'lookup.wat',
    signature: '(id BIGINT) RETURNS BIGINT',
    run: async (session) => {
      await session.run(`CREATE OR REPLACE TABLE lookup AS
        SELECT i AS id, i * 10 AS v FROM range(1000000) r(i) ORDER BY hash(i)`);
      await each(70, (turn) => `SELECT lookup(${turn * 3100})`)(session);
    },
    finds: 'equal',
    scans: { sql: 'SELECT v FROM lookup WHERE id = 999999', rows: 'fewer' },
  },
  {
    rule: 'performance/index-on-few-values',
    procedure: 'price_of',
    guest: 'queries.py',
    signature: '(item_id BIGINT) RETURNS DOUBLE',
    run: async (session) => {
      await session.run('CREATE INDEX items_state ON items (state)');
      await each(120, (turn) => `SELECT price_of(${turn * 31})`)(session);
    },
    finds: 'equal',
  },
  {
    rule: 'performance/index-on-few-values',
    procedure: 'tier_of',
    guest: 'queries.py',
    signature: '(customer_id BIGINT) RETURNS VARCHAR',
    run: each(120, (turn) => `SELECT tier_of(${turn})`),
    // DuckDB does not take an index for a quarter of the rows; the index is there to be kept up only.
    finds: 'equal',
    scans: { sql: "SELECT count(id) FROM customers WHERE tier = 'gold'", rows: 'as many' },
  },
  {
    rule: 'performance/query-loop',
    procedure: 'in_stock',
    guest: 'queries.py',
    signature: '(order_id BIGINT) RETURNS BOOLEAN',
    run: each(120, (turn) => `SELECT in_stock(${turn})`),
    finds: 'less',
    counted: 'queryStatements',
  },
  {
    rule: 'performance/columns-unused',
    procedure: 'label_of',
    guest: 'queries.py',
    signature: '(item_id BIGINT) RETURNS VARCHAR',
    run: once('SELECT count(label_of(i)) FROM range(200) r(i)'),
    candidate: { guest: 'queries.py', entry: 'label_of_two_columns' },
    finds: 'less',
  },
  {
    rule: 'performance/aggregate-in-guest',
    procedure: 'order_worth',
    guest: 'queries.py',
    signature: '(order_id BIGINT) RETURNS DOUBLE',
    run: once('SELECT sum(order_worth(i)) FROM range(100) r(i)'),
    finds: 'less',
    counted: 'bytesIn',
  },
  {
    rule: 'performance/row-at-a-time',
    procedure: 'as_double',
    guest: 'rows.wasm',
    signature: '(value DOUBLE, turn BIGINT) RETURNS DOUBLE',
    run: once('SELECT sum(as_double(i, i)) FROM range(50000) r(i)'),
    candidate: { guest: 'columns.wasm', entry: 'as_double' },
    finds: 'less',
    counted: 'guestCalls',
  },
  {
    rule: 'performance/volatility-too-wide',
    procedure: 'lookup',
    guest: 'lookup.wat',
    signature: '(id BIGINT) RETURNS BIGINT',
    clauses: 'VOLATILE',
    run: once('SELECT sum(lookup(i)) FROM range(1000) r(i)'),
    finds: 'less',
    counted: 'queryStatements',
  },
  {
    rule: 'performance/interpreter-bound',
    procedure: 'digits',
    guest: 'computing.py',
    signature: '(number BIGINT) RETURNS BIGINT',
    run: once('SELECT sum(digits(i)) FROM range(200) r(i)'),
    candidate: { guest: 'computing.py', entry: 'digits_at_once' },
    // That it takes less time is what its guest is made for, and no clock is asked.
    finds: 'equal',
  },
  {
    rule: 'performance/module-unoptimised',
    procedure: 'digits',
    guest: 'debugged.wasm',
    signature: '(number BIGINT) RETURNS BIGINT',
    run: once('SELECT sum(digits(i)) FROM range(200) r(i)'),
    candidate: { guest: 'computing.py', entry: 'digits_at_once' },
    finds: 'equal',
  },
  {
    rule: 'performance/json-encoding',
    procedure: 'many_rows',
    guest: 'many-rows.wat',
    signature: '() RETURNS BIGINT',
    run: each(60, () => 'SELECT many_rows()'),
    candidate: { guest: 'many-rows-packed.wat', entry: 'many_rows' },
    finds: 'less',
  },
  {
    rule: 'performance/cold-starts',
    procedure: 'digits_at_once',
    guest: 'computing.py',
    signature: '(number BIGINT) RETURNS BIGINT',
    clauses: 'SET (instances_idle_max = 0)',
    run: each(220, (turn) => `SELECT digits_at_once(${turn})`),
    finds: 'equal',
  },
  {
    rule: 'performance/pool-too-large',
    procedure: 'digits_at_once',
    guest: 'computing.py',
    signature: '(number BIGINT) RETURNS BIGINT',
    clauses: 'SET (instances_idle_max = 64)',
    run: each(120, (turn) => `SELECT digits_at_once(${turn})`),
    finds: 'equal',
  },
  {
    rule: 'reliability/memory-limit-near',
    procedure: 'hoard',
    guest: 'computing.py',
    signature: '(count BIGINT) RETURNS BIGINT',
    clauses: "MEMORY '14MB'",
    run: each(8, () => 'SELECT hoard(60000)'),
    finds: 'equal',
  },
  {
    rule: 'reliability/memory-limit-far',
    procedure: 'many_rows',
    guest: 'many-rows.wat',
    signature: '() RETURNS BIGINT',
    clauses: "VOLATILE MEMORY '256MB'",
    run: once('SELECT sum(many_rows()) FROM range(1100)'),
    finds: 'equal',
  },
  {
    rule: 'reliability/time-limit-near',
    procedure: 'digits',
    guest: 'computing.py',
    signature: '(number BIGINT) RETURNS BIGINT',
    run: async (session) => {
      await each(60, (turn) => `SELECT digits(${turn})`)(session);
      // Near the limit on any machine: as much again as the slowest calls take.
      const slowUs = Number(
        await session.value(
          "SELECT call_p99_us * least(1, guest_cpu_ms / wall_ms) FROM heliosdb_metrics() WHERE procedure = 'digits'",
        ),
      );
      const limit = Math.max(1, Math.floor((1.9 * slowUs) / 1000));
      await session.run(`ALTER PROCEDURE digits SET (timeout_ms = ${limit})`);
    },
    finds: 'equal',
  },
  {
    rule: 'reliability/transaction-per-row',
    procedure: 'note_each',
    guest: 'writing.py',
    signature: '(item_id BIGINT) RETURNS INTEGER',
    clauses: "CAPABILITIES ('read:items', 'write:notes')",
    run: once('SELECT sum(note_each(i)) FROM range(120) r(i)'),
    candidate: { guest: 'swallowing.py', entry: 'pieces_of_items' },
    finds: 'equal',
  },
  {
    rule: 'reliability/log-volume',
    procedure: 'chatty',
    guest: 'chatty.py',
    signature: '(number BIGINT) RETURNS BIGINT',
    run: once('SELECT sum(chatty(i)) FROM range(120) r(i)'),
    candidate: { guest: 'chatty.py', entry: 'quiet' },
    finds: 'less',
  },
  {
    rule: 'reliability/errors-swallowed',
    procedure: 'pieces_of',
    guest: 'swallowing.py',
    signature: '(item_id BIGINT) RETURNS INTEGER',
    run: once('SELECT sum(pieces_of(i)) FROM range(40) r(i)'),
    candidate: { guest: 'swallowing.py', entry: 'pieces_of_items' },
    finds: 'less',
  },
  {
    rule: 'reliability/errors-swallowed',
    procedure: 'checked',
    guest: 'computing.py',
    signature: '(number BIGINT) RETURNS BIGINT',
    clauses: 'ON ERROR NULL',
    run: once('SELECT sum(checked(i)) FROM range(100) r(i)'),
    finds: 'none',
    reason: /--candidate/,
  },
  {
    rule: 'reliability/version-regression',
    procedure: 'fold',
    guest: 'computing.py',
    entry: 'digits_at_once',
    signature: '(number BIGINT) RETURNS BIGINT',
    run: async (session, define) => {
      await once('SELECT sum(fold(i)) FROM range(150) r(i)')(session);
      await define('computing.py', "ALTER PROCEDURE fold VERSION ENTRY 'digits'");
      await once('SELECT sum(fold(i)) FROM range(150) r(i)')(session);
    },
    finds: 'equal',
  },
  {
    rule: 'reliability/growth-trend',
    procedure: 'hoard',
    guest: 'computing.py',
    signature: '(count BIGINT) RETURNS BIGINT',
    run: async (session) => {
      await each(6, (turn) => `SELECT hoard(${150_000 + turn})`)(session);
      // The same figures in the hours before, with less memory the longer ago it was.
      await session.run(`SELECT heliosdb_flush();
        INSERT INTO heliosdb.metrics_history
        SELECT hour - to_hours(i), procedure_id, procedure, version, sums, (peak_memory_bytes * (1 - 0.05 * i))::BIGINT, errors, wall, cpu
        FROM heliosdb.metrics_history, range(1, 9) r(i)`);
    },
    candidate: { guest: 'computing.py', entry: 'stream' },
    finds: 'less',
  },
  {
    rule: 'reliability/error-rate',
    procedure: 'checked',
    guest: 'computing.py',
    signature: '(number BIGINT) RETURNS BIGINT',
    run: each(80, (turn) => `SELECT checked(${turn})`),
    candidate: { guest: 'computing.py', entry: 'unchecked' },
    finds: 'less',
  },
  {
    rule: 'security/capability-unused',
    procedure: 'price_of',
    guest: 'queries.py',
    signature: '(item_id BIGINT) RETURNS DOUBLE',
    clauses: "CAPABILITIES ('read:items', 'read:customers')",
    run: once('SELECT sum(price_of(i)) FROM range(300) r(i)'),
    finds: 'equal',
  },
  {
    rule: 'maintenance/never-called',
    procedure: 'digits',
    guest: 'computing.py',
    signature: '(number BIGINT) RETURNS BIGINT',
    run: async (session, define) => {
      await define(
        'computing.py',
        'CREATE PROCEDURE unchecked (number BIGINT) RETURNS BIGINT LANGUAGE wasm',
      );
      await once('SELECT unchecked(1)')(session);
    },
    laterDays: 31,
    finds: 'none',
    reason: /nothing to be tried/,
  },
  {
    rule: 'maintenance/duplicate-of-built-in',
    procedure: 'my_upper',
    guest: 'computing.py',
    signature: '(text VARCHAR) RETURNS VARCHAR',
    run: once("SELECT count(my_upper('word ' || i)) FROM range(500) r(i)"),
    finds: 'less',
    counted: 'guestCalls',
  },
  {
    rule: 'maintenance/duplicate-of-built-in',
    procedure: 'my_round',
    guest: 'computing.py',
    signature: '(value DOUBLE) RETURNS DOUBLE',
    run: once('SELECT sum(my_round(i / 2)) FROM range(500) r(i)'),
    finds: 'different',
  },
  {
    rule: 'maintenance/duplicate-procedure',
    procedure: 'price_of',
    about: 'price_again',
    guest: 'queries.py',
    signature: '(item_id BIGINT) RETURNS DOUBLE',
    run: async (session, define) => {
      await define(
        'queries.py',
        `CREATE PROCEDURE price_again (item_id BIGINT) RETURNS DOUBLE ${QUERIES} ENTRY 'price_of'`,
      );
      await once('SELECT sum(price_of(i)), sum(price_again(i)) FROM range(200) r(i)')(session);
    },
    finds: 'equal',
  },
];

/** The declaration of a workload's procedure. */
export function declarationOf({ procedure, signature, entry, clauses = '', guest }: Work): string {
  const rights = clauses.includes('CAPABILITIES') || !asks(guest) ? 'LANGUAGE wasm' : QUERIES;
  const export_ = entry === undefined ? '' : `ENTRY '${entry}'`;
  return `CREATE PROCEDURE ${procedure} ${signature} ${rights} ${clauses} ${export_}`;
}

function asks(guest: string): boolean {
  return /^(queries|swallowing|writing|many-rows|lookup)/.test(guest);
}
