-- Flights between two airports, which are rows of one table.
CREATE TABLE airports (
  code VARCHAR PRIMARY KEY, city VARCHAR, country VARCHAR, elevation INTEGER);
CREATE TABLE airlines (
  id INTEGER PRIMARY KEY, name VARCHAR, alliance VARCHAR);
CREATE TABLE flights (
  id INTEGER PRIMARY KEY, airline_id INTEGER REFERENCES airlines(id), origin VARCHAR REFERENCES airports(code), destination VARCHAR REFERENCES airports(code), distance INTEGER, duration INTEGER, price DOUBLE, seats INTEGER, passengers INTEGER, departure TIMESTAMP);
INSERT INTO airports VALUES ('OSL','Oslo','Norway',200),
  ('BER','Berlin','Germany',40),
  ('MUC','Munich','Germany',500),
  ('CDG','Paris','France',119);
INSERT INTO airlines VALUES (1,'Nordwind','Sky'),
  (2,'Alpina','Star'),
  (3,'Gallia','Sky');
INSERT INTO flights VALUES (1,1,'OSL','BER',840,110,120,180,150,'2026-06-01 08:00'),
  (2,1,'BER','OSL',840,115,99,180,90,'2026-06-02 18:00'),
  (3,2,'MUC','CDG',680,95,150,120,120,'2026-06-10 06:30'),
  (4,2,'BER','MUC',500,70,60,120,30,'2026-06-12 12:00'),
  (5,3,'CDG','OSL',1340,150,210,200,160,'2026-05-20 09:00');
