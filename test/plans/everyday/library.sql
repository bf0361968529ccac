-- Books, their authors, and members who lend them.
CREATE TABLE authors (
  author_id INTEGER PRIMARY KEY, name VARCHAR, nationality VARCHAR, born INTEGER);
CREATE TABLE books (
  book_id INTEGER PRIMARY KEY, title VARCHAR, author_id INTEGER REFERENCES authors(author_id), genre VARCHAR, pages INTEGER, price DOUBLE, copies INTEGER, published_year INTEGER);
CREATE TABLE members (
  member_id INTEGER PRIMARY KEY, name VARCHAR, city VARCHAR, joined_on DATE, is_active BOOLEAN);
CREATE TABLE loans (
  loan_id INTEGER PRIMARY KEY, book_id INTEGER REFERENCES books(book_id), member_id INTEGER REFERENCES members(member_id), loaned_on DATE, due_on DATE, returned_on DATE);
INSERT INTO authors VALUES (1,'Iris Vale','Irish',1950),
  (2,'Otto Kern','German',1971),
  (3,'Ana Cruz','Spanish',1980);
INSERT INTO books VALUES (1,'Salt Roads',1,'Novel',320,12.5,4,1999),
  (2,'Winter Hill',1,'Novel',210,9.0,2,2004),
  (3,'Machines',2,'Science',450,30.0,1,2010),
  (4,'Garden Notes',3,'Essay',120,8.0,0,2015);
INSERT INTO members VALUES (1,'Pia Holm','Oslo','2020-01-10',true),
  (2,'Raj Nair','Delhi','2021-06-05',true),
  (3,'Sam Dunn','Oslo','2019-09-30',false);
INSERT INTO loans VALUES (1,1,1,'2026-05-01','2026-05-15','2026-05-20'),
  (2,3,1,'2026-06-01','2026-06-15',NULL),
  (3,1,2,'2026-04-01','2026-04-15','2026-04-10'),
  (4,2,2,'2026-06-10','2026-06-24',NULL);
