/** Procedures that look something up for every row: answered together, one by one, and as a join. */
import type { CaseResult, Contender } from './measure.ts';
import { medianOf, race } from './measure.ts';
import type { PlainThreads } from './plain-threads.ts';
import { describeGains } from './plain-threads.ts';
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

/** Procedures of the examples that look something up for each row of what they looked up first. */
const CHAINS = [
  ['order_in_stock', 'Rust'],
  ['validate_order', 'Python'],
] as const;

/** Rows that are looked up one by one: it is slow enough to be measured on few. */
const SINGLE_ROWS = 300;

/** Orders of several row groups, as many for each of two threads, so that DuckDB itself uses both. */
const MANY_ORDERS = 8 * 122_880;
const MANY_ORDERS_CUSTOMERS = 20_000;

/** Measures discounts over lookup tables of several sizes, and a chain of dependent lookups. */
export async function lookupCases(
  scene: Scene,
  { customers, orders, ...how }: { customers: readonly number[]; orders: number } & How,
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
          ...how,
        }),
      );
    }
  }
  for (const [procedure, language] of CHAINS) {
    results.push(
      await lookupCase(scene, {
        name: `${procedure}, in ${language}: items, then stock per item`,
        call: `${procedure}(id)`,
        join: STOCK_JOIN,
        orders,
        ...how,
      }),
    );
  }
  results.push(await manyOrders(scene, how));
  return results;
}

interface How {
  readonly plain: PlainThreads;
  readonly rounds: number;
}

/** Runs a statement on so many threads. */
function onThreads(
  scene: Scene,
  { name, threads, sql, orders }: { name: string; threads: number; sql: string; orders: number },
): Contender {
  return {
    name: threads === 1 ? name : `${name}, ${threads} threads`,
    prepare: () => scene.run(`SET threads = ${threads}; ${sql}`),
    async run() {
      await scene.connection.query(sql);
      return orders;
    },
  };
}

/** Lookups for so many rows that DuckDB shares them among its threads, as it does the join. */
async function manyOrders(scene: Scene, { plain, rounds }: How): Promise<CaseResult> {
  const [customers, orders] = [MANY_ORDERS_CUSTOMERS, MANY_ORDERS];
  await addShop(scene, { customers, orders, hasKey: false });
  const gains: number[] = [];
  const call = 'SELECT count(calculate_discount(customer_id, total)) FROM orders';
  const contenders = [
    { name: 'hand-written join', sql: DISCOUNT_JOIN },
    { name: 'procedure, together', sql: call },
  ].flatMap(({ name, sql }) =>
    [1, 2].map((threads) => onThreads(scene, { name, threads, sql, orders })),
  );
  const measuring: Contender = {
    name: 'plain threads',
    async run() {
      gains.push(await plain.gain());
      return 1;
    },
  };
  const raced = await race([...contenders, measuring], { rounds, scale: 1e-3 });
  const timings = raced.filter(({ contender }) => contender !== measuring.name);
  const gainOf = (name: string): string =>
    (medianOf(timings, name) / medianOf(timings, `${name}, 2 threads`)).toFixed(2);
  const procedure = 'procedure, together';
  return {
    name: `calculate_discount, ${customers} customers, ${orders} orders`,
    unit: 'µs a row',
    timings,
    goal: 'at least 1.7 × of one thread',
    reached: `${gainOf(procedure)} ×; join ${gainOf('hand-written join')} ×; ${describeGains(gains)}`,
  };
}

async function lookupCase(
  scene: Scene,
  {
    name,
    call,
    join,
    orders,
    plain,
    rounds,
  }: { name: string; call: string; join: string; orders: number } & How,
): Promise<CaseResult> {
  const procedure = call.slice(0, call.indexOf('('));
  const gains: number[] = [];
  const calls = (label: string, settings: { threads: number; together: boolean }): Contender => {
    const rows = settings.together ? orders : Math.min(orders, SINGLE_ROWS);
    const sql = `SELECT count(${call}) FROM (FROM orders LIMIT ${rows})`;
    return {
      name: label,
      async prepare() {
        if (settings.threads === 2) gains.push(await plain.gain());
        await scene.run(
          `SET threads = ${settings.threads};
           ALTER PROCEDURE ${procedure} SET (batch_queries = ${settings.together});
           ${sql}`,
        );
      },
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
    goal: CHAINS.some(([chain]) => chain === procedure)
      ? 'at least 30 × of one by one'
      : '1 to 2 µs over the join',
    reached: `${over.toFixed(2)} µs over the join, ${single.toFixed(0)} × of one by one; ${describeGains(gains)}`,
  };
}
