/**
 * What a procedure costs in each language: the one that `heliosdb procedure new` writes, a query
 * and a text made of it, on the bundled shop. Languages without a toolchain are left out.
 * Run: npm run bench -- languages [calls]
 */

import { copyFile, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { HeliosError } from '#core';
import { ensureShop } from '#examples';
import type { CompiledProcedure, ScaffoldLanguage } from '#runtime';
import { compileProcedure, ensureEngine, Gateway, templateOf } from '#runtime';
import type { Connection } from '#storage';
import { Database } from '#storage';

const LANGUAGES: readonly ScaffoldLanguage[] = [
  'rust',
  'c',
  'javascript',
  'typescript',
  'python',
  'go',
];
const calls = Number(process.argv[2] ?? 2000);

interface Figures {
  readonly language: string;
  readonly compiler: string;
  readonly module_kB: number;
  readonly create_ms: number;
  readonly first_ms: number;
  readonly cold_ms: number;
  readonly call_us: number;
  readonly memory_MB: number;
}

async function measure(
  connection: Connection,
  compiled: CompiledProcedure,
  language: string,
): Promise<Figures> {
  const name = `greet_${language}`;
  const gateway = new Gateway(connection, { baseDirectory: '/', allowFiles: true });
  const create = await timed(async () => {
    const statement = `CREATE PROCEDURE ${name}(customer_id BIGINT) RETURNS VARCHAR LANGUAGE wasm
      CAPABILITIES ('read:customers') STABLE ${language === 'go' ? "MEMORY '32MB'" : ''}
      ENTRY 'greet' AS $wasm$ file://${compiled.path} $wasm$`;
    for await (const _ of gateway.execute(statement)) {
      // A definition has no rows.
    }
  });
  const first = await timed(() => connection.query(`SELECT ${name}(12345)`));
  const warm: number[] = [];
  for (let round = 0; round < 9; round += 1) {
    warm.push(await timed(() => connection.query(`SELECT ${name}(${round + 1})`)));
  }
  // Without any call the statement costs this much.
  const idle: number[] = [];
  for (let round = 0; round < 9; round += 1) {
    idle.push(await timed(() => connection.query(`SELECT upper('${round}')`)));
  }
  const many = await timed(() =>
    connection.query(`SELECT count(${name}(id)) FROM customers WHERE id <= ${calls}`),
  );
  const { rows } = await connection.query(
    `SELECT max(peak_memory_bytes) FROM heliosdb_metrics() WHERE procedure = '${name}'`,
  );
  return {
    language,
    compiler: compiled.compiler,
    module_kB: rounded((await stat(compiled.path)).size / 1000),
    create_ms: rounded(create),
    first_ms: rounded(first),
    cold_ms: rounded(median(warm) - median(idle)),
    call_us: rounded((many * 1000) / calls),
    memory_MB: rounded(Number(rows[0]?.[0] ?? 0) / 1e6),
  };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[values.length >> 1] ?? 0;
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

const folder = await mkdtemp(join(tmpdir(), 'heliosdb-languages-'));
const shop = join(folder, 'shop.duckdb');
await copyFile(await ensureShop({ directory: join(folder, 'home') }), shop);
const database = await Database.open({ path: shop, extensions: [await ensureEngine()] });
const connection = await database.connect();
const figures: Figures[] = [];
try {
  for (const language of LANGUAGES) {
    const { files, source } = templateOf(language, 'greet');
    const project = join(folder, language);
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(project, path)), { recursive: true });
      await writeFile(join(project, path), text);
    }
    try {
      const output = join(folder, `${language}.wasm`);
      const compiled = await compileProcedure({ source: join(project, source), output });
      figures.push(await measure(connection, compiled, language));
    } catch (error) {
      if (!HeliosError.isInstance(error) || !error.name.startsWith('toolchain_')) throw error;
      console.log(`${language}: left out, ${error.message}`);
    }
  }
} finally {
  connection.close();
  await database.close();
  await rm(folder, { recursive: true });
}
console.table(figures);
console.log(
  'create: CREATE PROCEDURE. first: the first call in the process, with what is compiled then and ' +
    'not yet on disk. cold: a call in a fresh instance, beside a statement without one (median of ' +
    `9). call: one of ${calls} in one statement, its query included. memory: the largest instance.`,
);
