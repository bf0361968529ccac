/** A question over the example database with the SQL a person would write for it. */
export interface ShopQuestion {
  readonly question: string;
  /** Gives the rows of the answer, without procedures; the order of its rows counts when it has one. */
  readonly byHand: string;
}

/** Questions of different shapes. Their plans are in `example-database.golden.txt`. */
export const SHOP_QUESTIONS: readonly ShopQuestion[] = [
  {
    question: 'How many orders are pending?',
    byHand: `SELECT count(*) FROM orders WHERE status = 'pending'`,
  },
  {
    question: 'How many customers joined in 2025?',
    byHand: `SELECT count(*) FROM customers
      WHERE signup_date BETWEEN DATE '2025-01-01' AND DATE '2025-12-31'`,
  },
  {
    question: 'What is the average order total?',
    byHand: 'SELECT avg(total) FROM orders',
  },
  {
    question: 'How many customers are there per loyalty tier?',
    byHand: 'SELECT loyalty_tier, count(*) FROM customers GROUP BY ALL',
  },
  {
    question: 'average price per category',
    byHand: 'SELECT category, avg(price) FROM products GROUP BY ALL',
  },
  {
    question: 'Which categories have more than 20 products?',
    byHand: 'SELECT category FROM products GROUP BY category HAVING count(*) > 20',
  },
  {
    question: 'what countries do customers come from',
    byHand: 'SELECT DISTINCT country FROM customers',
  },
  {
    question: 'list the names of gold customers in Japan',
    byHand: `SELECT name FROM customers WHERE loyalty_tier = 'gold' AND country = 'Japan'`,
  },
  {
    question: 'how many customers gave marketing consent',
    byHand: 'SELECT count(*) FROM customers WHERE marketing_consent',
  },
  {
    question: 'products that cost more than 1000',
    byHand: 'SELECT name FROM products WHERE price > 1000',
  },
  {
    question: 'orders between 100 and 101',
    byHand: 'SELECT order_id FROM orders WHERE total BETWEEN 100 AND 101',
  },
  {
    question: 'cheapest product in Books',
    byHand: `SELECT name FROM products WHERE category = 'Books' ORDER BY price LIMIT 1`,
  },
  {
    question: 'the 10 products with the highest price',
    byHand: 'SELECT name FROM products ORDER BY price DESC LIMIT 10',
  },
  {
    question: 'top 10 customers by order total',
    byHand: `SELECT name FROM customers JOIN orders ON orders.customer_id = customers.id
      GROUP BY customers.id, name ORDER BY sum(total) DESC LIMIT 10`,
  },
  {
    question: 'How many orders did customers in France make?',
    byHand: `SELECT count(*) FROM orders
      WHERE customer_id IN (SELECT id FROM customers WHERE country = 'France')`,
  },
  {
    question: 'average order total per loyalty tier',
    byHand: `SELECT loyalty_tier, avg(total) FROM orders
      JOIN customers ON customers.id = customer_id GROUP BY ALL`,
  },
  {
    question: 'total amount of transactions by merchant category',
    byHand: `SELECT category, sum(amount) FROM transactions
      JOIN merchants ON merchants.id = merchant_id GROUP BY ALL`,
  },
  {
    question: 'Which merchants have the most fraud alerts?',
    byHand: `SELECT merchants.name FROM fraud_alerts
      JOIN transactions ON transactions.id = transaction_id
      JOIN merchants ON merchants.id = merchant_id
      GROUP BY merchants.id, merchants.name ORDER BY count(*) DESC LIMIT 1`,
  },
  {
    question: 'customers without orders',
    byHand: `SELECT name FROM customers
      WHERE NOT EXISTS (FROM orders WHERE customer_id = customers.id)`,
  },
  {
    question: 'how many orders last month',
    byHand: `SELECT count(*) FROM orders
      WHERE order_date BETWEEN DATE '2026-05-01' AND DATE '2026-05-31'`,
  },
  {
    question: 'How many orders were there in March 2026?',
    byHand: `SELECT count(*) FROM orders
      WHERE order_date BETWEEN DATE '2026-03-01' AND DATE '2026-03-31'`,
  },
  {
    question: 'transactions yesterday',
    byHand: `SELECT id FROM transactions WHERE "timestamp"::DATE = DATE '2026-06-29'`,
  },
  {
    question: 'open fraud alerts',
    byHand: `SELECT id FROM fraud_alerts WHERE status = 'open'`,
  },
  {
    question: 'orders of customer 12345',
    byHand: 'SELECT order_id FROM orders WHERE customer_id = 12345',
  },
  {
    question: 'Which pending orders are in stock?',
    byHand: `SELECT order_id FROM orders WHERE status = 'pending' AND NOT EXISTS (
      FROM order_items JOIN inventory USING (product_id)
      WHERE order_items.order_id = orders.order_id AND available_quantity < quantity)`,
  },
  {
    question: 'What is the risk of transactions above 5000?',
    byHand: `SELECT now.id,
        30.0 * (count(*) FILTER (past."timestamp" >= now."timestamp" - INTERVAL 1 HOUR) > 10)::INT
        + 40 * (now.amount > 3 * avg(past.amount))::INT + 20 * (now.amount > 10000)::INT
      FROM transactions AS now JOIN transactions AS past ON past.customer_id = now.customer_id
        AND past."timestamp" BETWEEN now."timestamp" - INTERVAL 30 DAYS AND now."timestamp"
      WHERE now.amount > 5000 GROUP BY now.id, now."timestamp", now.amount`,
  },
];

/** Questions that nothing in the database answers, with the words that could not be placed. */
export const REFUSED_QUESTIONS: readonly {
  readonly question: string;
  readonly unknownWords: readonly string[];
}[] = [
  { question: 'Which flurbs are zonked?', unknownWords: ['flurbs', 'zonked'] },
  { question: 'average horsepower per loyalty tier', unknownWords: ['horsepower'] },
];
