import type { EverydayQuestion } from './everyday.questions.ts';

/** Questions over databases whose names are shortened, prefixed or old, and whose keys are often not declared. */
export const SHORT_NAMED_QUESTIONS: Readonly<Record<string, readonly EverydayQuestion[]>> = {
  hospital: [
    {
      question: 'which doctors have no department',
      byHand: `SELECT doc_name FROM doctors WHERE dept_id IS NULL`,
    },
    {
      question: 'which doctor treated the most patients?',
      byHand: `SELECT doc_name FROM doctors JOIN admissions ON doc_id=doctor_id GROUP BY ALL ORDER BY count(DISTINCT patient_id) DESC LIMIT 1`,
    },
    {
      question: 'average number of admissions per patient',
      byHand: `SELECT count(*)/32.0 FROM admissions`,
    },
    {
      question: 'patients who have not been discharged',
      byHand: `SELECT DISTINCT first_name, last_name FROM patients JOIN admissions USING(patient_id) WHERE discharge_dt IS NULL`,
    },
    {
      question: 'which doctors are neither cardiologists nor neurologists?',
      byHand: `SELECT doc_name FROM doctors WHERE specialty NOT IN ('Cardiologist','Neurologist')`,
    },
    {
      question: 'doctors hired since 2018',
      byHand: `SELECT doc_name FROM doctors WHERE hired_on>='2018-01-01'`,
    },
    {
      question: 'patients older than 60',
      byHand: `SELECT first_name,last_name FROM patients WHERE date_sub('year', dob, DATE '2026-06-15')>60`,
    },
    {
      question: 'median admission cost',
      byHand: `SELECT median(cost) FROM admissions`,
    },
    {
      question: 'number of admissions by hour of day',
      byHand: `SELECT hour(admit_dt), count(*) FROM admissions GROUP BY 1`,
    },
    {
      question: 'how many admissions happened on a weekend?',
      byHand: `SELECT count(*) FROM admissions WHERE isodow(admit_dt)>=6`,
    },
    {
      question: 'how many admissions on Mondays?',
      byHand: `SELECT count(*) FROM admissions WHERE isodow(admit_dt)=1`,
    },
    {
      question: 'which city has the highest average admission cost?',
      byHand: `SELECT city FROM admissions JOIN patients USING(patient_id) GROUP BY 1 ORDER BY avg(cost) DESC LIMIT 1`,
    },
    {
      question: 'did Grace Hill have more admissions than Lena Fox?',
      byHand: `SELECT (SELECT count(*) FROM admissions WHERE doctor_id=1)>(SELECT count(*) FROM admissions WHERE doctor_id=3)`,
    },
    {
      question: 'which doctor has more admissions, Grace Hill or Lena Fox?',
      byHand: `SELECT doc_name FROM doctors JOIN admissions ON doc_id=doctor_id WHERE doc_name IN ('Grace Hill','Lena Fox') GROUP BY 1 ORDER BY count(*) DESC LIMIT 1`,
    },
    {
      question: 'running total of admission cost by month',
      byHand: `SELECT CAST(m AS DATE), sum(c) OVER (ORDER BY m) FROM (SELECT date_trunc('month',admit_dt) m, sum(cost) c FROM admissions GROUP BY 1)`,
    },
    {
      question: 'the 2 most expensive admissions of each doctor',
      byHand: `SELECT doc_name, adm_id FROM admissions JOIN doctors ON doc_id=doctor_id QUALIFY row_number() OVER (PARTITION BY doctor_id ORDER BY cost DESC)<=2`,
    },
  ],
  payroll: [
    {
      question: 'highest paid employee',
      byHand: `SELECT ename FROM emp ORDER BY sal DESC LIMIT 1`,
    },
    {
      question: 'highest paid employee in each department',
      byHand: `SELECT dname, ename FROM emp JOIN dept USING(deptno) QUALIFY rank() OVER (PARTITION BY deptno ORDER BY sal DESC)=1`,
    },
    {
      question: 'who earns more than JONES?',
      byHand: `SELECT ename FROM emp WHERE sal>3975`,
    },
    {
      question: 'who earns more than their manager?',
      byHand: `SELECT e.ename FROM emp e JOIN emp m ON e.mgr=m.empno WHERE e.sal>m.sal`,
    },
    {
      question: 'who has no manager',
      byHand: `SELECT ename FROM emp WHERE mgr IS NULL`,
    },
    {
      question: 'who is the manager of SMITH?',
      byHand: `SELECT m.ename FROM emp e JOIN emp m ON e.mgr=m.empno WHERE e.ename='SMITH'`,
    },
    {
      question: 'employees with a commission',
      byHand: `SELECT ename FROM emp WHERE comm IS NOT NULL`,
    },
    {
      question: 'who worked the most hours?',
      byHand: `SELECT ename FROM emp JOIN timesheet USING(empno) GROUP BY 1 ORDER BY sum(hours_worked) DESC LIMIT 1`,
    },
    {
      question: 'hours worked per weekday',
      byHand: `SELECT dayname(work_date), sum(hours_worked) FROM timesheet GROUP BY 1`,
    },
    {
      question: 'employees hired in December',
      byHand: `SELECT ename FROM emp WHERE month(hiredate)=12`,
    },
    {
      question: 'employees hired in 2019',
      byHand: `SELECT ename FROM emp WHERE year(hiredate)=2019`,
    },
    {
      question: 'employees earning between 2000 and 3000',
      byHand: `SELECT ename FROM emp WHERE sal BETWEEN 2000 AND 3000`,
    },
    {
      question: 'employees earning less than the average',
      byHand: `SELECT ename FROM emp WHERE sal<(SELECT avg(sal) FROM emp)`,
    },
    {
      question: 'second highest salary',
      byHand: `SELECT DISTINCT sal FROM emp ORDER BY sal DESC OFFSET 1 LIMIT 1`,
    },
    {
      question: 'who earns more, SMITH or ADAMS?',
      byHand: `SELECT 'ADAMS'`,
    },
    {
      question: 'cumulative net pay by month',
      byHand: `SELECT CAST(m AS DATE), sum(s) OVER (ORDER BY m) FROM (SELECT date_trunc('month',pay_month) m, sum(net_pay) s FROM payslip GROUP BY 1)`,
    },
    {
      question: 'departments with no employees',
      byHand: `SELECT dname FROM dept WHERE deptno NOT IN (SELECT deptno FROM emp)`,
    },
    {
      question: 'median salary',
      byHand: `SELECT median(sal) FROM emp`,
    },
  ],
  lending: [
    {
      question: 'total fines per member',
      byHand: `SELECT MemberName, sum(FineAmount) FROM tblMember JOIN tblLoan USING(MemberID) GROUP BY MemberID, MemberName`,
    },
    {
      question: 'books published after 2010',
      byHand: `SELECT Title FROM tblBook WHERE PublishedYear>2010`,
    },
    {
      question: 'books published between 2000 and 2012',
      byHand: `SELECT Title FROM tblBook WHERE PublishedYear BETWEEN 2000 AND 2012`,
    },
    {
      question: 'authors with at least two books',
      byHand: `SELECT AuthorName FROM tblAuthor JOIN tblBook USING(AuthorID) GROUP BY AuthorID,AuthorName HAVING count(*)>=2`,
    },
    {
      question: 'authors who wrote both poetry and history',
      byHand: `SELECT AuthorName FROM tblAuthor WHERE AuthorID IN (SELECT AuthorID FROM tblBook WHERE Genre='Poetry') AND AuthorID IN (SELECT AuthorID FROM tblBook WHERE Genre='History')`,
    },
    {
      question: 'the longest book of each genre',
      byHand: `SELECT Genre, Title FROM tblBook QUALIFY row_number() OVER (PARTITION BY Genre ORDER BY NumPages DESC)=1`,
    },
    {
      question: 'average number of loans per member',
      byHand: `SELECT (SELECT count(*) FROM tblLoan)/(SELECT count(*) FROM tblMember)::DOUBLE`,
    },
    {
      question: 'which is longer, Iron Orchard or Winter Code?',
      byHand: `SELECT 'Winter Code'`,
    },
    {
      question: 'what is the oldest book',
      byHand: `SELECT Title FROM tblBook ORDER BY PublishedYear LIMIT 1`,
    },
  ],
  league: [
    {
      question: 'which team has the biggest stadium?',
      byHand: `SELECT name FROM teams ORDER BY capacity DESC LIMIT 1`,
    },
    {
      question: 'the oldest team',
      byHand: `SELECT name FROM teams ORDER BY founded LIMIT 1`,
    },
    {
      question: 'is Red Star older than City Lions?',
      byHand: `SELECT false`,
    },
    {
      question: 'most valuable player of each team',
      byHand: `SELECT name, fullName FROM teams t JOIN players p ON p.teamId=t.id QUALIFY row_number() OVER (PARTITION BY t.id ORDER BY marketValue DESC)=1`,
    },
    {
      question: 'teams neither in London nor in Leeds',
      byHand: `SELECT name FROM teams WHERE city NOT IN ('London','Leeds')`,
    },
    {
      question: 'does Red Star have more players than Harbor United?',
      byHand: `SELECT (SELECT count(*) FROM players WHERE teamId=2)>(SELECT count(*) FROM players WHERE teamId=1)`,
    },
    {
      question: 'which teams have more players than Harbor United?',
      byHand: `SELECT name FROM teams t JOIN players p ON p.teamId=t.id GROUP BY t.id,name HAVING count(*)>(SELECT count(*) FROM players WHERE teamId=1)`,
    },
    {
      question: 'how many goals per match on average?',
      byHand: `SELECT avg(c) FROM (SELECT m.id, count(g.id) c FROM matches m LEFT JOIN goals g ON g.matchId=m.id GROUP BY 1)`,
    },
    {
      question: 'players older than 30',
      byHand: `SELECT fullName FROM players WHERE date_sub('year',birthDate,DATE '2026-06-15')>30`,
    },
  ],
};

/** Questions that no database above answers: a figure that is not kept, a word that would be lost. */
export const SHORT_NAMED_UNANSWERED: Readonly<Record<string, readonly string[]>> = {
  hospital: ['how many admissions are still open', 'which patients are allergic to penicillin?'],
  lending: ['which publisher has the most books', 'who wrote Iron Orchard?'],
  league: [
    'how many goalkeepers are there?',
    'players who never scored',
    'who is taller, Adam Stone or Ben Ryder?',
  ],
};
