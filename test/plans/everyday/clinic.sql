-- Wards, doctors and nurses, visits with what was prescribed, and medicines that interact.
CREATE TABLE wards(ward_id INTEGER PRIMARY KEY, name VARCHAR, beds INTEGER);
CREATE TABLE doctors(doctor_id INTEGER PRIMARY KEY, name VARCHAR, specialty VARCHAR, ward_id INTEGER REFERENCES wards(ward_id), supervisor_id INTEGER REFERENCES doctors(doctor_id), salary INTEGER);
CREATE TABLE nurses(nurse_id INTEGER PRIMARY KEY, name VARCHAR, ward_id INTEGER REFERENCES wards(ward_id), salary INTEGER);
CREATE TABLE patients(patient_id INTEGER PRIMARY KEY, name VARCHAR, city VARCHAR, insured BOOLEAN);
CREATE TABLE visits(visit_id INTEGER PRIMARY KEY, patient_id INTEGER REFERENCES patients(patient_id), doctor_id INTEGER REFERENCES doctors(doctor_id), visit_date DATE, status VARCHAR);
CREATE TABLE medicines(medicine_id INTEGER PRIMARY KEY, name VARCHAR, price DOUBLE);
CREATE TABLE prescriptions(prescription_id INTEGER PRIMARY KEY, visit_id INTEGER REFERENCES visits(visit_id), medicine_id INTEGER REFERENCES medicines(medicine_id), quantity INTEGER, unit_price DOUBLE);
CREATE TABLE interactions(medicine_id INTEGER REFERENCES medicines(medicine_id), interacts_with_id INTEGER REFERENCES medicines(medicine_id), severity VARCHAR, PRIMARY KEY(medicine_id,interacts_with_id));
INSERT INTO wards VALUES (1,'Cardiology',20),(2,'Surgery',30),(3,'Pediatrics',15);
INSERT INTO doctors VALUES (1,'Dr. Stein','heart',1,NULL,9000);
INSERT INTO doctors VALUES (2,'Dr. Baum','heart',1,1,7000),(3,'Dr. Kerr','surgeon',2,1,8500);
INSERT INTO doctors VALUES (4,'Dr. Low','children',3,3,6500);
INSERT INTO nurses VALUES (1,'Greta Vogt',1,3200),(2,'Ines Paul',2,3400),(3,'Uwe Zorn',2,3100);
INSERT INTO patients VALUES (1,'Paul Graf','Bonn',true),(2,'Rita Sommer','Bonn',false),(3,'Olaf Kern','Mainz',true),(4,'Nora Blum','Trier',true),(5,'Leon Voss','Mainz',false);
INSERT INTO visits VALUES (1,1,1,'2026-01-03','done'),(2,1,2,'2026-02-03','missed'),(3,2,3,'2026-02-20','done'),(4,3,1,'2026-03-11','done'),(5,4,4,'2026-03-12','missed'),(6,3,3,'2026-04-18','done'),(7,5,2,'2026-05-05','done');
INSERT INTO medicines VALUES (1,'Aspirin',4.5),(2,'Ibuprofen',6),(3,'Warfarin',15),(4,'Statin',22);
INSERT INTO prescriptions VALUES (1,1,1,2,4.5),(2,1,4,1,22),(3,3,2,3,6),(4,4,3,1,15),(5,6,2,1,5.5),(6,7,1,1,4.5),(7,7,3,2,14);
INSERT INTO interactions VALUES (1,3,'high'),(2,3,'high'),(1,2,'low');
