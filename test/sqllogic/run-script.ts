import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { SqlValue } from '#core';
import { encodeErrorText, parseSqlType, toHeliosError, toText } from '#core';
import { Gateway } from '#runtime';
import type { Connection, PreparedStatement, QueryResult, ResultColumn } from '#storage';
import { Database } from '#storage';
import type { Script, ScriptRecord } from './parse-script.ts';

/** Where a script runs. */
export interface RunOptions {
  /** The engine's extension file, or null for scripts that need none. */
  readonly engine: string | null;
  /** The project's folder. */
  readonly root: string;
}

interface Session {
  readonly connection: Connection;
  readonly gateway: Gateway;
}

/**
 * Runs a script on a fresh database: in memory, or in a temporary file when it reopens.
 * Throws at the first record that does not hold, naming the script's line.
 */
export async function runScript(script: Script, options: RunOptions): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'heliosdb-sql-'));
  const isReopened = script.records.some(({ kind }) => kind === 'reopen');
  const run = new Run(script, options, isReopened ? join(folder, 'test.duckdb') : ':memory:');
  try {
    await run.open();
    for (const record of script.records) await run.check(record);
  } finally {
    await run.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

class Run {
  readonly #script: Script;
  readonly #options: RunOptions;
  readonly #path: string;
  readonly #sessions = new Map<string, Session>();
  readonly #statements = new Map<string, PreparedStatement>();
  /** Calls counted so far, by procedure. */
  readonly #callCounts = new Map<string, number>();
  #database: Database | null = null;
  #current = 'default';

  constructor(script: Script, options: RunOptions, path: string) {
    this.#script = script;
    this.#options = options;
    this.#path = path;
  }

  async open(): Promise<void> {
    const { engine } = this.#options;
    this.#database = await Database.open({
      path: this.#path,
      extensions: engine === null ? [] : [engine],
    });
  }

  async close(): Promise<void> {
    for (const statement of this.#statements.values()) statement.close();
    this.#statements.clear();
    this.#sessions.clear();
    this.#callCounts.clear();
    await this.#database?.close();
    this.#database = null;
  }

  async check(record: ScriptRecord): Promise<void> {
    const place = `${this.#script.name}:${record.line}`;
    switch (record.kind) {
      case 'connection':
        this.#current = record.name;
        return;
      case 'reopen':
        await this.close();
        await this.open();
        this.#current = 'default';
        return;
      case 'statement-ok':
        await this.#query(record.sql, place);
        return;
      case 'statement-error':
        await this.#checkError(record, place);
        return;
      case 'query':
        compareRows(await this.#query(record.sql, place), record, place);
        return;
      case 'evaluations':
        await this.#checkEvaluations(record, place);
        return;
      case 'prepare': {
        const { connection } = await this.#session();
        this.#statements.get(record.name)?.close();
        this.#statements.set(record.name, await connection.prepare(record.sql));
        return;
      }
      case 'execute': {
        const statement = this.#statements.get(record.name);
        assert.ok(statement, `${place}: no prepared statement ${record.name}`);
        const result = await attempt(() => statement.query(), place);
        compareRows(result, { ...record, isSorted: false }, place);
        return;
      }
    }
  }

  async #session(): Promise<Session> {
    const found = this.#sessions.get(this.#current);
    if (found) return found;
    assert.ok(this.#database, 'the database is open');
    const connection = await this.#database.connect();
    const gateway = new Gateway(connection, {
      baseDirectory: join(this.#options.root, dirname(this.#script.name)),
      allowFiles: true,
    });
    const session = { connection, gateway };
    this.#sessions.set(this.#current, session);
    return session;
  }

  #query(sql: string, place: string): Promise<QueryResult> {
    return attempt(() => this.#execute(sql), place);
  }

  /** Runs SQL through the gateway and returns the last statement's result. */
  async #execute(sql: string): Promise<QueryResult> {
    const { gateway } = await this.#session();
    let last: QueryResult = { columns: [], rows: [], rowCount: 0 };
    for await (const result of gateway.execute(sql)) last = result;
    return last;
  }

  async #checkError(
    record: Extract<ScriptRecord, { kind: 'statement-error' }>,
    place: string,
  ): Promise<void> {
    let text: string | null = null;
    try {
      await this.#execute(record.sql);
    } catch (error) {
      text = encodeErrorText(toHeliosError(error));
    }
    assert.ok(text !== null, `${place}: the statement should have failed`);
    if (record.sqlstate !== null) {
      assert.ok(
        text.startsWith(`HELIOS-${record.sqlstate}: `),
        `${place}: expected ${record.sqlstate}, got ${text}`,
      );
    }
    if (record.expected !== null) {
      assert.ok(
        matches(text, record.expected),
        `${place}: expected ${record.expected}, got ${text}`,
      );
    }
  }

  async #checkEvaluations(
    { procedure, count }: Extract<ScriptRecord, { kind: 'evaluations' }>,
    place: string,
  ): Promise<void> {
    assert.ok(this.#database, 'the database is open');
    const total = await this.#database.withConnection(async (connection) => {
      const { rows } = await connection.query(
        'SELECT coalesce(sum(calls), 0)::BIGINT FROM heliosdb_metrics() WHERE lower(procedure) = lower($1)',
        [procedure],
      );
      return Number(rows[0]?.[0]);
    });
    const before = this.#callCounts.get(procedure) ?? 0;
    this.#callCounts.set(procedure, total);
    assert.equal(total - before, count, `${place}: evaluations of ${procedure}`);
  }
}

async function attempt<T>(work: () => Promise<T>, place: string): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const text = encodeErrorText(toHeliosError(error));
    throw new assert.AssertionError({ message: `${place}: ${text}` });
  }
}

function compareRows(
  result: QueryResult,
  record: { columnCount: number; isSorted: boolean; expected: readonly string[] },
  place: string,
): void {
  assert.equal(result.columns.length, record.columnCount, `${place}: number of columns`);
  let actual = result.rows.map((row) => printRow(row, result.columns));
  let expected = [...record.expected];
  if (record.isSorted) {
    actual = actual.sort();
    expected = expected.sort();
  }
  const isEqual =
    actual.length === expected.length &&
    actual.every((row, index) => {
      const cells = row.split('\t');
      const expectedCells = (expected[index] ?? '').split('\t');
      return (
        cells.length === expectedCells.length &&
        cells.every((cell, column) => matchesCell(cell, expectedCells[column] ?? ''))
      );
    });
  if (!isEqual) assert.deepEqual(actual, expected, `${place}: rows`);
}

function printRow(row: readonly SqlValue[], columns: readonly ResultColumn[]): string {
  return row
    .map((value, index) => {
      const type = columns[index]?.type;
      const text = toText(value, type === undefined ? undefined : parseSqlType(type));
      // As in DuckDB's own scripts: an empty cell would be invisible, a line break ambiguous.
      return text === '' ? '(empty)' : text.replaceAll('\t', '\\t').replaceAll('\n', '\\n');
    })
    .join('\t');
}

function matchesCell(actual: string, expected: string): boolean {
  if (!expected.startsWith('<REGEX>:')) return actual === expected;
  return new RegExp(`^(?:${expected.slice('<REGEX>:'.length)})$`, 's').test(actual);
}

function matches(text: string, expected: string): boolean {
  if (!expected.startsWith('<REGEX>:')) return text.includes(expected);
  return new RegExp(`^(?:${expected.slice('<REGEX>:'.length)})$`, 's').test(text);
}
