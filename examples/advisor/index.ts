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

/** Orders that the packers ask about, one at a time, and items that make an order a large one. */
const LARGE_ORDERS = 120;
const LARGE_ORDER_ITEMS = 4;

/**
 * What a shop's programs do with procedures: a till that asks for one discount at a time, the same
 * customers again and again; a packing station that asks about one large order after another, with a
 * loop over its items inside; a job over many orders in one statement, which the engine answers
 * together, so that there is nothing to say about it.
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
    title: `the packers: ${LARGE_ORDERS} large orders validated one at a time, product by product`,
    run: async (connection) => {
      const { rows } = await connection.query(
        `SELECT order_id FROM order_items GROUP BY order_id
         HAVING count(*) >= ${LARGE_ORDER_ITEMS} ORDER BY order_id LIMIT ${LARGE_ORDERS}`,
      );
      using call = await connection.prepare('SELECT validate_order($1)');
      for (const [orderId] of rows) await call.query([orderId ?? null]);
    },
  },
  {
    title: 'the warehouse: 80 orders checked against the stock with a join in the procedure',
    run: (connection) =>
      connection.run('SELECT count(order_in_stock(order_id)) FROM orders WHERE order_id <= 80'),
  },
];
