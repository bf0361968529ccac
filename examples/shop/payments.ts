/** Statements that fill `merchants`, `transactions` and `fraud_alerts`. */

import { MERCHANT_CATEGORIES } from './goods.ts';
import { COUNTRIES } from './places.ts';
import { choose, draw, heavyTail, text } from './random.ts';
import { addLateKey, createTable } from './schema.ts';

/** Card payments reach back this many days. */
const DAYS = 365;
const MERCHANTS_PER_COUNTRY = MERCHANT_CATEGORIES.reduce(
  (sum, category) => sum + category.merchants.length,
  0,
);

export function paymentStatements(asOf: string): string[] {
  const now = `TIMESTAMP ${text(asOf)}`;
  return [...transactionStatements(now), ...alertStatements(now)];
}

export function merchantStatements(): string[] {
  const rows = COUNTRIES.flatMap((country) =>
    MERCHANT_CATEGORIES.flatMap((category) =>
      category.merchants.map(
        (name) =>
          [
            `${name} ${country.cities[0]}`,
            category.name,
            country.name,
            country.cities[0] ?? '',
          ] as const,
      ),
    ),
  ).map(
    ([name, category, country, city], index) =>
      `(${index + 1}, ${text(name)}, ${text(category)}, ${text(country)}, ${text(city)})`,
  );
  return [`INSERT INTO merchants VALUES ${rows.join(',\n')}`];
}

function transactionStatements(now: string): string[] {
  const tenure = `(${now}::DATE - signup_date)::INTEGER`;
  return [
    `CREATE TEMP TABLE sellers AS
     SELECT m.id, m.country, m.category, a.amount, m.country || ':' || (row_number() OVER (PARTITION BY m.country ORDER BY m.id) - 1) AS place
     FROM merchants m JOIN (VALUES ${MERCHANT_CATEGORIES.map((category) => `(${text(category.name)}, ${category.amount})`).join(', ')}) AS a(category, amount) USING (category)`,
    // One customer in four use the card; mostly in their own country and by day.
    `CREATE TEMP TABLE payment_drafts AS
     WITH holders AS (
       SELECT id, country, ${tenure} AS tenure_days,
              floor(20 * ${heavyTail('payments', 'id', 14)} + 2)::INTEGER AS payments
       FROM customers WHERE ${draw('has card', 'id')} < 0.25 AND ${tenure} > 3
     ),
     paid AS (
       SELECT id AS customer_id, country, least(tenure_days, ${DAYS}) AS days, id * 1024 + unnest(range(payments)) AS seed
       FROM holders
     ),
     placed AS (
       SELECT customer_id, seed, days, floor(${draw('merchant', 'seed')} * ${MERCHANTS_PER_COUNTRY})::INTEGER AS shop_number,
              CASE WHEN ${draw('abroad', 'seed')} < 0.1
                THEN list_extract(${countryList()}, 1 + floor(${draw('where abroad', 'seed')} * ${COUNTRIES.length})::INTEGER)
                ELSE country END AS country
       FROM paid
     )
     SELECT p.customer_id, s.id AS merchant_id, p.seed,
            greatest(0.5, s.amount * (0.3 + 0.5 * ${draw('basket', 'seed')} + ${heavyTail('splurge', 'seed', 5)}))::DECIMAL(12,2) AS amount,
            date_trunc('day', ${now}) - to_days(floor(${draw('pay day', 'seed')} * days)::INTEGER)
              + to_seconds(floor(86400 * (0.3 + 0.64 * ${draw('pay hour', 'seed')}))::INTEGER) AS paid_at
     FROM placed p
     JOIN sellers s ON s.place = p.country || ':' || p.shop_number`,
    // Stolen cards: a burst of payments within minutes.
    `INSERT INTO payment_drafts
     WITH bursts AS (
       SELECT range AS n, ${now} - to_seconds(floor(3600 * (2 + 24 * ${DAYS - 10} * ${draw('burst time', 'range')}))::INTEGER) AS began,
              12 + floor(${draw('burst size', 'range')} * 8)::INTEGER AS size
       FROM range(170)
     ),
     victims AS (
       SELECT row_number() OVER (ORDER BY ${draw('victim', 'id')}, id) - 1 AS n, id FROM customers
       WHERE ${draw('has card', 'id')} < 0.25 AND ${tenure} > 400
     ),
     payments AS (
       SELECT b.*, v.id, unnest(range(size)) AS k FROM bursts b JOIN victims v USING (n)
     ),
     placed AS (
       SELECT *, 1 + floor(${draw('burst merchant', 'n * 32 + k')} * ${COUNTRIES.length * MERCHANTS_PER_COUNTRY})::INTEGER AS merchant_id
       FROM payments
     )
     SELECT p.id, s.id, 100000000 + n * 32 + k,
            (s.amount * (0.6 + 2.5 * ${draw('burst amount', 'n * 32 + k')}))::DECIMAL(12,2),
            began + to_seconds(k::INTEGER * 150 + floor(${draw('burst gap', 'n * 32 + k')} * 120)::INTEGER)
     FROM placed p JOIN sellers s ON s.id = p.merchant_id`,
    // Single payments far above what the customer usually spends.
    `INSERT INTO payment_drafts
     WITH victims AS (
       SELECT row_number() OVER (ORDER BY ${draw('big spender', 'id')}, id) AS n, id FROM customers
       WHERE ${draw('has card', 'id')} < 0.25 AND ${tenure} > 400
     )
     SELECT v.id, s.id, 200000000 + n, (9000 + 16000 * ${draw('big amount', 'n')})::DECIMAL(12,2),
            ${now} - to_seconds(floor(86400 * (0.2 + ${DAYS - 5} * ${draw('big day', 'n')}))::INTEGER)
     FROM victims v
     JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM sellers WHERE category IN ('Jewellery', 'Travel')) s
       ON s.place = floor(${draw('big merchant', 'n')} * ${COUNTRIES.length * 4})::INTEGER
     WHERE n <= 560`,
    `INSERT INTO transactions
     SELECT row_number() OVER (ORDER BY paid_at, seed), customer_id, merchant_id, amount, paid_at
     FROM payment_drafts WHERE paid_at <= ${now} ORDER BY paid_at, seed`,
    addLateKey('transactions'),
  ];
}

function alertStatements(now: string): string[] {
  // The same rule as examples/procedures/transaction_risk, so that both can be compared.
  return [
    ...createTable('fraud_alerts'),
    `INSERT INTO fraud_alerts
     WITH seen AS (
       SELECT id, amount, timestamp,
              count(*) OVER (PARTITION BY customer_id ORDER BY timestamp RANGE BETWEEN INTERVAL 1 HOUR PRECEDING AND CURRENT ROW) AS velocity,
              avg(amount) OVER (PARTITION BY customer_id ORDER BY timestamp RANGE BETWEEN INTERVAL 30 DAYS PRECEDING AND CURRENT ROW) AS usual
       FROM transactions
     ),
     scored AS (
       SELECT *, CASE WHEN velocity > 10 THEN 30 ELSE 0 END + CASE WHEN amount > usual * 3 THEN 40 ELSE 0 END
                 + CASE WHEN amount > 10000 THEN 20 ELSE 0 END AS score
       FROM seen
     ),
     raised AS (
       SELECT row_number() OVER (ORDER BY timestamp, id) AS alert_id, *,
              timestamp + to_seconds(2 + floor(${draw('alert delay', 'id')} * 90)::INTEGER) AS raised_at,
              CASE WHEN timestamp > ${now} - INTERVAL 3 DAYS THEN 'open'
                   ELSE ${choose(draw('review', 'id'), [
                     ["'confirmed'", 0.58],
                     ["'dismissed'", 0.93],
                     ["'open'", 1],
                   ])} END AS outcome
       FROM scored WHERE score >= 50
     )
     SELECT alert_id, id, raised_at, score,
            concat_ws('; ', CASE WHEN velocity > 10 THEN velocity || ' payments within an hour' END,
                            CASE WHEN amount > usual * 3 THEN 'amount far above the customer''s average' END,
                            CASE WHEN amount > 10000 THEN 'amount above 10000' END),
            outcome, CASE WHEN outcome <> 'open' THEN raised_at + to_hours(1 + floor(${draw('review time', 'id')} * 60)::INTEGER) END
     FROM raised ORDER BY alert_id`,
  ];
}

function countryList(): string {
  return `[${COUNTRIES.map((country) => text(country.name)).join(', ')}]`;
}
