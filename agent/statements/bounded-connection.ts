import { HeliosError } from '#core';
import type { GatewayConnection } from '#runtime';
import type { QueryResult, SqlParameters, SqlSession } from '#storage';

export interface RowBound {
  /** Rows of a result that are kept in memory. */
  readonly rowsMax: number;
  /** What happens beyond: the rest is counted, or the statement fails with 54000. */
  readonly beyond: 'count' | 'fail';
}

// What may change rows gives a count that only a whole result has; it returns few rows anyway.
const READS = /^(\s|--[^\n]*(\n|$)|\/\*[\s\S]*?\*\/|\()*(select|from|values|table)\b/i;

/**
 * A connection whose results do not outgrow memory. Statements still run to their end: a SELECT
 * may call procedures, and half of their calls would be worse than waiting.
 */
export class BoundedConnection implements GatewayConnection {
  readonly #connection: SqlSession;
  readonly #bound: RowBound;

  constructor(connection: SqlSession, bound: RowBound) {
    this.#connection = connection;
    this.#bound = bound;
  }

  run(sql: string, parameters?: SqlParameters): Promise<void> {
    return this.#connection.run(sql, parameters);
  }

  async query(sql: string, parameters?: SqlParameters): Promise<QueryResult> {
    if (parameters !== undefined || !READS.test(sql)) {
      return await this.#connection.query(sql, parameters);
    }
    const { rowsMax, beyond } = this.#bound;
    const stream = await this.#connection.stream(sql);
    const rows: QueryResult['rows'][number][] = [];
    let rowCount = 0;
    for await (const chunk of stream) {
      rowCount += chunk.length;
      if (rowCount > rowsMax && beyond === 'fail') throw tooManyRows(rowsMax);
      for (const row of chunk) {
        if (rows.length >= rowsMax) break;
        rows.push(row);
      }
    }
    return { columns: stream.columns, rows, rowCount };
  }
}

function tooManyRows(rowsMax: number): HeliosError {
  return new HeliosError('program_limit_exceeded', {
    message: 'the result is too large to print',
    detail: `more than ${rowsMax} rows`,
    hint: "COPY (SELECT …) TO 'file.csv' writes results of any size; --limit N prints the first rows",
    fields: { limit: 'rows', current: rowsMax },
  });
}
