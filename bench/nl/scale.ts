/**
 * Measures the catalog reader and the planner on a generated wide database: 500 tables of 20
 * columns, one of them with millions of rows and distinct values. Prints one JSON line.
 * Usage: node bench/nl/scale.ts [--tables 500] [--rows 5000000]
 */
import { parseArgs } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { prepareRequest } from '#planner';
import { readCatalog } from '#storage';

const { values } = parseArgs({
  options: {
    tables: { type: 'string', default: '500' },
    rows: { type: 'string', default: '5000000' },
  },
});

const NOUNS = 'account booking carrier depot engine filter garage harbor island journal'.split(' ');
const FIELDS = 'amount status weight comment opened height branch label volume region'.split(' ');
const tableName = (index: number) =>
  `${NOUNS[index % 10]}_${NOUNS[Math.floor(index / 10) % 10]}_${index}`;

const instance = await DuckDBInstance.create(':memory:');
const connection = await instance.connect();
const tables = Number(values.tables);
for (let index = 0; index < tables; index++) {
  const rows = index === 0 ? Number(values.rows) : 200;
  const columns = FIELDS.flatMap((field, position) => [
    position % 2 === 0 ? `(i * 7) % 1000 AS ${field}_total` : `'${field} ' || i AS ${field}_name`,
    position === 0 ? 'i AS id' : `i % 50 AS ${field}_id`,
  ]);
  await connection.run(
    `CREATE TABLE ${tableName(index)} AS SELECT ${columns.join(', ')} FROM range(${rows}) AS r(i)`,
  );
}

const before = process.memoryUsage.rss();
const startedAt = performance.now();
const catalog = await readCatalog({
  async query(sql) {
    return { rows: (await connection.runAndReadAll(sql)).getRowsJson() };
  },
});
const catalogMs = performance.now() - startedAt;

const questions = Array.from({ length: 60 }, (_, index) => {
  const noun = tableName((index * 37) % tables).replaceAll('_', ' ');
  return [
    `How many ${noun} are there?`,
    `List the status name of ${noun} with amount total above 500`,
    `What is the average weight total of ${noun} per region name?`,
    `Which ${noun} has comment name "status 7"?`,
  ][index % 4] as string;
});
const now = '2026-06-15T12:00:00Z';
const plan = (request: string) => {
  const start = performance.now();
  prepareRequest({ request, catalog, now }).decide([]);
  return performance.now() - start;
};
const firstMs = plan(questions[0] ?? '');
const times = questions.map(plan).sort((a, b) => a - b);
const quantile = (q: number) => Math.round(times[Math.floor(q * (times.length - 1))] ?? 0);
process.stdout.write(
  `${JSON.stringify({
    tables,
    columns: catalog.tables.reduce((sum, table) => sum + table.columns.length, 0),
    rows: Number(values.rows),
    catalog_ms: Math.round(catalogMs),
    values: catalog.tables.reduce(
      (sum, table) => sum + table.columns.reduce((inner, { values: own }) => inner + own.length, 0),
      0,
    ),
    first_question_ms: Math.round(firstMs),
    p50_ms: quantile(0.5),
    p95_ms: quantile(0.95),
    rss_mb: Math.round((process.memoryUsage.rss() - before) / 2 ** 20),
  })}\n`,
);
connection.closeSync();
instance.closeSync();
