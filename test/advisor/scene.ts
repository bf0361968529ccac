import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReplayLimits } from '#advisor';
import { CodeAdvisor } from '#advisor';
import { createReplayPorts, openDatabase } from '#agent';
import { ensureShop, WORKLOAD } from '#examples';
import type { Database } from '#storage';

/** As few turns as give an interval: these tests ask for directions, not for precision. */
export const FEW_TURNS: Partial<ReplayLimits> = { pairsMin: 4, pairsMax: 4, runMsMax: 250 };

export interface Scene extends AsyncDisposable {
  readonly folder: string;
  readonly path: string;
}

/** A copy of the shop whose history holds one day's work and nothing else. */
export async function makeScene(): Promise<Scene> {
  const folder = await mkdtemp(join(tmpdir(), 'heliosdb-advisor-'));
  const shop = await ensureShop({ directory: join(import.meta.dirname, '../../.heliosdb') });
  const path = join(folder, 'shop.duckdb');
  await copyFile(shop, path);
  await using database = await open(path);
  await database.withConnection(async (connection) => {
    await connection.query('SELECT heliosdb_migrate(current_database())');
    for (const table of ['metrics_history', 'query_shapes', 'argument_samples', 'logs']) {
      await connection.run(`DELETE FROM heliosdb.${table}`);
    }
  });
  for (const step of WORKLOAD) await database.withConnection(step.run);
  return {
    folder,
    path,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

export function open(path: string, isReadOnly = false): Promise<Database> {
  return openDatabase({ path, isReadOnly, engine: 'always' });
}

/** An advisor whose copies are put below a folder of the test's. */
export function adviseOn(database: Database, folder: string): CodeAdvisor {
  const replay = createReplayPorts(join(folder, 'copies'));
  return new CodeAdvisor({ model: null, schema: database, replay });
}
