/** Registers the example procedures. */

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { GatewayConnection } from '#runtime';
import { Gateway } from '#runtime';

/** Where the example procedures' modules and statements are. */
export const PROCEDURES_DIRECTORY: string = fileURLToPath(new URL('.', import.meta.url));

/** Every example has `<name>.wasm` and `<name>.sql` in `PROCEDURES_DIRECTORY`. */
export const EXAMPLE_PROCEDURES: readonly string[] = [
  'calculate_discount',
  'fraud_detection',
  'order_in_stock',
  'order_summary',
  'transaction_risk',
  'validate_order',
];

/** The examples that are in every shop: those that start in no time. */
export const SHOP_PROCEDURES: readonly string[] = [
  'calculate_discount',
  'order_in_stock',
  'transaction_risk',
];

/** Every file the shop's procedures are registered from. */
export function exampleFiles(): readonly string[] {
  return SHOP_PROCEDURES.flatMap((name) =>
    ['sql', 'wasm'].map((extension) => `${PROCEDURES_DIRECTORY}${name}.${extension}`),
  );
}

/**
 * Creates or replaces example procedures in the connection's database, whose engine must be
 * loaded. The connection stays the caller's.
 */
export async function installExamples(
  connection: GatewayConnection,
  names: readonly string[] = SHOP_PROCEDURES,
): Promise<void> {
  const gateway = new Gateway(connection, {
    baseDirectory: PROCEDURES_DIRECTORY,
    allowFiles: true,
  });
  for (const name of names) {
    const script = await readFile(`${PROCEDURES_DIRECTORY}${name}.sql`, 'utf8');
    for await (const _ of gateway.execute(script)) {
      // Nothing to read: a definition has no rows.
    }
  }
}
