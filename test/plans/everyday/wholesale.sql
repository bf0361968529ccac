-- Customers, suppliers and what was ordered line by line; no table holds the amount of an order, one order has no line, one line no order.
CREATE TABLE customers(customer_id INTEGER PRIMARY KEY, name VARCHAR, city VARCHAR, country VARCHAR, email VARCHAR);
CREATE TABLE suppliers(supplier_id INTEGER PRIMARY KEY, name VARCHAR, city VARCHAR, country VARCHAR, phone VARCHAR);
CREATE TABLE categories(category_id INTEGER PRIMARY KEY, name VARCHAR);
CREATE TABLE products(product_id INTEGER PRIMARY KEY, name VARCHAR, category_id INTEGER REFERENCES categories(category_id), supplier_id INTEGER REFERENCES suppliers(supplier_id), price DECIMAL(10,2));
CREATE TABLE orders(order_id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers(customer_id), order_date DATE, status VARCHAR);
CREATE TABLE order_lines(order_line_id INTEGER PRIMARY KEY, order_id INTEGER REFERENCES orders(order_id), product_id INTEGER REFERENCES products(product_id), quantity INTEGER, unit_price DECIMAL(10,2));
INSERT INTO customers VALUES (1,'Anna Weber','Berlin','Germany','anna@x.de'),(2,'Ben Kurz','Munich','Germany','ben@x.de'),(3,'Chloe Martin','Paris','France',NULL),(4,'David Roux','Lyon','France','d@x.fr'),(5,'Elena Rossi','Rome','Italy','e@x.it'),(6,'Franz Huber','Berlin','Germany','f@x.de');
INSERT INTO suppliers VALUES (1,'Nordholz','Hamburg','Germany','111'),(2,'Lumiere','Paris','France','222'),(3,'Ferrum','Turin','Italy','333'),(4,'Alba','Berlin','Germany','444');
INSERT INTO categories VALUES (1,'Furniture'),(2,'Lighting'),(3,'Tools'),(4,'Textiles');
INSERT INTO products VALUES (1,'Oak Table',1,1,300),(2,'Pine Chair',1,1,80),(3,'Desk Lamp',2,2,45),(4,'Floor Lamp',2,2,120),(5,'Hammer',3,3,20),(6,'Saw',3,3,35),(7,'Curtain',4,4,60);
INSERT INTO orders VALUES (1,1,'2026-01-05','delivered'),(2,1,'2026-02-10','cancelled'),(3,2,'2026-02-15','delivered'),(4,3,'2026-03-01','delivered'),(5,4,'2026-03-09','cancelled'),(6,5,'2026-04-02','shipped'),(7,2,'2026-05-20','delivered'),(8,6,'2026-05-25','delivered'),(9,6,'2026-05-28','delivered');
INSERT INTO order_lines VALUES (1,1,1,1,300),(2,1,2,4,80),(3,2,3,2,45),(4,3,4,1,120),(5,3,5,3,20),(6,4,2,2,75),(7,4,3,1,45),(8,5,6,2,35),(9,6,1,2,290),(10,7,5,10,18),(11,7,6,1,35),(12,8,3,3,40),(13,1,5,1,20),(14,NULL,7,1,60);
