/** The databases the bench runs on. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { installExamples } from '#examples';
import { ensureEngine, Gateway } from '#runtime';
import type { Connection } from '#storage';
import { Database } from '#storage';
import { buildNative } from './native.ts';

/** A database with the engine, the bench's procedures and, where Rust is, their native twins. */
export interface Scene {
  readonly connection: Connection;
  readonly hasNative: boolean;
  /** Runs statements of DuckDB's and of HeliosDB's SQL. */
  run(script: string): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const GUEST = join(import.meta.dirname, 'guest', 'guest.wasm');

const PROCEDURES: Readonly<Record<string, string>> = {
  multiply_add: '(a BIGINT, b BIGINT, c BIGINT) RETURNS BIGINT',
  multiply_add_double: '(a DOUBLE, b DOUBLE, c DOUBLE) RETURNS DOUBLE',
  haversine: '(lat1 DOUBLE, lon1 DOUBLE, lat2 DOUBLE, lon2 DOUBLE) RETURNS DOUBLE',
  edit_distance: '("left" VARCHAR, "right" VARCHAR) RETURNS BIGINT',
  luhn: '(digits VARCHAR) RETURNS BOOLEAN',
  burn: '(rounds BIGINT, seed BIGINT) RETURNS BIGINT',
};

/** Opens a database in memory, or a file where one is named. */
export async function openScene(): Promise<Scene> {
  const native = buildNative();
  const extensions = [await ensureEngine(), ...(native === null ? [] : [native])];
  const database = await Database.open({ path: ':memory:', extensions });
  const connection = await database.connect();
  const gateway = new Gateway(connection, { baseDirectory: join(GUEST, '..'), allowFiles: true });
  const run = async (script: string): Promise<void> => {
    for await (const _ of gateway.execute(script)) {
      // Their results do not matter here.
    }
  };
  if (!existsSync(GUEST)) throw new Error(`${GUEST} is missing: compile guest.rs beside it`);
  for (const [name, signature] of Object.entries(PROCEDURES)) {
    await run(
      `CREATE PROCEDURE ${name}${signature} LANGUAGE wasm ENTRY '${name}' AS 'file://guest.wasm'`,
    );
  }
  return {
    connection,
    hasNative: native !== null,
    run,
    [Symbol.asyncDispose]: () => database.close(),
  };
}

/**
 * Adds the tables of the lookup cases, with so many customers. No two orders have both customer and
 * total in common: what a STABLE procedure returned for them would be remembered.
 */
export async function addShop(
  scene: Scene,
  { customers, orders, hasKey }: { customers: number; orders: number; hasKey: boolean },
): Promise<void> {
  const tiers = "['platinum', 'gold', 'silver', 'bronze']";
  await scene.run(`
    CREATE OR REPLACE TABLE customers (id BIGINT ${hasKey ? 'PRIMARY KEY' : ''}, loyalty_tier VARCHAR);
    INSERT INTO customers SELECT i, ${tiers}[1 + i % 4] FROM range(${customers}) r(i);
    CREATE OR REPLACE TABLE orders AS
      SELECT i AS id, (i * 7919 % ${customers})::BIGINT AS customer_id, (i % 997)::DECIMAL(18, 3) AS total
      FROM range(${orders}) r(i);
    CREATE OR REPLACE TABLE order_items AS
      SELECT i // 3 AS order_id, i * 31 % 2000 AS product_id, i % 5 + 1 AS quantity
      FROM range(${3 * orders}) r(i);
    CREATE OR REPLACE TABLE inventory AS
      SELECT i AS product_id, i % 50 + 5 AS available_quantity FROM range(2000) r(i);`);
  await installExamples(scene.connection, [
    'calculate_discount',
    'order_in_stock',
    'validate_order',
  ]);
}
