/**
 * Question: what does a wide database cost, against the shop? Generates 500 tables of 20 columns
 * in several shapes and measures, for each, the catalog, the first question, a warm one, and
 * memory; writes the table of docs/performance.md. Times are processor time: other work on the
 * machine does not change it.
 * Usage: node bench/nl/scale.ts [--dry-run] [--shape NAME]
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { ensureShop } from '#examples';
import { prepareRequest } from '#planner';
import { readCatalog } from '#storage';
import { measuredCommit, recordResults } from '../performance-page.ts';

const { values: options } = parseArgs({
  options: {
    'dry-run': { type: 'boolean', default: false },
    shape: { type: 'string' },
    /** Measures one shape and prints it as JSON; what the bench starts for each. */
    measure: { type: 'string' },
  },
});

const TABLES = 500;
/** Null is the shop. */
const SHAPES: Readonly<Record<string, ((table: number) => number) | null>> = {
  shop: null,
  '200 rows a table': () => 200,
  '1000 rows a table': () => 1_000,
  '9000 rows a table, 22 million distinct values': () => 9_000,
  '200 rows a table, one of 5 million': (table) => (table === 0 ? 5_000_000 : 200),
};

const NOUNS =
  `account booking carrier depot engine filter garage harbor island journal customer order
  product employee invoice payment shipment supplier store region`.split(/\s+/);
const PARTS = `detail history type status item line log group plan rate note event target source
  budget summary archive draft queue batch limit rule level class`.split(/\s+/);
const QUESTIONS = [
  'How many customers are there?',
  'What is the total amount by country?',
  'List the names of customers in Spain with more than 3 orders',
  'Which product has the highest average price?',
  'What is the average price of products per category?',
  'Show open orders created last month',
  'Which products have a price above the average?',
  'total amount of payments by month',
  'customers without orders',
  'How many widgets are there?',
];
const NOW = '2026-06-15T12:00:00Z';

async function generate(path: string, rowsOf: (table: number) => number): Promise<void> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  for (let index = 0; index < TABLES; index++) {
    const noun = NOUNS[index % NOUNS.length] ?? '';
    const part = PARTS[Math.floor(index / NOUNS.length) - 1];
    const others = [3, 7].map((step) => NOUNS[(index + step) % NOUNS.length]);
    const own = part === undefined ? 'i * 1.5 AS weight' : `i % 200 AS ${noun}_id`;
    await connection.run(
      `CREATE TABLE ${part === undefined ? `${noun}s` : `${noun}_${part}s`} AS
       SELECT i AS id, '${noun} ' || i AS name, ['open', 'closed', 'pending'][1 + i % 3] AS status,
         ((i * 7) % 1000)::DOUBLE AS amount, TIMESTAMP '2024-01-01' + INTERVAL 1 HOUR * i AS created_at,
         TIMESTAMP '2025-01-01' + INTERVAL 1 HOUR * i AS updated_at, i % 50 AS quantity,
         ((i * 13) % 977)::DECIMAL(10, 2) AS price, 'text ' || (i * 31) AS description,
         'category ' || (i % 9) AS category, 'City ' || (i % 40) AS city,
         ['France', 'Spain', 'Italy'][1 + i % 3] AS country, 'a' || i || '@example.org' AS email,
         i % 2 = 0 AS is_active, '${noun}-' || i AS reference, ${own},
         i % 200 AS ${others[0]}_id, i % 200 AS ${others[1]}_id, 2000 + i % 25 AS year, i * 1.5 AS total
       FROM range(${rowsOf(index)}) AS r(i)`,
    );
  }
  connection.closeSync();
  instance.closeSync();
}

interface Costs {
  readonly catalogMs: number;
  readonly firstMs: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly values: number;
  readonly keys: number;
  /** Of the whole process above what it had before the catalog was read. */
  readonly memoryMb: number;
}

function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

async function measure(path: string): Promise<Costs> {
  const instance = await DuckDBInstance.create(path, { access_mode: 'READ_ONLY' });
  const connection = await instance.connect();
  const memoryBefore = process.memoryUsage.rss();
  const catalogBefore = processorMs();
  const catalog = await readCatalog({
    query: async (sql) => ({ rows: (await connection.runAndReadAll(sql)).getRowsJson() }),
  });
  const catalogMs = processorMs() - catalogBefore;
  const plan = (request: string) => {
    const before = processorMs();
    prepareRequest({ request, catalog, now: NOW }).decide([]);
    return processorMs() - before;
  };
  const firstMs = plan(QUESTIONS[0] ?? '');
  for (const question of QUESTIONS) plan(question);
  const times = Array.from({ length: 20 }, () => QUESTIONS.map(plan)).flat();
  times.sort((a, b) => a - b);
  const columns = catalog.tables.flatMap((table) => table.columns);
  connection.closeSync();
  instance.closeSync();
  return {
    catalogMs,
    firstMs,
    p50Ms: times[Math.floor(times.length * 0.5)] ?? 0,
    p95Ms: times[Math.floor(times.length * 0.95)] ?? 0,
    values: columns.reduce((sum, column) => sum + column.values.length, 0),
    keys: catalog.keys.length,
    memoryMb: (process.memoryUsage.rss() - memoryBefore) / 2 ** 20,
  };
}

/** Each shape has a process of its own, so that memory is its own. */
async function measureShape(name: string, folder: string): Promise<Costs> {
  const rowsOf = SHAPES[name] ?? null;
  let path = join(folder, 'wide.duckdb');
  if (rowsOf === null) path = await ensureShop({ directory: folder, withProcedures: false });
  else await generate(path, rowsOf);
  const run = spawnSync(process.execPath, [import.meta.filename, '--measure', path], {
    encoding: 'utf8',
  });
  await rm(path, { force: true });
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout) as Costs;
}

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'nl-scale-'));
  const shapes: Record<string, Costs> = {};
  try {
    for (const name of Object.keys(SHAPES)) {
      if (options.shape !== undefined && !name.includes(options.shape)) continue;
      shapes[name] = await measureShape(name, folder);
      process.stdout.write(`${JSON.stringify({ shape: name, ...shapes[name] })}\n`);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  if (options['dry-run'] || options.shape !== undefined) return;
  const commit = measuredCommit();
  recordResults('questions', { commit, tables: TABLES, shapes }, table(commit, shapes));
}

function table(commit: string, shapes: Readonly<Record<string, Costs>>): string {
  const ms = (value: number) => (value < 10 ? value.toFixed(1) : value.toFixed(0));
  const shopP50 = shapes.shop?.p50Ms ?? 0;
  const rows = Object.entries(shapes).map(
    ([name, costs]) =>
      `| ${name} | ${ms(costs.catalogMs)} | ${ms(costs.firstMs)} | ${ms(costs.p50Ms)} / ${ms(costs.p95Ms)} ` +
      `| ${(costs.p50Ms / shopP50).toFixed(1)} × | ${costs.values} | ${ms(costs.memoryMb)} |`,
  );
  return [
    `Measured at ${commit}; ms of processor time, 10 questions 20 times.`,
    '',
    '| database | snapshot | first question | warm, p50 / p95 | of the shop | values kept | memory, MB |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

if (options.measure === undefined) await main();
else process.stdout.write(JSON.stringify(await measure(options.measure)));
