-- No declared keys; short names, such as doc_id and admit_dt.
CREATE TABLE patients (patient_id INTEGER, first_name VARCHAR, last_name VARCHAR, dob DATE, sex VARCHAR, city VARCHAR, phone VARCHAR);
CREATE TABLE departments (dept_id INTEGER, dept_name VARCHAR, floor INTEGER);
CREATE TABLE doctors (doc_id INTEGER, doc_name VARCHAR, specialty VARCHAR, dept_id INTEGER, hired_on DATE);
CREATE TABLE admissions (adm_id INTEGER, patient_id INTEGER, doctor_id INTEGER, admit_dt TIMESTAMP, discharge_dt TIMESTAMP, diagnosis VARCHAR, cost DECIMAL(10,2));
CREATE TABLE prescriptions (rx_id INTEGER, adm_id INTEGER, drug VARCHAR, dose_mg INTEGER, qty INTEGER);
CREATE TABLE incidents (incident_id INTEGER, dept_id INTEGER, description VARCHAR, reported_at TIMESTAMP);
INSERT INTO patients SELECT i, ['Anna','Bert','Clara','Dan','Eva','Finn','Gina','Hugo','Ida','Jack'][1+i%10], ['Meyer','Smith','Brown','Lopez','Khan','Olsen','Rossi'][1+i%7], DATE '1940-03-01' + CAST(i*823 AS INTEGER), CASE WHEN i%3=0 THEN 'M' ELSE 'F' END, ['Berlin','Hamburg','Munich','Cologne'][1+(i*i)%4], CASE WHEN i%6=0 THEN NULL ELSE '0170'||(10000+i) END FROM range(1,33) t(i);
INSERT INTO departments VALUES (1,'Cardiology',2),(2,'Neurology',3),(3,'Oncology',4),(4,'Pediatrics',1),(5,'Radiology',0);
INSERT INTO doctors VALUES (1,'Grace Hill','Cardiologist',1,'2010-05-01'),(2,'Omar Nash','Cardiologist',1,'2018-02-11'),(3,'Lena Fox','Neurologist',2,'2012-09-20'),(4,'Raj Patel','Oncologist',3,'2021-01-15'),(5,'Mia Wong','Pediatrician',4,'2015-07-07'),(6,'Tom Berg','Neurologist',2,'2023-03-03'),(7,'Sara Lind','Surgeon',NULL,'2020-10-10');
INSERT INTO admissions SELECT i, 1+(i*5)%28, 1+(i*i)%6, TIMESTAMP '2025-01-03 08:15:00' + to_days(CAST(i*6 AS INTEGER)) + to_hours(CAST((i*5)%16 AS INTEGER)), CASE WHEN i%11=0 THEN NULL ELSE TIMESTAMP '2025-01-03 08:15:00' + to_days(CAST(i*6+1+i%9 AS INTEGER)) + to_hours(CAST((i*5)%16 AS INTEGER)) END, ['Flu','Fracture','Angina','Migraine','Asthma'][1+i%5], 400+(i*337)%4100 FROM range(1,86) t(i);
-- One doctor saw one patient more than the others did.
UPDATE admissions SET patient_id = 31 WHERE adm_id = (SELECT max(adm_id) FROM admissions WHERE doctor_id = 2);
INSERT INTO prescriptions SELECT i, 1+(i*3)%80, ['Ibuprofen','Aspirin','Paracetamol','Salbutamol','Heparin'][1+(i*i)%5], [100,200,400,500][1+i%4], 1+i%6 FROM range(1,121) t(i);
