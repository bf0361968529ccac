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
  'order_in_stock',
  'transaction_risk',
];

/** Every file the example procedures are registered from. */
export function exampleFiles(): readonly string[] {
  return EXAMPLE_PROCEDURES.flatMap((name) =>
    ['sql', 'wasm'].map((extension) => `${PROCEDURES_DIRECTORY}${name}.${extension}`),
  );
}

/**
 * Creates or replaces the example procedures in the connection's database, whose engine must be
 * loaded. The connection stays the caller's.
 */
export async function installExamples(connection: GatewayConnection): Promise<void> {
  const gateway = new Gateway(connection, {
    baseDirectory: PROCEDURES_DIRECTORY,
    allowFiles: true,
  });
  for (const name of EXAMPLE_PROCEDURES) {
    const script = await readFile(`${PROCEDURES_DIRECTORY}${name}.sql`, 'utf8');
    for await (const _ of gateway.execute(script)) {
      // Nothing to read: a definition has no rows.
    }
  }
}
