-- Clients and what they were billed for; no table holds an amount.
CREATE TABLE clients (client_id INTEGER PRIMARY KEY, client_name VARCHAR, country VARCHAR, plan VARCHAR, created_at TIMESTAMP);
CREATE TABLE articles (sku VARCHAR PRIMARY KEY, title VARCHAR, category VARCHAR, list_price DECIMAL(10,2), stock INTEGER, min_stock INTEGER);
CREATE TABLE invoices (invoice_no INTEGER PRIMARY KEY, client_id INTEGER REFERENCES clients(client_id), issued_on DATE, paid_on DATE, status VARCHAR);
CREATE TABLE invoice_lines (invoice_no INTEGER REFERENCES invoices(invoice_no), line_no INTEGER, sku VARCHAR REFERENCES articles(sku), qty INTEGER, unit_price DECIMAL(10,2), PRIMARY KEY (invoice_no, line_no));
INSERT INTO clients SELECT i, 'Client '||i, ['France','Spain','Italy','Japan'][1+i%4], CASE WHEN i%4=2 THEN 'free' ELSE ['pro','free','team'][1+i%3] END, TIMESTAMP '2025-09-01 10:00:00'+to_days((i*11)::INTEGER) FROM range(1,31) t(i);
INSERT INTO articles SELECT 'A'||i, 'Article '||i, ['Tools','Toys','Books'][1+i%3], 5+i*3, (i*7)%20, 5 FROM range(1,21) t(i);
INSERT INTO invoices SELECT i, 1+(i*5)%26, DATE '2025-01-15'+(i*4)::INTEGER, CASE WHEN i%5=0 THEN NULL ELSE DATE '2025-01-30'+(i*4)::INTEGER END, CASE WHEN i%5=0 THEN 'open' WHEN i%17=0 THEN 'cancelled' ELSE 'paid' END FROM range(1,131) t(i);
INSERT INTO invoice_lines SELECT i, j, 'A'||(1+(i*3+j*5)%17), 1+(i+j)%4, 5+3*((i*3+j*5)%17+1) FROM range(1,131) t(i), range(1,4) u(j) WHERE j<=1+i%3;
