-- A small shop with the tables that questions are planned over; every value that they name exists.
CREATE TABLE customers (
  id BIGINT PRIMARY KEY, name VARCHAR NOT NULL, email VARCHAR NOT NULL, country VARCHAR NOT NULL,
  city VARCHAR NOT NULL, loyalty_tier VARCHAR NOT NULL, signup_date DATE NOT NULL);
CREATE TABLE products (
  product_id BIGINT PRIMARY KEY, name VARCHAR NOT NULL, category VARCHAR NOT NULL, price DECIMAL(10,2) NOT NULL);
CREATE TABLE inventory (
  product_id BIGINT PRIMARY KEY REFERENCES products (product_id), available_quantity INTEGER NOT NULL);
CREATE TABLE orders (
  order_id BIGINT PRIMARY KEY, customer_id BIGINT NOT NULL REFERENCES customers (id),
  order_date DATE NOT NULL, status VARCHAR NOT NULL, total DECIMAL(12,2) NOT NULL);
CREATE TABLE order_items (
  order_id BIGINT NOT NULL REFERENCES orders (order_id),
  product_id BIGINT NOT NULL REFERENCES products (product_id),
  quantity INTEGER NOT NULL, unit_price DECIMAL(10,2) NOT NULL, PRIMARY KEY (order_id, product_id));
CREATE TABLE merchants (id BIGINT PRIMARY KEY, name VARCHAR NOT NULL, category VARCHAR NOT NULL, country VARCHAR NOT NULL);
CREATE TABLE transactions (
  id BIGINT PRIMARY KEY, customer_id BIGINT NOT NULL REFERENCES customers (id),
  merchant_id BIGINT NOT NULL REFERENCES merchants (id), amount DECIMAL(12,2) NOT NULL, timestamp TIMESTAMP NOT NULL);
CREATE TABLE fraud_alerts (
  id BIGINT PRIMARY KEY, transaction_id BIGINT NOT NULL UNIQUE REFERENCES transactions (id),
  risk_score INTEGER NOT NULL, reason VARCHAR NOT NULL, created_at TIMESTAMP NOT NULL);

INSERT INTO customers SELECT i, 'Customer ' || chr((65 + i % 26)::INTEGER) || ' ' || i, 'c' || i || '@example.com',
  ['Germany', 'France', 'United States', 'Japan'][1 + i % 4], ['Berlin', 'Paris', 'Boston', 'Osaka', 'Hamburg'][1 + i % 5],
  ['platinum', 'gold', 'silver', 'bronze', 'bronze'][1 + i % 5], DATE '2020-01-01' + (i * 7)::INTEGER
  FROM range(1, 201) AS r(i);
INSERT INTO products SELECT i, 'Product ' || i, ['Books', 'Garden', 'Kitchen', 'Toys'][1 + i % 4], 5 + i * 3 FROM range(1, 41) AS r(i);
INSERT INTO inventory SELECT i, (i * 13) % 90 FROM range(1, 41) AS r(i);
INSERT INTO orders SELECT i, 1 + (i * 17) % 180, DATE '2024-01-01' + (i % 800)::INTEGER,
  ['pending', 'shipped', 'delivered', 'cancelled', 'returned'][1 + i % 5], 10 + (i * 37) % 900 FROM range(1, 901) AS r(i);
INSERT INTO order_items SELECT 1 + i % 900, 1 + (i * 7) % 40, 1 + i % 5, 5 + i % 120 FROM range(1, 1801) AS r(i)
  ON CONFLICT DO NOTHING;
INSERT INTO merchants SELECT i, 'Merchant ' || i, ['Travel', 'Groceries', 'Electronics'][1 + i % 3], ['Germany', 'France', 'Japan'][1 + i % 3] FROM range(1, 31) AS r(i);
INSERT INTO transactions SELECT i, 1 + (i * 11) % 200, 1 + i % 30, 3 + (i * 53) % 2000, TIMESTAMP '2025-01-01' + INTERVAL (i * 7) HOUR FROM range(1, 701) AS r(i);
INSERT INTO fraud_alerts SELECT i, i * 9, 40 + (i * 7) % 60, ['Unusual amount', 'High velocity'][1 + i % 2], TIMESTAMP '2025-02-01' + INTERVAL (i) DAY FROM range(1, 61) AS r(i);
-- What "more than", "never", "both" and "the last 30 days" find.
INSERT INTO customers VALUES (201, 'Customer X 201', 'c201@example.com', 'France', 'Paris', 'silver', DATE '2026-05-20');
INSERT INTO products VALUES (41, 'Product 41', 'Garden', 64);
INSERT INTO orders SELECT 900 + i, 7, DATE '2026-06-01' + i::INTEGER, 'pending', 20 + i FROM range(1, 9) AS r(i);
INSERT INTO order_items SELECT 900 + i, i, 1, 10 FROM range(1, 9) AS r(i);
INSERT INTO order_items SELECT 900 + i, i + 1, 2, 12 FROM range(1, 9) AS r(i);
