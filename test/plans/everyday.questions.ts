/** A question over one of the small databases of `everyday/`, with the SQL a person would write. */
export interface EverydayQuestion {
  readonly question: string;
  readonly byHand: string;
}

/** Questions by the database they are about. */
export const EVERYDAY_QUESTIONS: Readonly<Record<string, readonly EverydayQuestion[]>> = {
  hr: [
    {
      question: 'Are there any employees without a project?',
      byHand:
        'SELECT EXISTS (FROM employees WHERE id NOT IN (SELECT employee_id FROM assignments))',
    },
    {
      question: 'Is there a department in Rome?',
      byHand: `SELECT EXISTS (FROM departments WHERE location = 'Rome')`,
    },
    {
      question: 'Does Ada Stone earn more than 100000?',
      byHand: `SELECT salary > 100000 FROM employees WHERE name = 'Ada Stone'`,
    },
    {
      question: 'Do any employees earn more than 200000?',
      byHand: 'SELECT EXISTS (FROM employees WHERE salary > 200000)',
    },
    {
      question: 'Is Bo Lind an engineer?',
      byHand: `SELECT job_title = 'Engineer' FROM employees WHERE name = 'Bo Lind'`,
    },
    {
      question: 'Is Fay Wu an engineer?',
      byHand: `SELECT job_title = 'Engineer' FROM employees WHERE name = 'Fay Wu'`,
    },
    {
      question: 'Which employees earn more than their manager?',
      byHand: `SELECT one.name FROM employees AS one JOIN employees AS boss ON boss.id = one.manager_id
        WHERE one.salary > boss.salary`,
    },
    {
      question: "List the names of employees whose salary is higher than their manager's salary",
      byHand: `SELECT one.name FROM employees AS one JOIN employees AS boss ON boss.id = one.manager_id
        WHERE one.salary > boss.salary`,
    },
    {
      question: 'employees who live in the same city as their manager',
      byHand: `SELECT one.name FROM employees AS one JOIN employees AS boss ON boss.id = one.manager_id
        WHERE one.city = boss.city`,
    },
    {
      question: 'pairs of employees in the same city',
      byHand: `SELECT a.name, b.name, a.city FROM employees AS a JOIN employees AS b
        ON a.city = b.city AND a.id < b.id`,
    },
    {
      question: 'Who earns more than Bo Lind?',
      byHand: `SELECT name FROM employees
        WHERE salary > (SELECT salary FROM employees WHERE name = 'Bo Lind')`,
    },
    {
      question: 'salary minus bonus for each employee',
      byHand: 'SELECT name, salary - bonus FROM employees',
    },
    {
      question: 'What is the total compensation (salary plus bonus) of each employee?',
      byHand: 'SELECT name, salary + bonus FROM employees',
    },
    {
      question: 'What is the remaining budget of each project (budget minus spent)?',
      byHand: 'SELECT title, budget - spent FROM projects',
    },
    {
      question: 'What is the ratio of spent to budget for each project?',
      byHand: 'SELECT title, spent / budget FROM projects',
    },
    {
      question: 'bonus as a percentage of salary for each employee',
      byHand: 'SELECT name, 100.0 * bonus / salary FROM employees',
    },
    {
      question: 'What percentage of the total salary does each department have?',
      byHand: `SELECT departments.name, 100.0 * sum(salary) / (SELECT sum(salary) FROM employees)
        FROM employees JOIN departments ON departments.id = department_id GROUP BY ALL`,
    },
    {
      question: 'percent of employees by city',
      byHand:
        'SELECT city, 100.0 * count(*) / (SELECT count(*) FROM employees) FROM employees GROUP BY ALL',
    },
    {
      question: 'Which department has the most employees per city?',
      byHand: `SELECT city, departments.name FROM employees
        JOIN departments ON departments.id = department_id GROUP BY city, departments.name
        QUALIFY rank() OVER (PARTITION BY city ORDER BY count(*) DESC) = 1`,
    },
    {
      question: 'How many days ago was Bo Lind hired?',
      byHand: `SELECT name, DATE '2026-06-15' - hire_date FROM employees WHERE name = 'Bo Lind'`,
    },
    {
      question: 'How old is Ada Stone?',
      byHand: `SELECT name, date_sub('year', birth_date, DATE '2026-06-15') FROM employees WHERE name = 'Ada Stone'`,
    },
    {
      question: 'employees hired between March 2012 and July 2018',
      byHand: `SELECT name FROM employees WHERE hire_date >= '2012-03-01' AND hire_date < '2018-08-01'`,
    },
    {
      question: 'projects that started on the 15th of March 2025',
      byHand: `SELECT title FROM projects WHERE start_date = '2025-03-15'`,
    },
    {
      question: 'How many employees and departments are there?',
      byHand: 'SELECT (SELECT count(*) FROM employees), (SELECT count(*) FROM departments)',
    },
    {
      question: 'What are the minimum, maximum and average salary per department?',
      byHand: `SELECT departments.name, min(salary), max(salary), avg(salary) FROM employees
        JOIN departments ON departments.id = department_id GROUP BY ALL`,
    },
  ],
  library: [
    {
      question: 'Are there any members in Delhi?',
      byHand: `SELECT EXISTS (FROM members WHERE city = 'Delhi')`,
    },
    {
      question: 'Is Salt Roads longer than Winter Hill?',
      byHand: `SELECT (SELECT pages FROM books WHERE title = 'Salt Roads')
        > (SELECT pages FROM books WHERE title = 'Winter Hill')`,
    },
    {
      question: 'Which books are more expensive than Salt Roads?',
      byHand: `SELECT title FROM books WHERE price > (SELECT price FROM books WHERE title = 'Salt Roads')`,
    },
    {
      question: 'What is the price per page for each book?',
      byHand: 'SELECT title, price / pages FROM books',
    },
    {
      question: 'What percentage of books is each genre?',
      byHand:
        'SELECT genre, 100.0 * count(*) / (SELECT count(*) FROM books) FROM books GROUP BY ALL',
    },
    {
      question: 'pairs of books by the same author',
      byHand: `SELECT a.title, b.title, a.author_id FROM books AS a JOIN books AS b
        ON a.author_id = b.author_id AND a.book_id < b.book_id`,
    },
    {
      // What has no age of its own is as old as its date says.
      question: 'the 2 oldest loans',
      byHand: 'SELECT loan_id FROM loans ORDER BY loaned_on LIMIT 2',
    },
    {
      question: 'loans between May 1 and June 5, 2026',
      byHand: `SELECT loan_id FROM loans WHERE loaned_on BETWEEN '2026-05-01' AND '2026-06-05'`,
    },
  ],
  flights: [
    {
      question: 'Which flights are more expensive than flight 3?',
      byHand: 'SELECT id FROM flights WHERE price > (SELECT price FROM flights WHERE id = 3)',
    },
    {
      question: 'What is the load factor (passengers divided by seats) of each flight?',
      byHand: 'SELECT id, passengers / seats FROM flights',
    },
    {
      question: 'average speed (distance divided by duration) of each airline',
      byHand: `SELECT airlines.name, avg(distance / duration) FROM flights
        JOIN airlines ON airlines.id = airline_id GROUP BY ALL`,
    },
    {
      question: 'revenue (price times passengers) per airline',
      byHand: `SELECT airlines.name, sum(price * passengers) FROM flights
        JOIN airlines ON airlines.id = airline_id GROUP BY ALL`,
    },
    {
      question: 'share of passengers by airline',
      byHand: `SELECT airlines.name, 100.0 * sum(passengers) / (SELECT sum(passengers) FROM flights)
        FROM flights JOIN airlines ON airlines.id = airline_id GROUP BY ALL`,
    },
    {
      question: 'Which airline has the most flights per origin?',
      byHand: `SELECT origin, name FROM flights JOIN airlines ON airlines.id = airline_id
        GROUP BY origin, name QUALIFY rank() OVER (PARTITION BY origin ORDER BY count(*) DESC) = 1`,
    },
    {
      question: 'Are there any flights from Berlin to Oslo?',
      byHand: `SELECT EXISTS (FROM flights WHERE origin = 'BER' AND destination = 'OSL')`,
    },
    {
      question: 'flights to Oslo from Paris',
      byHand: `SELECT id FROM flights WHERE origin = 'CDG' AND destination = 'OSL'`,
    },
    {
      question: 'Are there more flights from Berlin than from Paris?',
      byHand: `SELECT count(*) FILTER (origin = 'BER') > count(*) FILTER (origin = 'CDG') FROM flights`,
    },
    {
      question: 'Is there a flight to Paris?',
      byHand: `SELECT EXISTS (FROM flights WHERE destination = 'CDG')`,
    },
  ],
};

/** What looks like one of the forms above but cannot be answered: it is never answered wrongly. */
export const UNANSWERED: Readonly<Record<string, readonly string[]>> = {
  hr: ['Is Bo Lind friendly?', 'salary plus vacation of each employee'],
  library: [
    'Is book 3 available?',
    'Has Pia Holm borrowed Machines?',
    'price per gram of each book',
  ],
  flights: ['Is flight 3 on time?'],
};
