-- Parts that consist of parts, who delivers them, and the machines that make them.
CREATE TABLE parts(part_id INTEGER PRIMARY KEY, name VARCHAR, weight DOUBLE, cost DOUBLE);
CREATE TABLE bill_of_materials(parent_part_id INTEGER REFERENCES parts(part_id), component_part_id INTEGER REFERENCES parts(part_id), quantity INTEGER, PRIMARY KEY(parent_part_id,component_part_id));
CREATE TABLE vendors(vendor_id INTEGER PRIMARY KEY, name VARCHAR, country VARCHAR);
CREATE TABLE part_vendors(part_id INTEGER REFERENCES parts(part_id), vendor_id INTEGER REFERENCES vendors(vendor_id), lead_days INTEGER, PRIMARY KEY(part_id,vendor_id));
CREATE TABLE machines(machine_id INTEGER PRIMARY KEY, name VARCHAR, hall VARCHAR);
CREATE TABLE runs(run_id INTEGER PRIMARY KEY, machine_id INTEGER REFERENCES machines(machine_id), part_id INTEGER REFERENCES parts(part_id), started_on DATE, pieces INTEGER, defects INTEGER, status VARCHAR);
INSERT INTO parts VALUES (1,'Bicycle',12.5,400),(2,'Frame',3.2,120),(3,'Wheel',1.8,60),(4,'Spoke',0.01,0.5),(5,'Rim',0.6,25),(6,'Saddle',0.4,30),(7,'Bolt',0.02,0.2);
INSERT INTO bill_of_materials VALUES (1,2,1),(1,3,2),(1,6,1),(3,4,36),(3,5,1),(2,7,12),(6,7,2);
INSERT INTO vendors VALUES (1,'Stahlwerk','Germany'),(2,'Metallo','Italy'),(3,'Velo Supply','Netherlands');
INSERT INTO part_vendors VALUES (2,1,10),(3,3,7),(4,1,3),(4,2,5),(5,2,12),(6,3,4),(7,1,2),(7,2,2);
INSERT INTO machines VALUES (1,'Press A','North'),(2,'Press B','North'),(3,'Lathe 1','South'),(4,'Welder','South');
INSERT INTO runs VALUES (1,1,2,'2026-01-10',100,4,'finished'),(2,1,5,'2026-02-11',250,10,'finished'),(3,2,3,'2026-02-20',80,1,'aborted'),(4,3,4,'2026-03-05',900,30,'finished'),(5,3,7,'2026-03-15',1500,12,'finished'),(6,4,2,'2026-04-01',60,6,'aborted'),(7,2,3,'2026-04-12',120,0,'finished'),(8,1,2,'2026-05-02',110,5,'finished');
