import type { SqlValue } from '#core';
import { parseSqlType, toJson } from '#core';
import type { AnswerColumn, JsonValue } from './answer.ts';

/** Rows as JSON values, exact: what a double cannot hold becomes text. */
export function toJsonRows(
  columns: readonly AnswerColumn[],
  rows: readonly (readonly SqlValue[])[],
): JsonValue[][] {
  const types = columns.map((column) => parseSqlType(column.type));
  return rows.map((row) => row.map((value, index) => toJson(value, types[index]) as JsonValue));
}
