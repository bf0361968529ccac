/** A working day of the shop, for the advisor to look at: what it calls, and how. */

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Gateway } from '#runtime';
import type { Connection } from '#storage';

const DIRECTORY = fileURLToPath(new URL('.', import.meta.url));

/** One part of the workload. */
export interface WorkloadStep {
  /** What happens, for people. */
  readonly title: string;
  readonly run: (connection: Connection) => Promise<void>;
}

/** Times that a customer's discount is asked for in a statement of its own. */
const SINGLE_CALLS = 200;

/**
 * What a shop's programs do with procedures: a till that asks for one discount at a time, the same
 * customers again and again; a nightly job over many orders; a check that loops over an order's
 * items.
 */
export const WORKLOAD: readonly WorkloadStep[] = [
  {
    title: 'register validate_order, which asks for an order and then for each of its products',
    run: async (connection) => {
      const gateway = new Gateway(connection, { baseDirectory: DIRECTORY, allowFiles: true });
      const script = await readFile(`${DIRECTORY}validate_order.sql`, 'utf8');
      for await (const _ of gateway.execute(script)) {
        // Nothing to read: a definition has no rows.
      }
    },
  },
  {
    title: `the till: ${SINGLE_CALLS} discounts, one statement each, for customers who come back`,
    run: async (connection) => {
      using call = await connection.prepare(
        `SELECT calculate_discount(customer_id, total) FROM orders
         WHERE order_id = (SELECT min(order_id) FROM orders WHERE customer_id = ($1::INTEGER * 37) % 60 + 1)`,
      );
      for (let turn = 0; turn < SINGLE_CALLS; turn += 1) await call.query([turn]);
    },
  },
  {
    title: 'the check: 300 orders validated, product by product',
    run: (connection) =>
      connection.run('SELECT count(validate_order(order_id)) FROM orders WHERE order_id <= 300'),
  },
  {
    title: 'the warehouse: 80 orders checked against the stock with a join in the procedure',
    run: (connection) =>
      connection.run('SELECT count(order_in_stock(order_id)) FROM orders WHERE order_id <= 80'),
  },
];
