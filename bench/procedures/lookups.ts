/** Procedures that look something up for every row: answered together, one by one, and as a join. */
import type { CaseResult, Contender } from './measure.ts';
import { medianOf, race } from './measure.ts';
import type { Scene } from './scene.ts';
import { addShop } from './scene.ts';

const DISCOUNT_JOIN = `
  SELECT sum(o.total::DOUBLE * CASE c.loyalty_tier
    WHEN 'platinum' THEN 0.20 WHEN 'gold' THEN 0.15 WHEN 'silver' THEN 0.10 ELSE 0.05 END)
  FROM orders o JOIN customers c ON c.id = o.customer_id`;

const STOCK_JOIN = `
  SELECT count(*) FROM (
    SELECT o.id, bool_and(coalesce(v.available_quantity >= i.quantity, false)) AS is_in_stock
    FROM orders o LEFT JOIN order_items i ON i.order_id = o.id
    LEFT JOIN inventory v ON v.product_id = i.product_id GROUP BY o.id)`;

/** Rows that are looked up one by one: it is slow enough to be measured on few. */
const SINGLE_ROWS = 300;

/** Measures discounts over lookup tables of several sizes, and a chain of dependent lookups. */
export async function lookupCases(
  scene: Scene,
  { customers, orders, rounds }: { customers: readonly number[]; orders: number; rounds: number },
): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  for (const count of customers) {
    for (const hasKey of [false, true]) {
      await addShop(scene, { customers: count, orders, hasKey });
      const name = `calculate_discount, ${count} customers${hasKey ? ' with primary key' : ''}`;
      results.push(
        await lookupCase(scene, {
          name,
          call: 'calculate_discount(customer_id, total)',
          join: DISCOUNT_JOIN,
          orders,
          rounds,
        }),
      );
    }
  }
  results.push(
    await lookupCase(scene, {
      name: 'order_in_stock: items, then stock per item',
      call: 'order_in_stock(id)',
      join: STOCK_JOIN,
      orders,
      rounds,
    }),
  );
  return results;
}

async function lookupCase(
  scene: Scene,
  {
    name,
    call,
    join,
    orders,
    rounds,
  }: { name: string; call: string; join: string; orders: number; rounds: number },
): Promise<CaseResult> {
  const procedure = call.slice(0, call.indexOf('('));
  const calls = (label: string, settings: { threads: number; together: boolean }): Contender => {
    const rows = settings.together ? orders : Math.min(orders, SINGLE_ROWS);
    const sql = `SELECT count(${call}) FROM (FROM orders LIMIT ${rows})`;
    return {
      name: label,
      prepare: () =>
        scene.run(
          `SET threads = ${settings.threads};
           ALTER PROCEDURE ${procedure} SET (batch_queries = ${settings.together});
           ${sql}`,
        ),
      async run() {
        await scene.connection.query(sql);
        return rows;
      },
    };
  };
  const timings = await race(
    [
      {
        name: 'hand-written join',
        prepare: () => scene.run('SET threads = 1'),
        async run() {
          await scene.connection.query(join);
          return orders;
        },
      },
      calls('procedure, one by one', { threads: 1, together: false }),
      calls('procedure, together', { threads: 1, together: true }),
      calls('procedure, together, 2 threads', { threads: 2, together: true }),
    ],
    { rounds, scale: 1e-3 },
  );
  const together = medianOf(timings, 'procedure, together');
  const single = medianOf(timings, 'procedure, one by one') / together;
  const over = together - medianOf(timings, 'hand-written join');
  return {
    name,
    unit: 'µs a row',
    timings,
    goal:
      procedure === 'order_in_stock' ? 'at least 30 × of one by one' : '1 to 2 µs over the join',
    reached: `${over.toFixed(2)} µs over the join, ${single.toFixed(0)} × of one by one`,
  };
}
