import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { openDatabase } from '#agent';
import { installExamples } from '#examples';
import type { Service } from '#server';
import { startService } from '#server';
import { ensurePage } from '#web';
import { launchBrowser } from './browser.ts';

/** What a name in the data may try. */
export const HOSTILE = `<img src=x onerror="alert(1)"><script>alert(2)</script>'"{{1}}`;

// The orders of platinum customers take a while, so that there is something to cancel.
const TABLES = `
  CREATE TABLE customers (
    id BIGINT PRIMARY KEY, name VARCHAR, loyalty_tier VARCHAR, note VARCHAR);
  INSERT INTO customers
    SELECT range + 1, 'Käthe ' || range, ['gold', 'platinum', 'silver'][1 + range % 3],
      CASE WHEN range % 5 > 0 THEN 'note ' || range END
    FROM range(120);
  UPDATE customers SET name = '${HOSTILE.replaceAll("'", "''")}' WHERE id = 2;
  COMMENT ON COLUMN customers.note IS '${HOSTILE.replaceAll("'", "''")}';
  CREATE TABLE orders (
    order_id BIGINT PRIMARY KEY, customer_id BIGINT REFERENCES customers (id),
    total DECIMAL(18,2));
  INSERT INTO orders
    SELECT range + 1, 1 + range % 120, 10 + (range % 370) + (range % 120) / 4 FROM range(3000);`;

export interface Scene extends AsyncDisposable {
  readonly url: string;
  readonly browser: Browser;
  /** Adds so many orders that calling a procedure for each of them takes a while. */
  readonly addOrders: () => Promise<void>;
}

/** The service on a database of its own, and a browser. */
export async function startScene(): Promise<Scene> {
  const folder = await mkdtemp(join(tmpdir(), 'helios-web-'));
  const path = join(folder, 'small.duckdb');
  const database = await openDatabase({ path, isReadOnly: false, engine: 'always' });
  await database.withConnection(async (connection) => {
    await connection.run(TABLES);
    await installExamples(connection, ['calculate_discount']);
  });
  const pageDirectory = await ensurePage();
  const place = { host: '127.0.0.1', port: 0, pageDirectory, stateDirectory: folder };
  const service: Service = await startService({ database, version: '0.0.0', ...place });
  const browser = await launchBrowser();
  return {
    url: service.url,
    browser,
    addOrders: async () => {
      const sql = `INSERT INTO orders SELECT 10000 + range, 1 + range % 120, range % 999
        FROM range(600000)`;
      const response = await fetch(`${service.url}/api/v1/sql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ sql }),
      });
      if (!response.ok) throw new Error(await response.text());
    },
    async [Symbol.asyncDispose]() {
      await browser.close();
      await service.close(0);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
