/**
 * Days of a service in minutes: questions, follow-ups, statements, writes, cancelled runs, broken
 * connections, exports and refusals, many clients at once. Prints what the process has allocated
 * in several windows and its growth in MB per 10 000 requests, and fails when it is not flat, when a
 * run is lost or an event is. What DuckDB has in memory of the database is counted apart: runs are
 * kept, up to a bound that a soak does not reach.
 *
 *     npm run soak:service -- [requests, default 20000] [clients, default 8]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '#agent';
import { startService } from '#server';
import { fillQueues } from './fill-queues.ts';

/** Growth that is noise of allocators and caches, in MB per 10 000 requests. */
const GROWTH_MB_MAX = 8;
/** Before this share of the requests caches fill, and memory grows for good reasons. */
const WARM_SHARE = 0.4;
const WINDOWS = 5;
const TABLES = `
  CREATE TABLE customers AS SELECT range + 1 AS id, 'Käthe ' || range AS name,
    ['gold', 'platinum', 'silver'][1 + range % 3] AS tier FROM range(120);
  CREATE TABLE orders AS SELECT range + 1 AS order_id, 1 + range % 120 AS customer_id,
    (range % 37 + 0.25)::DECIMAL(10,2) AS total FROM range(20000);`;
const [requestsMax = 20_000, clients = 8] = process.argv.slice(2).map(Number);

const folder = await mkdtemp(join(tmpdir(), 'helios-soak-'));
const path = join(folder, 'soak.duckdb');
const database = await openDatabase({ path, isReadOnly: false, engine: 'always' });
await database.withConnection((connection) => connection.run(TABLES));
await database.withConnection(fillQueues);
const place = {
  host: '127.0.0.1',
  port: 0,
  stateDirectory: folder,
  // The clients share the service's thread: on a busy machine they are slow with it.
  patience: { headersMs: 200_000, requestMs: 300_000 },
};
const service = await startService({ database, version: '0.0.0', ...place });
const api = `${service.url}/api/v1`;
const counts = { requests: 0, runs: 0, canceled: 0, broken: 0, refused: 0, writes: 0 };
const samples: Sample[] = [];

interface Sample {
  readonly requests: number;
  readonly scriptMb: number;
  /** Of the engine, DuckDB and Node, without the database's blocks. */
  readonly nativeMb: number;
  /** Blocks of tables and indexes. */
  readonly databaseMb: number;
  readonly residentMb: number;
}

try {
  await Promise.all(Array.from({ length: clients }, (_, client) => work(client)));
  await report();
} finally {
  await service.close(1_000);
  await rm(folder, { recursive: true, force: true });
}

async function work(client: number): Promise<void> {
  const steps = [question, followUp, statement, write, cancel, breakOff, refusal, lists];
  for (let round = client; counts.requests < requestsMax; round += 1) {
    await (steps[round % steps.length] ?? question)(round);
    if (counts.requests % 250 < clients) samples.push(await sample());
  }
}

/** What the process has allocated and not freed, without the pages that allocators keep. */
async function sample(): Promise<Sample> {
  globalThis.gc?.();
  const { rows } = await database.withConnection((connection) =>
    connection.query(
      `SELECT (SELECT value FROM heliosdb_engine_stats() WHERE name = 'heap_bytes_in_process'),
         (SELECT sum(memory_usage_bytes) FROM duckdb_memory()
          WHERE tag IN ('BASE_TABLE', 'IN_MEMORY_TABLE', 'ART_INDEX', 'METADATA'))`,
    ),
  );
  const [allocated, kept] = rows[0] ?? [];
  if (typeof allocated !== 'bigint') throw new Error('this system does not tell what is allocated');
  const { heapUsed, rss } = process.memoryUsage();
  const megabyte = 1024 * 1024;
  return {
    requests: counts.requests,
    scriptMb: heapUsed / megabyte,
    nativeMb: Number(allocated - BigInt(kept as bigint)) / megabyte,
    databaseMb: Number(kept) / megabyte,
    residentMb: rss / megabyte,
  };
}

async function send(method: string, address: string, body?: object): Promise<Response> {
  counts.requests += 1;
  return await fetch(`${api}${address}`, {
    method,
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
}

interface Begun {
  readonly run: { readonly id: string; readonly status: string };
}

async function begin(body: object): Promise<string> {
  const response = await send('POST', '/runs', body);
  if (response.status !== 202) throw new Error(await response.text());
  counts.runs += 1;
  return ((await response.json()) as Begun).run.id;
}

/** Follows a run to its end: every event, in order, once. */
async function follow(id: string): Promise<void> {
  const text = await (await send('GET', `/runs/${id}/events`)).text();
  const ids = [...text.matchAll(/^id: (\d+)$/gm)].map(([, number]) => Number(number));
  const isWhole = ids.every((number, index) => number === index + 1);
  if (!isWhole || !text.includes('event: answer')) throw new Error(`events are lost: ${text}`);
}

async function question(round: number): Promise<void> {
  const id = await begin({ question: `How many orders have a total above ${round % 37}?` });
  await follow(id);
  const exported = await send('GET', `/runs/${id}/export?format=csv`);
  if (!exported.ok) throw new Error(await exported.text());
  await exported.text();
}

async function followUp(): Promise<void> {
  const first = await begin({ question: 'How many customers are there per tier?' });
  await follow(await begin({ question: 'only gold ones', conversation: first }));
}

async function statement(round: number): Promise<void> {
  const sql = `SELECT tier, count(*) FROM customers WHERE id > ${round % 120} GROUP BY tier`;
  await (await send('POST', '/sql', { sql })).text();
}

async function write(round: number): Promise<void> {
  counts.writes += 1;
  const sql = `UPDATE orders SET total = ${round % 99} WHERE order_id = ${1 + (round % 20_000)}`;
  // Two writers of one row: one of them is told so, and nothing else may happen.
  const response = await send('POST', '/sql', { sql });
  if (response.status >= 500) throw new Error(await response.text());
  await response.text();
}

async function cancel(): Promise<void> {
  const id = await begin({ question: 'List all orders' });
  const { run } = (await (await send('DELETE', `/runs/${id}`)).json()) as Begun;
  if (run.status === 'canceled') counts.canceled += 1;
  else if (run.status !== 'ok') throw new Error(`a cancelled run is ${run.status}`);
}

/** Goes away in the middle of a statement and of a stream. */
async function breakOff(): Promise<void> {
  counts.broken += 1;
  const abort = new AbortController();
  const sql = 'SELECT sum(a.total * b.total) FROM orders a, orders b';
  const gone = fetch(`${api}/sql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ sql }),
    signal: abort.signal,
  }).catch(() => null);
  const id = await begin({ question: 'List all customers' });
  abort.abort();
  await gone;
  await (await send('GET', `/runs/${id}/events`)).body?.cancel();
}

async function refusal(): Promise<void> {
  for (const body of [{ question: 7 }, { question: '' }, { question: 'xyzzy plugh frobnicate?' }]) {
    const response = await send('POST', '/runs', body);
    if (response.status >= 500) throw new Error(await response.text());
    if (response.status === 400) counts.refused += 1;
    await response.text();
  }
}

async function lists(): Promise<void> {
  for (const address of ['/runs?limit=20', '/catalog', '/suggestions?q=orders', '/procedures']) {
    await (await send('GET', address)).text();
  }
}

async function report(): Promise<void> {
  const { runs } = (await (await send('GET', '/runs?limit=200')).json()) as {
    runs: readonly { status: string }[];
  };
  const unfinished = runs.filter(({ status }) => status === 'running').length;
  console.log(
    Object.entries(counts)
      .map(([name, count]) => `${count} ${name}`)
      .join(', '),
  );
  printWindows();
  const warm = samples.filter(({ requests }) => requests >= requestsMax * WARM_SHARE);
  const growthOf = (size: (sample: Sample) => number): number =>
    slopeOf(warm.map((taken) => [taken.requests, size(taken)] as const)) * 10_000;
  const growth = growthOf(({ scriptMb, nativeMb }) => scriptMb + nativeMb);
  console.log(
    `growing ${growth.toFixed(1)} MB per 10 000 requests; ` +
      `the database in memory ${growthOf(({ databaseMb }) => databaseMb).toFixed(1)} MB, ` +
      `the resident process ${growthOf(({ residentMb }) => residentMb).toFixed(1)} MB`,
  );
  if (counts.canceled === 0 || counts.refused === 0) throw new Error('the soak did too little');
  if (unfinished > clients) throw new Error(`${unfinished} runs have no end`);
  if (growth > GROWTH_MB_MAX) throw new Error(`more than ${GROWTH_MB_MAX} MB: something is kept`);
}

/** The medians of each window: a sample is taken while others' statements run. */
function printWindows(): void {
  const width = Math.ceil(requestsMax / WINDOWS);
  for (let start = 0; start < requestsMax; start += width) {
    const taken = samples.filter(({ requests }) => Math.floor(requests / width) * width === start);
    const middle = (size: (sample: Sample) => number): string =>
      (taken.map(size).toSorted((a, b) => a - b)[taken.length >> 1] ?? Number.NaN).toFixed(1);
    console.log(
      `from request ${start}: ${middle((one) => one.scriptMb)} MB of scripts, ` +
        `${middle((one) => one.nativeMb)} MB native, ${middle((one) => one.databaseMb)} MB of the ` +
        `database, ${middle((one) => one.residentMb)} MB resident`,
    );
  }
}

/** The slope of a line through points, by least squares. */
function slopeOf(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (of: (point: readonly [number, number]) => number): number =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [meanX, meanY] = [mean(([x]) => x), mean(([, y]) => y)];
  const spread = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  const together = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  return spread === 0 ? 0 : together / spread;
}
