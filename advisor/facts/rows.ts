/** Rows as objects of plain JSON values. */
import type { Json } from '#core';
import { toJson } from '#core';
import type { SqlParameters, SqlSession } from '#storage';

export type Row = Readonly<Record<string, Json>>;

/** The part of a session that reading facts needs. */
export type Reader = Pick<SqlSession, 'query'>;

/** Runs a query and returns its rows, one key a column. */
export async function readRows(
  reader: Reader,
  sql: string,
  parameters?: SqlParameters,
): Promise<Row[]> {
  const { columns, rows } = await reader.query(sql, parameters);
  return rows.map((row) =>
    Object.fromEntries(columns.map(({ name }, index) => [name, toJson(row[index] ?? null)])),
  );
}

/** A count or a measure; what is not known counts as nothing. */
export function numberOf(value: Json | undefined): number {
  const number = Number(value ?? 0);
  return Number.isFinite(number) ? Math.max(0, number) : 0;
}

/** A measure that may be unknown. */
export function numberOrNull(value: Json | undefined): number | null {
  return value === null || value === undefined ? null : numberOf(value);
}

/** The value of a JSON column, or the fallback where it is NULL. */
export function parsed<T>(value: Json | undefined, fallback: T): T {
  return typeof value === 'string' ? (JSON.parse(value) as T) : fallback;
}
