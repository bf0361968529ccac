/**
 * Question: what does a procedure cost in each language, and beside the same code outside of a
 * database? Method: the procedure that `heliosdb procedure new` writes, a query and a text made of
 * it, on the bundled shop; and a computation, as a procedure over a column and as a program.
 * Languages without a toolchain are left out. The table goes into docs/languages.md.
 * Usage: npm run bench -- languages [--calls N] [--only rust,go] [--dry-run]
 */

import { copyFile, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { HeliosError } from '#core';
import { ensureShop } from '#examples';
import type { CompiledProcedure } from '#runtime';
import { compileProcedure, ensureEngine, Gateway, templateOf } from '#runtime';
import type { Connection } from '#storage';
import { Database } from '#storage';
import type { MeasuredLanguage } from './kernels.ts';
import { KERNELS } from './kernels.ts';
import { nativeCost } from './native.ts';
import type { Figures } from './table.ts';
import { tableOf, writeTable } from './table.ts';

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '2000' },
    only: { type: 'string', default: Object.keys(KERNELS).join(',') },
    'dry-run': { type: 'boolean', default: false },
  },
});
const calls = Number(values.calls);
const languages = values.only.split(',') as MeasuredLanguage[];
const unknown = languages.find((language) => !(language in KERNELS));
if (!Number.isSafeInteger(calls) || calls < 1 || unknown !== undefined) {
  const known = Object.keys(KERNELS).join(',');
  console.error(`--calls takes a positive whole number, --only a list of ${known}`);
  process.exit(2);
}

/** Repetitions of what is measured more than once. */
const ROUNDS = 9;
/** What the statement over a column should take. */
const COLUMN_MS = 500;

async function create(
  connection: Connection,
  compiled: CompiledProcedure,
  { name, signature, clauses }: { name: string; signature: string; clauses: string },
): Promise<number> {
  const gateway = new Gateway(connection, { baseDirectory: '/', allowFiles: true });
  return await timed(async () => {
    const statement = `CREATE PROCEDURE ${name}${signature} LANGUAGE wasm ${clauses} MEMORY '32MB'
      AS $wasm$ file://${compiled.path} $wasm$`;
    for await (const _ of gateway.execute(statement)) {
      // A definition has no rows.
    }
  });
}

interface Measured {
  readonly greet: CompiledProcedure;
  readonly work: CompiledProcedure;
  readonly nativeNs: number | null;
}

async function measure(
  connection: Connection,
  language: MeasuredLanguage,
  { greet, work, nativeNs }: Measured,
): Promise<Figures> {
  const name = `greet_${language}`;
  const createMs = await create(connection, greet, {
    name,
    signature: '(customer_id BIGINT) RETURNS VARCHAR',
    clauses: "CAPABILITIES ('read:customers') STABLE ENTRY 'greet'",
  });
  const firstMs = await timed(() => connection.query(`SELECT ${name}(12345)`));
  // A statement has its own instance; without any call it costs as much as the other one.
  const cold = await repeated((round) => connection.query(`SELECT ${name}(${round + 1})`));
  const idle = await repeated((round) => connection.query(`SELECT upper('${round}')`));
  const many = await repeated(() =>
    connection.query(`SELECT count(${name}(id)) FROM customers WHERE id <= ${calls}`),
  );
  const { rows } = await connection.query(
    `SELECT max(peak_memory_bytes) FROM heliosdb_metrics() WHERE procedure = '${name}'`,
  );
  const rowUs = await measureRow(connection, language, work);
  return {
    language,
    compiler: greet.compiler,
    moduleKb: (await stat(greet.path)).size / 1000,
    createMs,
    firstMs,
    coldMs: Math.max(median(cold) - median(idle), 0.01),
    callUs: (median(many) * 1000) / calls,
    memoryMb: Number(rows[0]?.[0] ?? 0) / 1e6,
    rowUs,
    nativeUs: nativeNs === null ? null : nativeNs / 1000,
    nativeLabel: KERNELS[language].label,
  };
}

/** Microseconds that the computation takes a row of a column, on one thread. */
async function measureRow(
  connection: Connection,
  language: MeasuredLanguage,
  work: CompiledProcedure,
): Promise<number> {
  const name = `work_${language}`;
  await create(connection, work, {
    name,
    signature: '(n BIGINT) RETURNS BIGINT',
    clauses: "ENTRY 'work'",
  });
  await connection.query('SET threads = 1');
  const column = (count: number) =>
    timed(() => connection.query(`SELECT sum(${name}(range)) FROM range(${count})`));
  const probe = 2048;
  await column(probe);
  const count = Math.ceil((probe * COLUMN_MS) / Math.max(await column(probe), 1));
  const times = [await column(count), await column(count), await column(count)];
  const base = await timed(() => connection.query(`SELECT sum(range) FROM range(${count})`));
  await connection.query('RESET threads');
  return ((Math.min(...times) - base) * 1000) / count;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

async function repeated(work: (round: number) => Promise<unknown>): Promise<readonly number[]> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) times.push(await timed(() => work(round)));
  return times;
}

function median(times: readonly number[]): number {
  return times.toSorted((left, right) => left - right)[times.length >> 1] ?? 0;
}

/** Compiles both procedures; null where the toolchain is not installed. */
async function prepare(language: MeasuredLanguage, folder: string): Promise<Measured> {
  const { files, source } = templateOf(language, 'greet');
  const project = join(folder, language);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(project, path)), { recursive: true });
    await writeFile(join(project, path), text);
  }
  const output = join(folder, `greet-${language}.wasm`);
  const greet = await compileProcedure({ source: join(project, source), output });
  const kernel = KERNELS[language];
  const kernelFile = join(folder, `work-${language}`, kernel.file);
  await mkdir(dirname(kernelFile), { recursive: true });
  await writeFile(kernelFile, kernel.source);
  const work = await compileProcedure({
    source: kernelFile,
    output: join(folder, `work-${language}.wasm`),
  });
  const nativeNs = await nativeCost(kernel, join(folder, `native-${language}`));
  return { greet, work, nativeNs };
}

const folder = await mkdtemp(join(tmpdir(), 'heliosdb-languages-'));
const figures: Figures[] = [];
const leftOut: string[] = [];
try {
  const shop = join(folder, 'shop.duckdb');
  await copyFile(await ensureShop({ directory: join(folder, 'home') }), shop);
  await using database = await Database.open({ path: shop, extensions: [await ensureEngine()] });
  await using connection = await database.connect();
  for (const language of languages) {
    try {
      console.log(`${language}: compiling and measuring`);
      figures.push(await measure(connection, language, await prepare(language, folder)));
    } catch (error) {
      if (!HeliosError.isInstance(error)) throw error;
      leftOut.push(`${language} (${error.message})`);
    }
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
console.log(`\n${tableOf(figures)}\n`);
if (leftOut.length > 0) console.log(`left out: ${leftOut.join('; ')}`);
if (values['dry-run'] || languages.length < Object.keys(KERNELS).length) {
  console.log('docs/languages.md is as it was');
} else {
  writeTable(figures, leftOut);
  console.log('wrote docs/languages.md');
}
