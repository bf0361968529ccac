/**
 * The parts of answering a plain question in a process of its own, as JSON on standard output.
 * Modules are imported between the parts, so that each part has what it loads itself and no more.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Cost } from './commands.ts';
import { PLAIN, ROOT } from './commands.ts';

const parts: Record<string, Cost> = {};

async function measure<T>(name: string, work: () => T | Promise<T>): Promise<T> {
  const startedAt = performance.now();
  const before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  parts[name] = { wallMs: performance.now() - startedAt, cpuMs: (user + system) / 1000 };
  return result;
}

const directory = join(ROOT, '.heliosdb');
const signal = new AbortController().signal;
const require = createRequire(import.meta.url);

await measure('load DuckDB’s library', () => require('@duckdb/node-bindings'));
const { ensureShop, SHOP_CLOCK } = await import('#examples');
const { ensureEngine } = await import('#runtime');
const { Database } = await import('#storage');
const { ask, openMemory, readCachedCatalog } = await import('#agent');

const path = await measure('see that the shop is current', () => ensureShop({ directory }));
const engine = await measure('see that the engine is current', () => ensureEngine());
const settings = { allow_unsigned_extensions: 'true' };
const database = await measure('open the database file', () =>
  Database.open({ path, readOnly: true, settings }),
);
await measure('load the engine', () =>
  database.withConnection((connection) => connection.run(`LOAD '${engine}'`)),
);
const verified = await measure('read what is remembered', async () =>
  (await openMemory({ database, directory })).verified(),
);
const catalog = await measure('read the catalog snapshot', () =>
  readCachedCatalog({ database, directory, signal }),
);
const answer = await measure('plan, run and word the answer', () =>
  ask({ question: PLAIN, database, catalog: async () => catalog, now: now(), verified, signal }),
);
await measure('close the database', () => database.close());
if (answer.status !== 'ok') throw new Error(`the question was answered with ${answer.status}`);
process.stdout.write(JSON.stringify(parts));

function now(): string {
  return `${SHOP_CLOCK.replace(' ', 'T')}Z`;
}
