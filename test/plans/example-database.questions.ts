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
  {
    question: 'What percentage of orders were cancelled?',
    byHand: `SELECT 100.0 * count(*) FILTER (WHERE status = 'cancelled') / count(*) FROM orders`,
  },
  {
    question: 'What percentage of customers are platinum?',
    byHand: `SELECT 100.0 * count(*) FILTER (WHERE loyalty_tier = 'platinum') / count(*) FROM customers`,
  },
  {
    question: 'What is the share of pending orders among all orders?',
    byHand: `SELECT 100.0 * count(*) FILTER (WHERE status = 'pending') / count(*) FROM orders`,
  },
  {
    question: 'What is the difference between the highest and lowest product price?',
    byHand: 'SELECT max(price) - min(price) FROM products',
  },
  {
    question: 'How many more platinum customers than gold customers are there?',
    byHand: `SELECT count(*) FILTER (WHERE loyalty_tier = 'platinum')
        - count(*) FILTER (WHERE loyalty_tier = 'gold') FROM customers`,
  },
  {
    question: 'What is the ratio of orders to customers?',
    byHand: 'SELECT (SELECT count(*) FROM orders) / (SELECT count(*) FROM customers)',
  },
  {
    question: 'revenue by month 2025',
    byHand: `SELECT date_trunc('month', order_date)::DATE, sum(total) FROM orders
      WHERE year(order_date) = 2025 GROUP BY 1`,
  },
  {
    question: 'number of orders per quarter in 2025',
    byHand: `SELECT date_trunc('quarter', order_date)::DATE, count(*) FROM orders
      WHERE year(order_date) = 2025 GROUP BY 1`,
  },
  {
    question: 'How many orders were placed each year?',
    byHand: 'SELECT year(order_date), count(*) FROM orders GROUP BY 1',
  },
  {
    question: 'How many customers signed up per month in 2026?',
    byHand: `SELECT date_trunc('month', signup_date)::DATE, count(*) FROM customers
      WHERE year(signup_date) = 2026 GROUP BY 1`,
  },
  {
    question: 'How many orders in the first quarter of 2026?',
    byHand: `SELECT count(*) FROM orders
      WHERE order_date >= DATE '2026-01-01' AND order_date < DATE '2026-04-01'`,
  },
  {
    question: 'List the 5 countries with the fewest customers',
    byHand: 'SELECT country FROM customers GROUP BY country ORDER BY count(*) LIMIT 5',
  },
  {
    question: 'What is the second most expensive product?',
    byHand: 'SELECT name FROM products ORDER BY price DESC LIMIT 1 OFFSET 1',
  },
  {
    question: 'What is the most expensive product in each category?',
    byHand: `SELECT category, name FROM products AS one
      WHERE price = (SELECT max(price) FROM products WHERE category = one.category)`,
  },
  {
    question: 'Which products cost more than the average price?',
    byHand: 'SELECT name FROM products WHERE price > (SELECT avg(price) FROM products)',
  },
  {
    question: 'How many customers have no phone?',
    byHand: 'SELECT count(*) FROM customers WHERE phone IS NULL',
  },
  {
    question: 'How many transactions over 1000 were there last week?',
    byHand: `SELECT count(*) FROM transactions WHERE amount > 1000
      AND "timestamp" >= DATE '2026-06-22' AND "timestamp" < DATE '2026-06-29'`,
  },
  {
    question: 'How many products are below their reorder level?',
    byHand: 'SELECT count(*) FROM inventory WHERE available_quantity < reorder_level',
  },
  {
    question: 'What is the total stock per warehouse?',
    byHand: 'SELECT warehouse, sum(available_quantity) FROM inventory GROUP BY warehouse',
  },
  {
    question: 'average number of orders per customer',
    // Customers without orders count as none.
    byHand: 'SELECT (SELECT count(*) FROM orders) / (SELECT count(*) FROM customers)',
  },
  {
    question: 'What is the average total of orders not cancelled?',
    byHand: `SELECT avg(total) FROM orders WHERE status <> 'cancelled'`,
  },
  {
    question: 'orders before 2024-02-01 sorted by total descending',
    byHand: `SELECT order_id FROM orders WHERE order_date < DATE '2024-02-01' ORDER BY total DESC`,
  },
  {
    question: 'number of merchants per country, highest first',
    byHand: 'SELECT country, count(*) FROM merchants GROUP BY country ORDER BY count(*) DESC',
  },
  {
    question: 'list customers in Tokyo by signup date',
    byHand: `SELECT name FROM customers WHERE city = 'Tokyo' ORDER BY signup_date`,
  },
  {
    question: 'names of customers not in the United States with gold tier',
    byHand: `SELECT name FROM customers WHERE country <> 'United States' AND loyalty_tier = 'gold'`,
  },
  {
    question: 'customers in Germany or France with platinum tier',
    byHand: `SELECT name FROM customers WHERE country IN ('Germany', 'France') AND loyalty_tier = 'platinum'`,
  },
  {
    question: 'Which merchant category has the lowest total amount of transactions?',
    byHand: `SELECT category FROM transactions JOIN merchants ON merchants.id = merchant_id
      GROUP BY category ORDER BY sum(amount) LIMIT 1`,
  },
  {
    question: 'What is the total quantity sold of each product category?',
    byHand: `SELECT category, sum(quantity) FROM order_items JOIN products ON products.id = product_id
      GROUP BY category`,
  },
  {
    question: 'Which loyalty tier has the highest average order total?',
    byHand: `SELECT loyalty_tier FROM orders JOIN customers ON customers.id = customer_id
      GROUP BY loyalty_tier ORDER BY avg(total) DESC LIMIT 1`,
  },
  {
    question: 'How many orders have more than 5 items?',
    byHand:
      'SELECT count(*) FROM (FROM order_items SELECT order_id GROUP BY order_id HAVING count(*) > 5)',
  },
  {
    question: 'How many different cities do gold customers live in?',
    byHand: `SELECT count(DISTINCT city) FROM customers WHERE loyalty_tier = 'gold'`,
  },
  {
    question: 'customers who never made a transaction',
    byHand: 'SELECT name FROM customers WHERE id NOT IN (SELECT customer_id FROM transactions)',
  },
  {
    question: 'How many customers ordered something in June 2026?',
    byHand: `SELECT count(DISTINCT customer_id) FROM orders
      WHERE order_date BETWEEN DATE '2026-06-01' AND DATE '2026-06-30'`,
  },
  {
    question: 'Show ordrs with a total above 5000',
    byHand: 'SELECT order_id FROM orders WHERE total > 5000',
  },
  {
    question: 'How many prodcts are there?',
    byHand: 'SELECT count(*) FROM products',
  },
  {
    question: 'Calculate the discount for orders of customer 12345',
    byHand: `SELECT order_id, customer_id, total, total * CASE loyalty_tier
        WHEN 'platinum' THEN 0.20 WHEN 'gold' THEN 0.15 WHEN 'silver' THEN 0.10 ELSE 0.05 END
      FROM orders JOIN customers ON customers.id = customer_id WHERE customer_id = 12345`,
  },
  {
    question: 'How many orders placed on 2026-06-29 are in stock?',
    byHand: `SELECT count(*) FROM orders WHERE order_date = DATE '2026-06-29' AND NOT EXISTS (
      FROM order_items JOIN inventory USING (product_id)
      WHERE order_items.order_id = orders.order_id AND available_quantity < quantity)`,
  },
  {
    question: 'What is the risk of the transactions of customer 66?',
    byHand: `SELECT now.id, 30.0 * (count(*) FILTER (past."timestamp" >= now."timestamp" - INTERVAL 1 HOUR) > 10)::INT
          + 40 * (now.amount > 3 * avg(past.amount))::INT + 20 * (now.amount > 10000)::INT
        FROM transactions AS now JOIN transactions AS past ON past.customer_id = now.customer_id
          AND past."timestamp" BETWEEN now."timestamp" - INTERVAL 30 DAYS AND now."timestamp"
      WHERE now.customer_id = 66 GROUP BY now.id, now."timestamp", now.amount`,
  },
  {
    question: 'average risk of transactions above 8000 by merchant category',
    byHand: `SELECT category, avg(risk) FROM (SELECT now.id, now.merchant_id, 30.0 * (count(*) FILTER (past."timestamp" >= now."timestamp" - INTERVAL 1 HOUR) > 10)::INT
          + 40 * (now.amount > 3 * avg(past.amount))::INT + 20 * (now.amount > 10000)::INT AS risk
        FROM transactions AS now JOIN transactions AS past ON past.customer_id = now.customer_id
          AND past."timestamp" BETWEEN now."timestamp" - INTERVAL 30 DAYS AND now."timestamp"
        WHERE now.amount > 8000 GROUP BY now.id, now.merchant_id, now."timestamp", now.amount)
      JOIN merchants ON merchants.id = merchant_id GROUP BY category`,
  },
  {
    question: 'List transactions above 8000 with a risk above 50',
    byHand: `SELECT id FROM (SELECT now.id, 30.0 * (count(*) FILTER (past."timestamp" >= now."timestamp" - INTERVAL 1 HOUR) > 10)::INT
          + 40 * (now.amount > 3 * avg(past.amount))::INT + 20 * (now.amount > 10000)::INT AS risk
        FROM transactions AS now JOIN transactions AS past ON past.customer_id = now.customer_id
          AND past."timestamp" BETWEEN now."timestamp" - INTERVAL 30 DAYS AND now."timestamp"
        WHERE now.amount > 8000 GROUP BY now.id, now."timestamp", now.amount) WHERE risk > 50`,
  },
  {
    question: 'is product 7 in stock?',
    byHand: 'SELECT EXISTS (FROM inventory WHERE product_id = 7 AND available_quantity > 0)',
  },
  {
    question: 'products in stock',
    byHand: `SELECT name FROM products
      WHERE id IN (SELECT product_id FROM inventory WHERE available_quantity > 0)`,
  },
  {
    question: 'which customers are older than 2 years',
    byHand: `SELECT name FROM customers WHERE signup_date < DATE '2024-06-30'`,
  },
];

/** Questions that nothing in the database answers, with the words that could not be placed. */
export const REFUSED_QUESTIONS: readonly {
  readonly question: string;
  readonly unknownWords: readonly string[];
}[] = [
  { question: 'Which flurbs are zonked?', unknownWords: ['flurbs', 'zonked'] },
  { question: 'average horsepower per loyalty tier', unknownWords: ['horsepower'] },
  // Nobody is called so: there is nothing to compare with.
  { question: 'customers who spent more than Emma Wilson', unknownWords: [] },
];
