-- Students, courses with their prerequisites, grades that are not all known, and who is friends with whom.
CREATE TABLE departments(department_id INTEGER PRIMARY KEY, name VARCHAR);
CREATE TABLE teachers(teacher_id INTEGER PRIMARY KEY, first_name VARCHAR, last_name VARCHAR, department_id INTEGER REFERENCES departments(department_id), salary INTEGER);
CREATE TABLE students(student_id INTEGER PRIMARY KEY, first_name VARCHAR, last_name VARCHAR, birth_date DATE, gender VARCHAR);
CREATE TABLE courses(course_id INTEGER PRIMARY KEY, title VARCHAR, department_id INTEGER REFERENCES departments(department_id), teacher_id INTEGER REFERENCES teachers(teacher_id), credits INTEGER);
CREATE TABLE enrollments(student_id INTEGER REFERENCES students(student_id), course_id INTEGER REFERENCES courses(course_id), term VARCHAR, grade DOUBLE, passed BOOLEAN, PRIMARY KEY(student_id,course_id));
CREATE TABLE prerequisites(course_id INTEGER REFERENCES courses(course_id), prerequisite_id INTEGER REFERENCES courses(course_id), PRIMARY KEY(course_id,prerequisite_id));
CREATE TABLE friendships(student_id INTEGER REFERENCES students(student_id), friend_id INTEGER REFERENCES students(student_id), since DATE, PRIMARY KEY(student_id,friend_id));
INSERT INTO departments VALUES (1,'Mathematics'),(2,'Physics'),(3,'History');
INSERT INTO teachers VALUES (1,'Ada','Noether',1,5200),(2,'Karl','Gauss',1,4800),(3,'Lise','Meitner',2,6000),(4,'Hans','Geiger',2,4100),(5,'Leo','Ranke',3,3900);
INSERT INTO students VALUES (1,'Mia','Berg','2005-03-01','F'),(2,'Tom','Falk','2004-07-12','M'),(3,'Ida','Sand','2005-11-30','F'),(4,'Jon','Wolf','2003-02-14','M'),(5,'Eva','Holm','2004-09-09','F'),(6,'Max','Lund','2005-01-20','M');
INSERT INTO courses VALUES (1,'Algebra',1,1,6),(2,'Calculus',1,2,8),(3,'Mechanics',2,3,6),(4,'Optics',2,4,4),(5,'Quantum Theory',2,3,10),(6,'Ancient Rome',3,5,5),(7,'Topology',1,1,7);
INSERT INTO enrollments VALUES (1,1,'spring',1.7,true),(1,2,'spring',2.3,true),(1,3,'autumn',4.0,false),(2,1,'spring',5.0,false),(2,3,'autumn',3.0,true),(3,2,'spring',1.3,true),(3,5,'autumn',NULL,NULL),(4,6,'spring',2.0,true),(4,1,'autumn',3.7,true),(5,3,'spring',5.0,false),(5,4,'spring',2.7,true),(6,6,'autumn',1.0,true);
INSERT INTO prerequisites VALUES (2,1),(3,2),(5,3),(5,2),(7,2);
INSERT INTO friendships VALUES (1,2,'2023-01-01'),(1,3,'2023-05-01'),(2,4,'2022-01-01'),(5,1,'2024-02-02'),(3,1,'2023-05-01');
