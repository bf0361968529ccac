import { HeliosError } from '#core';
import type { AffectedRows, CatalogSnapshot, Write } from '#planner';
import { affectedRows, printWrite } from '#planner';
import type { SqlSession } from '#storage';
import { guardBound } from '../execute/bound-guard.ts';
import { guardStatement } from '../execute/guard.ts';

type RowWrite = Exclude<Write, { operation: 'call' }>;

/** What may be run for a write before it is confirmed: statements that only read. */
export interface CheckedRows extends AffectedRows {
  readonly write: RowWrite;
}

/**
 * Checks a write of rows: each part is one expression and no more, and what its rows are found by
 * passes both gates that a question passes. Throws a coded error unless it may be shown.
 */
export async function checkRowWrite(
  session: SqlSession,
  write: RowWrite,
  catalog: CatalogSnapshot,
): Promise<CheckedRows> {
  const rows = affectedRows(write, catalog);
  if (rows === null) {
    const { schema, table } = write.target;
    throw new HeliosError('invalid_plan', {
      detail: `it changes ${schema}.${table}, or a column of it, that is not known`,
    });
  }
  await assertExpressions(session, expressionsOf(write));
  const guard = async (sql: string): Promise<string> => {
    const allowed = await guardStatement(session, { sql, catalog, relations: [] });
    await guardBound(session, { sql: allowed, catalog, scratch: null });
    return allowed;
  };
  return { ...rows, write, all: await guard(rows.all), shown: await guard(rows.shown) };
}

/** Checks a write of any kind, and runs nothing. */
export async function checkWrite(
  session: SqlSession,
  write: Write,
  catalog: CatalogSnapshot,
): Promise<void> {
  if (write.operation === 'call') await checkCall(session, write, catalog);
  else await checkRowWrite(session, write, catalog);
}

/** Checks a call: its arguments are constants, and the procedure is one that is known to write. */
export async function checkCall(
  session: SqlSession,
  write: Extract<Write, { operation: 'call' }>,
  catalog: CatalogSnapshot,
): Promise<void> {
  const { schema, name } = write.procedure;
  const isKnown = catalog.procedures.some(
    (procedure) =>
      procedure.schema === schema && procedure.name === name && procedure.writes !== undefined,
  );
  if (!isKnown)
    throw new HeliosError('invalid_plan', { detail: `${name} is no procedure that writes` });
  const values = write.arguments.map(({ expression }) => expression);
  await assertExpressions(session, values);
  if (values.length === 0) return;
  await guardStatement(session, { sql: `SELECT ${values.join(', ')}`, catalog, relations: [] });
}

/** What DuckDB binds of the very statement: no more than the change of the one table. */
export async function assertBound(session: SqlSession, write: RowWrite): Promise<void> {
  await session.run("SET explain_output = 'all'");
  const { rows } = await session.query(`EXPLAIN (FORMAT JSON) ${printWrite(write)}`);
  const text = rows.find(([kind]) => kind === 'logical_plan')?.[1];
  const [root, ...others] = JSON.parse(String(text)) as readonly { readonly name: string }[];
  if (others.length === 0 && root?.name === write.operation.toUpperCase()) return;
  throw new HeliosError('invalid_plan', { detail: `it is no ${write.operation}` });
}

function expressionsOf(write: RowWrite): readonly string[] {
  const conditions = 'condition' in write && write.condition !== null ? [write.condition] : [];
  switch (write.operation) {
    case 'update':
      return [...write.assignments.map(({ expression }) => expression), ...conditions];
    case 'delete':
      return conditions;
    case 'insert':
      return write.rows.flat();
  }
}

/**
 * Each text means the same alone, in parentheses and in a list: then it cannot end its place in the
 * statement, whether by a comma, a keyword or a comment.
 */
async function assertExpressions(session: SqlSession, texts: readonly string[]): Promise<void> {
  for (const text of new Set(texts)) {
    const trees = [
      `SELECT ${text} AS value, 1 WHERE true`,
      `SELECT (\n${text}\n) AS value, 1 WHERE true`,
    ];
    const parsed: string[] = [];
    for (const sql of trees) {
      const { rows } = await session.query('SELECT json_serialize_sql($1::VARCHAR)', [sql]);
      parsed.push(String(rows[0]?.[0]).replace(/"query_location":\d+/g, ''));
    }
    const isError = parsed.some((tree) => tree.startsWith('{"error":true'));
    if (isError || parsed[0] !== parsed[1]) {
      throw new HeliosError('invalid_plan', {
        detail: `"${text.slice(0, 200)}" is not one expression`,
      });
    }
  }
}
