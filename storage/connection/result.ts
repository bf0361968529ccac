import type { DuckDBDataChunk, DuckDBResult } from '@duckdb/node-api';
import { ResultReturnType } from '@duckdb/node-api';
import type { SqlValue } from '#core';
import { printSqlType } from '#core';
import { decodeType } from './decode-type.ts';
import { decodeValue } from './decode-value.ts';

/** A column of a result; `type` is DuckDB's spelling, which `parseSqlType` reads. */
export interface ResultColumn {
  readonly name: string;
  readonly type: string;
}

/** The whole result of a statement. */
export interface QueryResult {
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly (readonly SqlValue[])[];
  /** Rows returned, or rows changed by an INSERT, UPDATE or DELETE, which returns none. */
  readonly rowCount: number;
}

/** The result of a statement, chunk by chunk. It can be read once. */
export interface QueryStream extends AsyncIterable<readonly (readonly SqlValue[])[]> {
  readonly columns: readonly ResultColumn[];
  /** Rows changed by a statement that returns none; null for one that returns rows. */
  readonly rowsChanged: number | null;
}

/** The result of a finished statement, decoded chunk by chunk. */
export function streamResult(result: DuckDBResult): QueryStream {
  const columns = readColumns(result);
  const rowsChanged = columns.length === 0 ? result.rowsChanged : null;
  return { columns, rowsChanged, [Symbol.asyncIterator]: () => decodeChunks(result, columns) };
}

async function* decodeChunks(
  result: DuckDBResult,
  columns: readonly ResultColumn[],
): AsyncGenerator<readonly (readonly SqlValue[])[], void> {
  if (columns.length === 0) return;
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) return;
    yield readChunk(chunk);
  }
}

/** The columns of a result; empty for a statement that returns no rows. */
export function readColumns(result: DuckDBResult): ResultColumn[] {
  if (result.returnType !== ResultReturnType.QUERY_RESULT) return [];
  return result.columnNames().map((name, index) => ({
    name,
    type: printSqlType(decodeType(result.columnType(index))),
  }));
}

/** Reads everything a finished statement returned. */
export async function readResult(result: DuckDBResult): Promise<QueryResult> {
  const columns = readColumns(result);
  if (columns.length === 0) return { columns, rows: [], rowCount: result.rowsChanged };
  const rows: (readonly SqlValue[])[] = [];
  for await (const chunk of decodeChunks(result, columns)) {
    for (const row of chunk) rows.push(row);
  }
  return { columns, rows, rowCount: rows.length };
}

/** Turns a chunk's columns into rows. */
export function readChunk(chunk: DuckDBDataChunk): SqlValue[][] {
  const rows: SqlValue[][] = Array.from({ length: chunk.rowCount }, () => []);
  chunk.visitColumns((column, _columnIndex, type) => {
    column.forEach((value, rowIndex) => {
      rows[rowIndex]?.push(decodeValue(value, type));
    });
  });
  return rows;
}
