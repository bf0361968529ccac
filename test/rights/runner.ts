/** Procedures that run whatever SQL they are given, and what came of it. */
import { toHeliosError } from '#core';
import type { Session } from '../ddl/scene.ts';

/** What a nested statement came to: its rows, or the code and message it was refused with. */
export type Outcome =
  | { readonly rows: readonly (readonly unknown[])[] }
  | { readonly sqlstate: string; readonly message: string };

/** A CREATE PROCEDURE for the guest that runs SQL, with these rights. */
export function createRunner(name: string, capabilities: readonly string[]): string {
  const rights = capabilities.map((right) => quote(right)).join(', ');
  return `CREATE PROCEDURE ${name}(statements VARCHAR) RETURNS JSON LANGUAGE wasm
    ENTRY 'run_sql' CAPABILITIES (${rights}) AS 'file://run-sql.wat'`;
}

/** A call of such a procedure, as SQL. */
export function callOf(procedure: string, statements: readonly string[]): string {
  return `${procedure}(${quote(statements.join('\u001e'))})`;
}

/** Lets a procedure run statements, one after another; the last one's outcome counts. */
export async function run(
  session: Session,
  procedure: string,
  ...statements: readonly string[]
): Promise<Outcome> {
  try {
    const value = await session.value(`SELECT ${callOf(procedure, statements)}`);
    return { rows: rowsOf(value) };
  } catch (error) {
    return cause(error);
  }
}

/** The first value of the last statement's result. */
export async function firstValue(
  session: Session,
  procedure: string,
  ...statements: readonly string[]
): Promise<unknown> {
  const outcome = await run(session, procedure, ...statements);
  if ('rows' in outcome) return outcome.rows[0]?.[0];
  throw new Error(`${outcome.sqlstate}: ${outcome.message}`);
}

/** The innermost reason of a failed call: the guest says only that a query failed. */
function cause(error: unknown): Outcome {
  const { sqlstate, message, detail } = toHeliosError(error);
  const found = /.*caused by (\w{5}): ([\s\S]*)/.exec(detail ?? '');
  if (sqlstate === '38000' && found !== null) {
    return { sqlstate: found[1] ?? '', message: found[2] ?? '' };
  }
  return { sqlstate, message };
}

function rowsOf(value: unknown): readonly (readonly unknown[])[] {
  if (typeof value !== 'string') return [];
  const result: unknown = JSON.parse(value);
  if (typeof result !== 'object' || result === null || !('rows' in result)) return [];
  return Array.isArray(result.rows) ? result.rows : [];
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
