/** Workloads that differ from one in which a rule fires by the one thing that makes it right. */
import type { Work } from './workloads.ts';
import { each, once } from './workloads.ts';

export interface NearMiss extends Work {
  /** The rules that have to stay silent. */
  readonly rules: readonly string[];
  /** Why nothing is wrong. */
  readonly because: string;
  /** Days after which the advisor looks. */
  readonly laterDays?: number;
}

const ITEM = '(item_id BIGINT)';
const ORDER = '(order_id BIGINT)';
const NUMBER = '(number BIGINT) RETURNS BIGINT';

export const NEAR_MISSES: readonly NearMiss[] = [
  {
    rules: ['performance/repeated-lookup', 'performance/lookup-unindexed'],
    because: 'a statement asks for many customers, and equal ones are asked for once',
    procedure: 'tier_of',
    guest: 'queries.py',
    signature: '(customer_id BIGINT) RETURNS VARCHAR',
    run: once('SELECT count(tier_of(i % 20)) FROM range(400) r(i)'),
  },
  {
    rules: ['performance/query-not-batched', 'security/capability-unused'],
    because: 'its queries are answered together, and it has the one right that it uses',
    procedure: 'price_of',
    guest: 'queries.py',
    signature: `${ITEM} RETURNS DOUBLE`,
    clauses: "CAPABILITIES ('read:items')",
    run: once('SELECT sum(price_of(i)) FROM range(600) r(i)'),
  },
  {
    rules: ['performance/rates-materialisable'],
    because: 'the value that is looked up is another for every row',
    procedure: 'price_with_tax',
    guest: 'queries.py',
    signature: `${ITEM} RETURNS DOUBLE`,
    run: once('SELECT sum(price_with_tax(i)) FROM range(600) r(i)'),
  },
  {
    rules: ['performance/sub-result-recomputed', 'performance/aggregate-in-guest'],
    because: 'DuckDB adds up, and for each order once',
    procedure: 'order_worth_in_sql',
    guest: 'queries.py',
    signature: `${ORDER} RETURNS DOUBLE`,
    run: each(160, (turn) => `SELECT order_worth_in_sql(${turn})`),
  },
  {
    rules: ['performance/lookup-unindexed', 'performance/volatility-too-wide'],
    because: 'a large table is asked for single rows by its key, and the procedure is STABLE',
    procedure: 'lookup',
    guest: 'lookup.wat',
    signature: '(id BIGINT) RETURNS BIGINT',
    run: async (session) => {
      await session.run(`CREATE OR REPLACE TABLE lookup AS
        SELECT i AS id, i * 10 AS v FROM range(200000) r(i) ORDER BY hash(i);
        ALTER TABLE lookup ADD PRIMARY KEY (id)`);
      await each(120, (turn) => `SELECT lookup(${turn * 310})`)(session);
    },
  },
  {
    rules: ['performance/index-on-few-values'],
    because: 'the index is on a column with as many values as rows',
    procedure: 'count_of',
    guest: 'queries.py',
    signature: `${ITEM} RETURNS BIGINT`,
    run: async (session) => {
      await session.run('CREATE INDEX items_c ON items (c)');
      await each(120, (turn) => `SELECT count_of(${turn * 31})`)(session);
    },
  },
  {
    rules: ['performance/query-loop', 'performance/query-not-batched'],
    because: 'a statement asks for many orders, and the queries of the loop are foreseen',
    procedure: 'in_stock',
    guest: 'queries.py',
    signature: `${ORDER} RETURNS BOOLEAN`,
    run: once('SELECT count(in_stock(i)) FROM range(600) r(i)'),
  },
  {
    rules: ['performance/columns-unused', 'maintenance/duplicate-procedure'],
    because: 'it names its columns, and asks another thing than what has its types and module',
    procedure: 'label_of_two_columns',
    guest: 'queries.py',
    signature: `${ITEM} RETURNS VARCHAR`,
    run: once('SELECT count(label_of_two_columns(i)) FROM range(200) r(i)'),
  },
  {
    rules: ['performance/row-at-a-time'],
    because: 'the module takes columns',
    procedure: 'as_double',
    guest: 'columns.wasm',
    signature: '(value DOUBLE, turn BIGINT) RETURNS DOUBLE',
    run: once('SELECT sum(as_double(i, i)) FROM range(50000) r(i)'),
  },
  {
    rules: [
      'performance/interpreter-bound',
      'performance/module-unoptimised',
      'performance/cold-starts',
      'maintenance/duplicate-of-built-in',
    ],
    because:
      'a call takes little, on an instance that is there, of a module without more than code',
    procedure: 'digits_at_once',
    guest: 'computing.py',
    signature: NUMBER,
    run: once('SELECT sum(digits_at_once(i)) FROM range(300) r(i)'),
  },
  {
    rules: ['performance/json-encoding', 'reliability/memory-limit-far'],
    because: 'rows travel as MessagePack, and the limit is no higher than is usual',
    procedure: 'many_rows',
    guest: 'many-rows-packed.wat',
    signature: '() RETURNS BIGINT',
    clauses: "VOLATILE MEMORY '32MB'",
    run: once('SELECT sum(many_rows()) FROM range(1100)'),
  },
  {
    rules: ['performance/pool-too-large'],
    because: 'the instances that are kept are small',
    procedure: 'small_lookup',
    guest: 'lookup.wat',
    entry: 'lookup',
    signature: '(id BIGINT) RETURNS BIGINT',
    clauses: 'SET (instances_idle_max = 64)',
    run: each(120, (turn) => `SELECT small_lookup(${turn})`),
  },
  {
    rules: ['reliability/memory-limit-near', 'reliability/growth-trend'],
    because: 'it uses a small part of what it may, and as much as in the hours before',
    procedure: 'hoard',
    guest: 'computing.py',
    signature: '(count BIGINT) RETURNS BIGINT',
    clauses: "MEMORY '64MB'",
    run: async (session) => {
      await each(8, () => 'SELECT hoard(60000)')(session);
      await session.run(`SELECT heliosdb_flush();
        INSERT INTO heliosdb.metrics_history
        SELECT hour - to_hours(i), procedure_id, procedure, version, sums, peak_memory_bytes, errors, wall, cpu
        FROM heliosdb.metrics_history, range(1, 9) r(i) WHERE procedure = 'hoard'`);
    },
  },
  {
    rules: ['reliability/time-limit-near'],
    because: 'the limit is seconds, and a call takes milliseconds',
    procedure: 'digits',
    guest: 'computing.py',
    signature: NUMBER,
    run: each(60, (turn) => `SELECT digits(${turn})`),
  },
  {
    rules: ['reliability/transaction-per-row', 'reliability/errors-swallowed'],
    because: 'it leaves transactions to the caller, and its queries succeed',
    procedure: 'pieces_of_items',
    guest: 'swallowing.py',
    signature: `${ITEM} RETURNS INTEGER`,
    clauses: "CAPABILITIES ('read:items', 'write:notes')",
    run: once('SELECT sum(pieces_of_items(i)) FROM range(120) r(i)'),
  },
  {
    rules: ['reliability/log-volume'],
    because: 'it logs what is unusual, and nothing is',
    procedure: 'quiet',
    guest: 'chatty.py',
    signature: NUMBER,
    run: once('SELECT sum(quiet(i)) FROM range(120) r(i)'),
  },
  {
    rules: ['reliability/version-regression'],
    because: 'the later version does the same with less',
    procedure: 'fold',
    guest: 'computing.py',
    entry: 'digits',
    signature: NUMBER,
    run: async (session, define) => {
      await once('SELECT sum(fold(i)) FROM range(150) r(i)')(session);
      await define('computing.py', "ALTER PROCEDURE fold VERSION ENTRY 'digits_at_once'");
      await once('SELECT sum(fold(i)) FROM range(150) r(i)')(session);
    },
  },
  {
    rules: ['reliability/error-rate', 'reliability/errors-swallowed'],
    because: 'one call in eighty fails, and its statement with it',
    procedure: 'checked',
    guest: 'computing.py',
    signature: NUMBER,
    run: each(80, (turn) => `SELECT checked(${turn === 0 ? 10 : turn * 10 + 1})`),
  },
  {
    rules: ['maintenance/never-called'],
    because: 'somebody called it, a month ago',
    procedure: 'unchecked',
    guest: 'computing.py',
    signature: NUMBER,
    run: once('SELECT unchecked(1)'),
    laterDays: 31,
  },
];
