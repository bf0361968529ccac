-- People who work in departments and on projects; a manager is another employee.
CREATE TABLE departments (
  id INTEGER PRIMARY KEY, name VARCHAR, location VARCHAR, budget DOUBLE);
CREATE TABLE employees (
  id INTEGER PRIMARY KEY, name VARCHAR, job_title VARCHAR, salary DOUBLE, bonus DOUBLE, hire_date DATE, birth_date DATE, city VARCHAR, manager_id INTEGER REFERENCES employees(id), department_id INTEGER REFERENCES departments(id));
CREATE TABLE projects (
  id INTEGER PRIMARY KEY, title VARCHAR, start_date DATE, end_date DATE, budget DOUBLE, spent DOUBLE);
CREATE TABLE assignments (
  employee_id INTEGER REFERENCES employees(id), project_id INTEGER REFERENCES projects(id), hours INTEGER, PRIMARY KEY(employee_id, project_id));
INSERT INTO departments VALUES (1,'Engineering','Berlin',900000),
  (2,'Sales','Paris',400000),
  (3,'Legal','Berlin',200000),
  (4,'Support','Rome',100000);
INSERT INTO employees VALUES (1,'Ada Stone','Director',150000,20000,'2010-03-01','1970-05-04','Berlin',NULL,1);
INSERT INTO employees VALUES (2,'Bo Lind','Engineer',90000,5000,'2015-07-15','1988-01-20','Berlin',1,1);
INSERT INTO employees VALUES (3,'Cy Park','Engineer',160000,NULL,'2018-02-10','1990-09-09','Paris',1,1);
INSERT INTO employees VALUES (5,'Ed Moss','Sales Lead',85000,12000,'2012-05-20','1980-03-03','Paris',1,2);
INSERT INTO employees VALUES (4,'Di Roy','Salesperson',60000,15000,'2020-11-01','1995-12-01','Paris',5,2);
INSERT INTO employees VALUES (6,'Fay Wu','Lawyer',95000,3000,'2026-02-01','1985-06-15','Berlin',1,3);
INSERT INTO projects VALUES (1,'Apollo','2025-01-01','2025-06-30',100000,80000),
  (2,'Zephyr','2025-03-15','2025-12-31',50000,65000),
  (3,'Orion','2026-01-01',NULL,70000,10000);
INSERT INTO assignments VALUES (2,1,120),
  (3,1,80),
  (3,2,200),
  (4,2,50);
