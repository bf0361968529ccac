import type { Clock } from '#core';
import { HeliosError } from '#core';
import type { VerifiedQuestion } from '#planner';
import { plan as planSchema, questionKey } from '#planner';
import type { SqlDatabase, SqlSession } from '#storage';
import { answerStatus } from '../answer/answer.ts';
import type { Conversation, ConversationTurn } from '../conversation/conversation.ts';
import type { Memory } from './memory.ts';

const CONVERSATIONS_LISTED_MAX = 200;

/** Whether a database has the tables that memory is kept in. */
export async function hasMemoryTables(database: SqlDatabase): Promise<boolean> {
  const { rows } = await database.withConnection((connection) =>
    connection.query(
      `SELECT 1 FROM duckdb_tables() WHERE database_name = current_database()
       AND schema_name = 'heliosdb' AND table_name = 'verified_questions'`,
    ),
  );
  return rows.length > 0;
}

/** Memory in schema `heliosdb` of the database itself, whose tables exist. */
export class DatabaseMemory implements Memory {
  readonly place = 'the database';
  readonly #database: SqlDatabase;
  readonly #clock: Clock;

  constructor(database: SqlDatabase, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  async conversations(): Promise<readonly Conversation[]> {
    const { rows } = await this.#query(
      `SELECT c.conversation_id, strftime(c.started_at AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%SZ'),
         c.title, count(t.turn)
       FROM heliosdb.conversations c LEFT JOIN heliosdb.conversation_turns t USING (conversation_id)
       GROUP BY ALL ORDER BY max(t.asked_at) DESC NULLS LAST, 1 LIMIT ${CONVERSATIONS_LISTED_MAX}`,
    );
    return rows.map(([id, startedAt, title, turnCount]) => ({
      id: String(id),
      startedAt: String(startedAt),
      title: String(title),
      turnCount: Number(turnCount),
    }));
  }

  async turns(id: string): Promise<readonly ConversationTurn[]> {
    const { rows } = await this.#query(
      `SELECT question, status, answer, sql, plan::VARCHAR FROM heliosdb.conversation_turns
       WHERE conversation_id = $1 ORDER BY turn`,
      [id],
    );
    return rows.map(([question, status, answer, sql, plan]) => ({
      question: String(question),
      status: readStatus(status),
      answer: String(answer),
      sql: sql === null ? null : String(sql),
      plan: readPlan(plan),
    }));
  }

  async addTurn(id: string, turn: ConversationTurn): Promise<void> {
    const now = this.#clock.now().toISOString();
    await this.#database.withConnection((connection) =>
      inTransaction(connection, async () => {
        await connection.query(
          `INSERT INTO heliosdb.conversations SELECT $1, $2::TIMESTAMPTZ, $3
           WHERE NOT EXISTS (FROM heliosdb.conversations WHERE conversation_id = $1)`,
          [id, now, turn.question],
        );
        await connection.query(
          `INSERT INTO heliosdb.conversation_turns SELECT $1, coalesce(max(turn), 0) + 1,
             $2::TIMESTAMPTZ, $3, $4, $5, $6, $7::JSON
           FROM heliosdb.conversation_turns WHERE conversation_id = $1`,
          [
            id,
            now,
            turn.question,
            turn.status,
            turn.answer,
            turn.sql,
            turn.plan === null ? null : JSON.stringify(turn.plan),
          ],
        );
      }),
    );
  }

  async verified(): Promise<readonly VerifiedQuestion[]> {
    const { rows } = await this.#query(
      'SELECT question, sql FROM heliosdb.verified_questions ORDER BY saved_at, question',
    );
    return rows.map(([question, sql]) => ({ question: String(question), sql: String(sql) }));
  }

  async remember({ question, sql }: VerifiedQuestion): Promise<void> {
    await this.#database.withConnection((connection) =>
      inTransaction(connection, async () => {
        await this.#delete(connection, question);
        await connection.query(
          'INSERT INTO heliosdb.verified_questions VALUES ($1, $2, $3::TIMESTAMPTZ)',
          [question, sql, this.#clock.now().toISOString()],
        );
      }),
    );
  }

  async forget(question: string): Promise<boolean> {
    return await this.#database.withConnection((connection) =>
      inTransaction(connection, () => this.#delete(connection, question)),
    );
  }

  async #delete(connection: SqlSession, question: string): Promise<boolean> {
    const key = questionKey(question);
    const same = (await this.verified()).filter((pair) => questionKey(pair.question) === key);
    for (const pair of same) {
      await connection.query('DELETE FROM heliosdb.verified_questions WHERE question = $1', [
        pair.question,
      ]);
    }
    return same.length > 0;
  }

  #query(sql: string, parameters?: readonly string[]) {
    return this.#database.withConnection((connection) => connection.query(sql, parameters));
  }
}

async function inTransaction<T>(session: SqlSession, work: () => Promise<T>): Promise<T> {
  await session.run('BEGIN TRANSACTION');
  try {
    const value = await work();
    await session.run('COMMIT');
    return value;
  } catch (error) {
    // A failed COMMIT has rolled back already; then there is nothing to roll back.
    await session.run('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

function readStatus(value: unknown): ConversationTurn['status'] {
  const status = answerStatus.safeParse(value);
  if (status.success) return status.data;
  throw new HeliosError('data_corrupted', { detail: `a turn has the status ${String(value)}` });
}

/** A plan of an older version that does not fit any more is forgotten, the turn is not. */
function readPlan(value: unknown): ConversationTurn['plan'] {
  if (value === null) return null;
  const parsed = planSchema.safeParse(JSON.parse(String(value)));
  return parsed.success ? parsed.data : null;
}
