/** Follow-up questions, read offline: each chain of questions with the SQL its last one comes to. */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import type { ConversationTurn } from '#agent';
import { ask, turnOf } from '#agent';
import type { CatalogSnapshot, PlanConversationInput, PlanOutcome } from '#planner';
import { planConversation, planRequest } from '#planner';
import { Database, readCatalog } from '#storage';

const NOW = '2026-06-30T18:00:00Z';

let database: Database;
let catalog: CatalogSnapshot;

before(async () => {
  database = await Database.open({ path: ':memory:' });
  await database.withConnection((connection) =>
    connection.run(`
      CREATE TABLE customers (id INTEGER PRIMARY KEY, name VARCHAR, tier VARCHAR, country VARCHAR,
        email VARCHAR);
      INSERT INTO customers SELECT range, 'Name ' || range, ['gold', 'silver', 'bronze'][1 + range % 3],
        ['France', 'Spain', 'Italy', 'Norway'][1 + range % 4], 'n' || range || '@x.example'
        FROM range(48);
      CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers (id),
        status VARCHAR, placed DATE, total DECIMAL(10, 2));
      INSERT INTO orders SELECT range, range % 48, ['pending', 'shipped'][1 + range % 2],
        DATE '2025-01-01' + (range * 5)::INTEGER, range FROM range(96);`),
  );
  catalog = await database.withConnection((connection) => readCatalog(connection));
});

after(() => database.close());

const CHAINS: readonly (readonly [questions: readonly string[], sql: string])[] = [
  [
    ['How many customers are there?', 'only gold ones'],
    "SELECT count(*) FROM customers WHERE tier = 'gold'",
  ],
  [
    ['How many customers are there?', 'only gold ones', 'what about silver?'],
    "SELECT count(*) FROM customers WHERE tier = 'silver'",
  ],
  [
    ['How many customers are there?', 'only gold ones', 'and bronze too'],
    "SELECT count(*) FROM customers WHERE tier = 'gold' OR tier = 'bronze'",
  ],
  [
    ['How many customers are there?', 'without the gold ones'],
    "SELECT count(*) FROM customers WHERE tier <> 'gold'",
  ],
  [
    ['How many customers are there?', 'only gold', 'in France'],
    "SELECT count(*) FROM customers WHERE tier = 'gold' AND country = 'France'",
  ],
  [
    ['How many customers are there?', 'and per country?'],
    'SELECT country, count(*) FROM customers GROUP BY country',
  ],
  [
    ['How many customers are there?', 'per country', 'by tier'],
    'SELECT tier, count(*) FROM customers GROUP BY tier',
  ],
  [
    ['How many customers are there?', 'per country', 'also by tier'],
    'SELECT country, tier, count(*) FROM customers GROUP BY country, tier',
  ],
  [
    ['How many customers are there?', 'per country', 'top 2 of them'],
    'SELECT country, count(*) FROM customers GROUP BY country ORDER BY count(*) DESC NULLS LAST LIMIT 2',
  ],
  [
    ['How many customers are there?', 'per country', 'the bottom two'],
    'SELECT country, count(*) FROM customers GROUP BY country ORDER BY count(*) ASC NULLS LAST LIMIT 2',
  ],
  [
    ['top 5 customers by total', 'and by orders?'],
    'SELECT customers.name FROM customers JOIN orders ON orders.customer_id = customers.id GROUP BY customers.id, customers.name ORDER BY count(*) DESC NULLS LAST LIMIT 5',
  ],
  [
    ['top 5 customers by total', 'which of them are gold?'],
    "SELECT name FROM customers WHERE tier = 'gold' AND id IN (SELECT customers.id FROM customers JOIN orders ON orders.customer_id = customers.id GROUP BY customers.id, customers.name ORDER BY sum(orders.total) DESC NULLS LAST LIMIT 5)",
  ],
  [
    ['customers with more than 3 orders', 'how many of them are in Spain?'],
    "SELECT count(*) FROM customers WHERE country = 'Spain' AND id IN (SELECT customers.id FROM customers JOIN orders ON orders.customer_id = customers.id GROUP BY customers.id, customers.name HAVING count(*) > 3)",
  ],
  [
    ['3 newest orders', 'average total of those'],
    'SELECT avg(total) FROM orders WHERE id IN (SELECT id FROM orders ORDER BY placed DESC NULLS LAST LIMIT 3)',
  ],
  [
    ['How many orders are there?', 'how many customers do they have?', 'only shipped ones'],
    "SELECT count(*) FROM orders WHERE status = 'shipped'",
  ],
  [
    ['top 5 customers in France by total', 'and by number of orders?'],
    "SELECT customers.name FROM customers JOIN orders ON orders.customer_id = customers.id WHERE customers.country = 'France' GROUP BY customers.id, customers.name ORDER BY count(*) DESC NULLS LAST LIMIT 5",
  ],
  [['How many customers are there?', 'only gold', 'everything'], 'SELECT count(*) FROM customers'],
  [
    ['Show customers in Spain', 'how many are there?'],
    "SELECT count(*) AS count FROM (SELECT name FROM customers WHERE country = 'Spain') AS counted",
  ],
  [
    ['Show customers in Spain', 'sorted by name'],
    "SELECT name FROM customers WHERE country = 'Spain' ORDER BY name ASC NULLS LAST",
  ],
  [
    ['Show customers in Spain', 'sorted by name', 'the other way round'],
    "SELECT name FROM customers WHERE country = 'Spain' ORDER BY name DESC NULLS LAST",
  ],
  [['Show customers in Spain', 'as a table'], "SELECT name FROM customers WHERE country = 'Spain'"],
  [
    ['Show customers in Spain', 'their emails'],
    "SELECT name, email FROM customers WHERE country = 'Spain'",
  ],
  [
    ['How many orders are pending?', 'and shipped?'],
    "SELECT count(*) FROM orders WHERE status = 'shipped'",
  ],
  [
    ['How many orders are pending?', 'How many customers are there?'],
    'SELECT count(*) FROM customers',
  ],
  [
    ['How many orders are pending?', 'How many customers are there?', 'only gold'],
    "SELECT count(*) FROM customers WHERE tier = 'gold'",
  ],
  [
    ['average total of orders', 'customers in Spain'],
    "SELECT name FROM customers WHERE country = 'Spain'",
  ],
  [
    ['How many orders are pending?', 'who placed the biggest order'],
    'SELECT customers.name FROM customers JOIN orders ON orders.customer_id = customers.id ORDER BY orders.total DESC NULLS LAST LIMIT 1',
  ],
  [
    ['total of orders by country', 'which of them are above 1,000?'],
    'SELECT customers.country, sum(orders.total) FROM orders JOIN customers ON orders.customer_id = customers.id GROUP BY customers.country HAVING sum(orders.total) > 1000',
  ],
  [
    ['orders per customer', 'which customers have at least 2 orders?', 'how many are there?'],
    'SELECT count(*) AS count FROM (SELECT customers.name, count(*) FROM orders JOIN customers ON orders.customer_id = customers.id GROUP BY customers.id, customers.name HAVING count(*) >= 2) AS counted',
  ],
  [
    ['orders per customer', 'how many of them have more than 1?'],
    'SELECT count(*) AS count FROM (SELECT customers.name, count(*) FROM orders JOIN customers ON orders.customer_id = customers.id GROUP BY customers.id, customers.name HAVING count(*) > 1) AS counted',
  ],
  [
    ['How many customers are there?', 'per country', 'only those under 20', 'now under 10'],
    'SELECT country, count(*) FROM customers GROUP BY country HAVING count(*) < 10',
  ],
  [
    ['average total per customer', 'which ones exceed 2k', 'top 2'],
    'SELECT customers.name, avg(orders.total) FROM orders JOIN customers ON orders.customer_id = customers.id GROUP BY customers.id, customers.name HAVING avg(orders.total) > 2000 ORDER BY avg(orders.total) DESC NULLS LAST LIMIT 2',
  ],
  [
    ['top 5 customers by total', 'which of them are above 120?'],
    'SELECT customers.name FROM customers JOIN orders ON orders.customer_id = customers.id GROUP BY customers.id, customers.name HAVING sum(orders.total) > 120 ORDER BY sum(orders.total) DESC NULLS LAST LIMIT 5',
  ],
  // Joined, the orders would count customers several times: the condition becomes a membership.
  [['Show customers in Spain', 'with pending orders'], 'IN (SELECT'],
];

for (const [questions, sql] of CHAINS) {
  it(questions.join(' → '), async () => {
    const request = questions.at(-1) ?? '';
    const outcome = plan({
      request,
      earlier: questions.slice(0, -1),
      catalog,
      now: NOW,
    });
    assert(outcome.status === 'planned', JSON.stringify(outcome));
    const text = outcome.plan.tasks.map((task) => task.sql).join('; ');
    if (sql === 'IN (SELECT') assert(text.includes(sql) || text.includes('JOIN'), text);
    else assert.equal(text, sql);
    await database.withConnection((connection) => connection.query(text));
  });
}

function plan(input: PlanConversationInput): PlanOutcome {
  return planConversation(input) ?? planRequest(input);
}

it('treats a question without anything before it as a question', () => {
  const outcome = plan({ request: 'only gold ones', earlier: [], catalog, now: NOW });
  assert.equal(outcome.status, 'refused');
});

it('does not compare a number with a figure that nothing names', () => {
  for (const first of [
    'number and average total of orders per customer',
    'top 5 customers by total',
  ]) {
    const outcome = plan({
      request: 'which of them are below 50',
      earlier: [first],
      catalog,
      now: NOW,
    });
    assert.equal(outcome.status, 'refused', first);
  }
});

it('keeps groups by their figure where other tables are asked about', async () => {
  const other = await Database.open({ path: ':memory:' });
  const wards = await other.withConnection(async (connection) => {
    await connection.run(`
      CREATE TABLE wards (ward_id INTEGER PRIMARY KEY, name VARCHAR, floor INTEGER);
      CREATE TABLE nurses (nurse_id INTEGER PRIMARY KEY, name VARCHAR, salary INTEGER,
        ward_id INTEGER REFERENCES wards (ward_id));
      INSERT INTO wards VALUES (1, 'North', 1), (2, 'South', 2);
      INSERT INTO nurses VALUES (1, 'Ada', 3000, 1), (2, 'Bo', 4000, 1), (3, 'Cy', 3900, 2);`);
    return readCatalog(connection);
  });
  const rowsOf = async (earlier: readonly string[], request: string) => {
    const outcome = plan({ request, earlier, catalog: wards, now: NOW });
    assert.equal(outcome.status, 'planned', request);
    if (outcome.status !== 'planned') return [];
    const sql = outcome.plan.tasks.map((task) => task.sql).join('; ');
    return (await other.withConnection((connection) => connection.query(sql))).rows;
  };
  const figures = ['average salary per ward'];
  assert.deepEqual(await rowsOf(figures, 'which of them are above 3,600?'), [['South', 3900]]);
  assert.deepEqual(await rowsOf(figures, 'which wards are under 3.6k'), [['North', 3500]]);
  assert.deepEqual(await rowsOf(['nurses per ward'], 'which have more than 1 nurse'), [
    ['North', 2n],
  ]);
  await other.close();
});

it('refuses what it does not understand, whatever came before', () => {
  const earlier = ['How many customers are there?'];
  const outcome = plan({ request: 'only zorgle ones', earlier, catalog, now: NOW });
  assert.notEqual(outcome.status, 'planned');
});

it('plans the same conversation the same way, always', () => {
  const input = {
    request: 'top 2',
    earlier: ['How many customers per country?', 'only gold'],
    catalog,
    now: NOW,
  };
  assert.deepEqual(plan(input), plan(input));
});

it('answers questions about the answer before', async () => {
  const turns: ConversationTurn[] = [];
  const say = async (question: string) => {
    const answer = await ask({ question, database, catalog, now: NOW, conversation: turns });
    turns.push(turnOf(answer));
    return answer;
  };
  await say('How many customers are there?');
  assert.deepEqual((await say('only gold ones')).rows, [[16]]);
  assert.equal(
    (await say('show the SQL')).answer,
    "SELECT count(*) FROM customers WHERE tier = 'gold';",
  );
  const why = await say('why?');
  assert.equal(why.status, 'ok');
  assert.match(why.answer, /only gold.*tier = 'gold'/s);
  assert.deepEqual((await say('again')).rows, [[16]]);
  // Talk about the answer does not break the thread.
  assert.deepEqual((await say('and silver?')).rows, [[16]]);
});
