/** Statements that fill `products`, `inventory`, `orders` and `order_items`. */

import { CATEGORIES } from './goods.ts';
import { choose, draw, heavyTail, text } from './random.ts';
import { addLateKey, createTable } from './schema.ts';

/** Sales are drawn from a wheel of this many slots, popular products holding more of them. */
const WHEEL_SLOTS = 8192;
/** The first day on which the shop took orders. */
const OPENED = '2023-01-01';

export function productStatements(): string[] {
  const priceOfLine = [1, 0.84, 1.22, 1.08];
  const rows: string[] = [];
  for (const category of CATEGORIES) {
    for (const [item, price] of category.items) {
      for (const [line, name] of category.lines.entries()) {
        const linePrice = Math.max(2, Math.round(price * (priceOfLine[line] ?? 1))) - 0.01;
        rows.push(
          `(${rows.length + 1}, ${text(`${name} ${item}`)}, ${text(category.name)}, ${linePrice.toFixed(2)}, ${category.weight / category.items.length})`,
        );
      }
    }
  }
  return [
    // Popularity within a category is heavy-tailed: a few best sellers, a long tail.
    `CREATE TEMP TABLE range_of_goods AS
     SELECT id::BIGINT AS id, name, category, price::DECIMAL(10,2) AS price,
            DATE '2019-02-01' + floor(${draw('added', 'id')} * 1400)::INTEGER AS added_on,
            weight * (0.15 + ${heavyTail('popularity', 'id', 6)}) AS popularity
     FROM (VALUES ${rows.join(',\n')}) AS t(id, name, category, price, weight)`,
    `INSERT INTO products SELECT id, name, category, price, added_on FROM range_of_goods ORDER BY id`,
    `INSERT INTO inventory
     SELECT id, ${choose(draw('warehouse', 'id'), [
       ["'Rotterdam'", 0.45],
       ["'Columbus'", 0.8],
       ["'Osaka'", 1],
     ])},
            CASE WHEN ${draw('sold out', 'id')} < 0.05 THEN floor(${draw('sold out', 'id')} * 60)::INTEGER
                 ELSE 5 + floor(popularity * 220 * (0.3 + ${draw('stock', 'id')}))::INTEGER END,
            5 * (1 + floor(popularity * 12)::INTEGER)
     FROM range_of_goods ORDER BY id`,
    `CREATE TEMP TABLE wheel AS
     WITH shares AS (
       SELECT id, price, category, sum(popularity) OVER (ORDER BY id) / sum(popularity) OVER () AS share_to
       FROM range_of_goods
     ),
     edges AS (
       SELECT *, floor(coalesce(lag(share_to) OVER (ORDER BY id), 0) * ${WHEEL_SLOTS})::INTEGER AS slot_from,
              floor(share_to * ${WHEEL_SLOTS})::INTEGER AS slot_to FROM shares
     )
     SELECT unnest(range(slot_from, slot_to))::INTEGER AS slot, id AS product_id, price, category = 'Grocery' AS is_grocery
     FROM edges`,
  ];
}

export function orderStatements(asOf: string): string[] {
  const today = `DATE ${text(asOf.slice(0, 10))}`;
  return [
    // How many orders a customer placed depends on tier and on how long they have been one.
    `CREATE TEMP TABLE order_drafts AS
     WITH habits AS (
       SELECT id, least(${today} - signup_date, ${today} - DATE '${OPENED}')::INTEGER AS days,
              CASE loyalty_tier WHEN 'platinum' THEN 50 WHEN 'gold' THEN 26 WHEN 'silver' THEN 13 ELSE 7 END
                * ${heavyTail('orders', 'id', 7)} AS appetite
       FROM customers
     ),
     placed AS (
       SELECT id AS customer_id, days,
              unnest(range(floor(appetite * (0.3 + 0.7 * days / 1276) + 0.8)::INTEGER))::INTEGER AS n
       FROM habits
     ),
     dated AS (
       SELECT customer_id, n, customer_id * 1024 + n AS seed, days,
              ${today} - floor(${draw('order day', 'seed')} * (days + 1))::INTEGER AS plain_date,
              make_date(year(plain_date), 11, 14) + floor(${draw('gift day', 'seed')} * 38)::INTEGER AS gift_date
       FROM placed
     ),
     -- One in seven orders moves to the weeks before the holidays, where the calendar allows it.
     moved AS (
       SELECT customer_id, n, seed,
              CASE WHEN ${draw('is gift', 'seed')} < 0.14 AND gift_date <= ${today} AND gift_date >= ${today} - days
                THEN gift_date ELSE plain_date END AS order_date
       FROM dated
     ),
     aged AS (SELECT *, ${today} - order_date AS age, ${draw('status', 'seed')} AS u FROM moved)
     SELECT row_number() OVER (ORDER BY order_date, seed) AS order_id, customer_id, order_date,
            CASE WHEN age <= 2 THEN ${choose('u', [
              ["'pending'", 0.76],
              ["'processing'", 0.97],
              ["'cancelled'", 1],
            ])}
                 WHEN age <= 6 THEN ${choose('u', [
                   ["'pending'", 0.34],
                   ["'processing'", 0.6],
                   ["'shipped'", 0.97],
                   ["'cancelled'", 1],
                 ])}
                 WHEN age <= 14 THEN ${choose('u', [
                   ["'pending'", 0.09],
                   ["'shipped'", 0.5],
                   ["'delivered'", 0.965],
                   ["'cancelled'", 1],
                 ])}
                 WHEN age <= 40 THEN ${choose('u', [
                   ["'pending'", 0.02],
                   ["'delivered'", 0.94],
                   ["'returned'", 0.965],
                   ["'cancelled'", 1],
                 ])}
                 ELSE ${choose('u', [
                   ["'delivered'", 0.925],
                   ["'returned'", 0.965],
                   ["'cancelled'", 1],
                 ])} END AS status
     FROM aged`,
    // A product drawn twice for one order is one item with a larger quantity.
    `CREATE TEMP TABLE item_drafts AS
     WITH lines AS (
       SELECT order_id, order_date, order_id * 8 + unnest(range(${choose(
         draw('line count', 'order_id'),
         [
           ['1', 0.58],
           ['2', 0.86],
           ['3', 0.96],
           ['4', 0.99],
           ['6', 1],
         ],
       )})) AS seed
       FROM order_drafts
     ),
     drawn AS (
       SELECT order_id, order_date, seed, floor(${draw('product', 'seed')} * ${WHEEL_SLOTS})::INTEGER AS slot,
              ${draw('quantity', 'seed')} AS u
       FROM lines
     )
     SELECT order_id, product_id,
            sum(${choose('u', [
              ['1', 0.78],
              ['2', 0.93],
              ['3', 0.98],
              ['4 + floor((u - 0.98) * 150)::INTEGER', 1],
            ])}
              + CASE WHEN is_grocery THEN 1 ELSE 0 END)::INTEGER AS quantity,
            -- Prices rose a little every year, and one line in eight was on sale.
            min((price * (1 - 0.03 * (${today} - order_date) / 365) * CASE WHEN ${draw('sale', 'seed')} < 0.125 THEN 0.85 ELSE 1 END)::DECIMAL(10,2)) AS unit_price
     FROM drawn JOIN wheel USING (slot)
     GROUP BY order_id, product_id`,
    `INSERT INTO orders
     SELECT o.order_id, o.customer_id, o.order_date, o.status, i.total
     FROM order_drafts o
     JOIN (SELECT order_id, sum(quantity * unit_price)::DECIMAL(12,2) AS total FROM item_drafts GROUP BY order_id) i
       USING (order_id)
     ORDER BY o.order_id`,
    addLateKey('orders'),
    ...createTable('order_items'),
    `INSERT INTO order_items
     SELECT order_id, product_id, quantity, unit_price FROM item_drafts ORDER BY order_id, product_id`,
    addLateKey('order_items'),
  ];
}
