/** A database in memory with something to change, and a person who asks and confirms. */
import assert from 'node:assert/strict';
import type { Answer } from '#agent';
import { ask, Confirmations, confirmWrite, MemoryPendings } from '#agent';
import { fixedClock } from '#core';
import type { Plan, Write } from '#planner';
import { printWrite } from '#planner';
import type { Database } from '#storage';
import type { Session } from '../ddl/scene.ts';
import { openSession, openWithEngine } from '../ddl/scene.ts';
import { createRunner } from '../rights/runner.ts';

export const NOW = '2026-06-30T18:00:00.000Z';

const TABLES = `
  CREATE TABLE customers (id INTEGER PRIMARY KEY, name VARCHAR NOT NULL, tier VARCHAR NOT NULL,
    note VARCHAR);
  INSERT INTO customers SELECT i, 'Käthe ' || i, ['gold', 'silver', 'bronze'][1 + i % 3], NULL
    FROM range(1, 31) AS r(i);
  CREATE TABLE orders (order_id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    status VARCHAR NOT NULL CHECK (status IN ('open', 'shipped', 'cancelled')),
    total DECIMAL(10,2) NOT NULL);
  INSERT INTO orders SELECT i, 1 + i % 20, ['open', 'shipped', 'cancelled'][1 + i % 3], i + 0.25
    FROM range(1, 101) AS r(i);
  CREATE VIEW open_orders AS SELECT * FROM orders WHERE status = 'open';
  CREATE TABLE log (id INTEGER, text VARCHAR);
  ${createRunner('run_writer', ['read:log', 'write:log'])};`;

export interface Scene extends AsyncDisposable {
  readonly database: Database;
  readonly session: Session;
  readonly confirmations: Confirmations;
  /** As `confirmations` for somebody else, or at another time. */
  readonly confirmationsOf: (holder: string, now?: string) => Confirmations;
  readonly ask: (question: string, more?: object) => Promise<Answer>;
  /** A plan of one change, as if somebody had planned it. */
  readonly propose: (write: Write, more?: object) => Promise<Answer>;
  readonly confirm: (token: string) => Promise<Answer>;
  /** One text that changes whenever any row of the two tables does. */
  readonly state: () => Promise<string>;
}

export async function startScene(): Promise<Scene> {
  const database = await openWithEngine();
  const session = await openSession(database);
  await session.run(TABLES);
  const store = new MemoryPendings();
  const confirmationsOf = (holder: string, now = NOW) =>
    new Confirmations({ store, holder, clock: fixedClock(now) });
  const confirmations = confirmationsOf('owner');
  const asked: Scene['ask'] = (question, more = {}) =>
    ask({ question, database, now: NOW, confirmations, ...more });
  return {
    database,
    session,
    confirmations,
    confirmationsOf,
    ask: asked,
    propose: (write, more = {}) => asked('a change', { plan: planOf(write), ...more }),
    confirm: async (token) =>
      await confirmWrite({ pending: await confirmations.redeem(token, database), database }),
    state: async () =>
      String(
        await session.value(`SELECT md5(string_agg(s, ';' ORDER BY s)) FROM (
          SELECT customers::VARCHAR AS s FROM customers UNION ALL SELECT orders::VARCHAR FROM orders
          UNION ALL SELECT log::VARCHAR FROM log)`),
      ),
    async [Symbol.asyncDispose]() {
      await session.connection.close();
      await database.close();
    },
  };
}

export function planOf(write: Write): Plan {
  return {
    request: 'a change',
    tasks: [
      {
        kind: 'write',
        id: 'task1',
        title: 'a change',
        dependsOn: [],
        sql: printWrite(write),
        columns: [],
        write,
      },
    ],
    answer: { kind: 'answer', from: 'task1', shape: 'table', template: null },
    assumptions: [],
    grounding: [],
  };
}

/** The token of a change that is shown. */
export function tokenOf(answer: Answer): string {
  assert.equal(answer.status, 'confirm', answer.answer);
  const token = answer.confirmation?.token;
  assert.ok(token != null);
  return token;
}
