import type { ConversationTurn } from '#agent';
import type { SqlValue } from '#core';
import { SqlTimestamp } from '#core';
import { plan as planSchema } from '#planner';
import type { Database } from '#storage';
import type { Feedback, Run, RunSummary } from '../runs/run.ts';
import { newRun } from '../runs/run.ts';
import type { Journal } from './journal.ts';

/** A run with what only the service needs of it. */
export interface StoredRun {
  readonly run: Run;
  readonly identityId: string;
  /** Types and tasks of its events in order, so that they can be told again. */
  readonly events: readonly (readonly [type: string, task: string | null])[];
}

export interface RunListing {
  readonly limit: number;
  /** Only runs that were asked for before this one. */
  readonly before: string | null;
  /** Only this identity's, or everybody's. */
  readonly identityId: string | null;
}

export interface TurnListing {
  readonly conversation: string;
  /** Only turns before this run. */
  readonly before: string;
  readonly identityIds: readonly string[];
}

/** What a question can refer back to. */
const TURNS_MAX = 50;
const STORED_ROWS_MAX = 1_000;
const STORED_BYTES_MAX = 256 * 1024;

/** Bounds of what is kept; whichever is reached first. */
export const RUN_RETENTION = { days: 30, countMax: 10_000, bytesMax: 256 * 1024 * 1024 };

/** Runs in schema heliosdb. Writing comes a moment later; reading writes first. */
export class RunStore {
  readonly #database: Database;
  readonly #journal: Journal;
  #sequence: number;

  private constructor(database: Database, journal: Journal, sequence: number) {
    this.#database = database;
    this.#journal = journal;
    this.#sequence = sequence;
  }

  static async open(database: Database, journal: Journal): Promise<RunStore> {
    const result = await database.withConnection((connection) =>
      connection.query('SELECT coalesce(max(sequence), 0) FROM heliosdb.runs'),
    );
    return new RunStore(database, journal, Number(result.rows[0]?.[0]));
  }

  noteStart(run: Run, identityId: string): void {
    this.#sequence += 1;
    this.#journal.add('runs', {
      sequence: this.#sequence,
      run_id: run.id,
      question: run.question,
      conversation_id: run.conversation,
      identity_id: identityId,
      identity: run.identity,
      is_plan_only: run.isPlanOnly,
      started_at: run.started,
    });
  }

  noteEnd({ run, events }: StoredRun): void {
    const text = JSON.stringify({ run: shortened(run), events });
    this.#journal.add('run_results', {
      run_id: run.id,
      status: run.status,
      finished_at: run.finished,
      answer: run.answer,
      row_count: run.rowCount,
      run: text,
      byte_count: text.length,
    });
  }

  /** The end of a run that went on after it had ended: it takes the place of the earlier one. */
  async noteLaterEnd(ended: StoredRun): Promise<void> {
    this.noteEnd(ended);
    // The earlier one goes last, so that there is one at every moment.
    await this.#journal.flush();
    await this.#database.withConnection((connection) =>
      connection.query(
        `DELETE FROM heliosdb.run_results WHERE run_id = $1 AND finished_at < (
           SELECT max(finished_at) FROM heliosdb.run_results WHERE run_id = $1)`,
        [ended.run.id],
      ),
    );
  }

  noteFeedback(id: string, identity: string, { rating, comment }: Feedback, at: string): void {
    const given = { run_id: id, identity, rating, comment, given_at: at };
    this.#journal.add('run_feedback', given);
  }

  /** The run of an id, or null. One that never ended was cut off with its service. */
  async get(id: string): Promise<StoredRun | null> {
    const [row] = await this.#query(
      `${SELECTION} WHERE runs.run_id = $1 ORDER BY finished_at DESC`,
      [id],
    );
    if (row === undefined) return null;
    const summary = readSummary(row);
    const text = row.run as string | null;
    const identityId = String(row.identity_id);
    if (text === null) return { run: cutOff(summary), identityId, events: [['answer', null]] };
    const stored = JSON.parse(text) as Pick<StoredRun, 'run' | 'events'>;
    return {
      // What a run of an older version does not have is null.
      run: { ...newRun(summary), ...stored.run, feedback: summary.feedback },
      identityId,
      events: stored.events,
    };
  }

  async list({ limit, before, identityId }: RunListing): Promise<RunSummary[]> {
    const rows = await this.#query(
      `${SELECTION}
       WHERE ($1 = '' OR runs.identity_id = $1)
         AND ($2 = '' OR sequence < (SELECT sequence FROM heliosdb.runs WHERE run_id = $2))
       ORDER BY sequence DESC LIMIT ${limit}`,
      [identityId ?? '', before ?? ''],
    );
    return rows.map(readSummary);
  }

  /** The last runs of a conversation that ended, oldest first. */
  async turns({ conversation, before, identityIds }: TurnListing): Promise<ConversationTurn[]> {
    const rows = await this.#query(
      `SELECT question, status, answer, run::JSON->>'$.run.sql' AS sql,
         run::JSON->>'$.run.plan' AS plan
       FROM heliosdb.runs JOIN heliosdb.run_results ON run_results.run_id = runs.run_id
       WHERE (conversation_id = $1 OR runs.run_id = $1)
         AND sequence < (SELECT sequence FROM heliosdb.runs WHERE run_id = $2)
         AND list_contains(json_extract_string($3, '$[*]'), identity_id)
         AND status IN ('ok', 'confirm', 'clarify', 'refused', 'failed')
       ORDER BY sequence DESC LIMIT ${TURNS_MAX}`,
      [conversation, before, JSON.stringify(identityIds)],
    );
    return rows.reverse().map(readTurn);
  }

  /** Removes what is too old or too much. */
  async trim(): Promise<void> {
    const { days, countMax, bytesMax } = RUN_RETENTION;
    await this.#database.withConnection((connection) =>
      connection.transaction(async () => {
        await connection.run(`
          DELETE FROM heliosdb.runs WHERE started_at < now() - INTERVAL ${days} DAY
            OR sequence <= (SELECT max(sequence) - ${countMax} FROM heliosdb.runs)
            OR run_id IN (
              SELECT run_id FROM (
                SELECT run_id, sum(byte_count) OVER (ORDER BY finished_at DESC, run_id) AS total
                FROM heliosdb.run_results)
              WHERE total > ${bytesMax})`);
        for (const table of ['run_results', 'run_feedback']) {
          await connection.run(`DELETE FROM heliosdb.${table}
            WHERE run_id NOT IN (SELECT run_id FROM heliosdb.runs)`);
        }
      }),
    );
  }

  async #query(sql: string, parameters: readonly string[]): Promise<Record<string, SqlValue>[]> {
    await this.#journal.flush();
    const { columns, rows } = await this.#database.withConnection((connection) =>
      connection.query(sql, parameters),
    );
    return rows.map((values) =>
      Object.fromEntries(columns.map(({ name }, index) => [name, values[index] ?? null])),
    );
  }
}

const SELECTION = `
  SELECT runs.*, status, finished_at, answer, row_count, run, rating, comment
  FROM heliosdb.runs
  LEFT JOIN heliosdb.run_results ON run_results.run_id = runs.run_id
  LEFT JOIN (
    SELECT run_id, arg_max(rating, given_at) AS rating,
      arg_max(coalesce(comment, ''), given_at) AS comment
    FROM heliosdb.run_feedback GROUP BY run_id) AS feedback ON feedback.run_id = runs.run_id`;

function readSummary(row: Record<string, SqlValue>): RunSummary {
  const text = (value: SqlValue | undefined): string | null =>
    value === null || value === undefined ? null : String(value);
  const rating = text(row.rating);
  return {
    id: String(row.run_id),
    question: String(row.question),
    conversation: text(row.conversation_id),
    identity: String(row.identity),
    status: (text(row.status) ?? 'failed') as RunSummary['status'],
    isPlanOnly: row.is_plan_only === true,
    answer: row.status === null ? CUT_OFF.answer : text(row.answer),
    rowCount: row.row_count === null ? null : Number(row.row_count),
    started: instant(row.started_at) ?? '',
    finished: instant(row.finished_at),
    feedback:
      rating === null
        ? null
        : { rating: Number(rating) as Feedback['rating'], comment: text(row.comment) || null },
  };
}

function readTurn({ question, status, answer, sql, plan }: Record<string, SqlValue>) {
  // A plan of an older version that does not fit any more is forgotten, the turn is not.
  const parsed = planSchema.nullable().safeParse(plan ? JSON.parse(String(plan)) : null);
  return {
    question: String(question),
    status: String(status) as ConversationTurn['status'],
    answer: String(answer ?? ''),
    sql: sql ? String(sql) : null,
    plan: parsed.success ? parsed.data : null,
  };
}

function instant(value: SqlValue | undefined): string | null {
  return value instanceof SqlTimestamp ? value.toDate().toISOString() : null;
}

const CUT_OFF = {
  answer: 'The run was cut off: the service ended while it ran.',
  error: {
    sqlstate: '57014',
    name: 'query_canceled',
    message: 'the service ended while the question was being answered',
    detail: null,
    hint: 'ask it again',
    fields: {},
    task: null,
  },
} as const;

function cutOff(summary: RunSummary): Run {
  return { ...newRun(summary), ...summary, status: 'failed', ...CUT_OFF };
}

/** The run with as many rows as are worth keeping; the export computes the whole result again. */
function shortened(run: Run): Run {
  let bytes = 0;
  let count = 0;
  for (const row of run.rows.slice(0, STORED_ROWS_MAX)) {
    bytes += JSON.stringify(row).length;
    if (bytes > STORED_BYTES_MAX) break;
    count += 1;
  }
  return count === run.rows.length
    ? run
    : { ...run, rows: run.rows.slice(0, count), isTruncated: true };
}
