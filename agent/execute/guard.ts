import { HeliosError } from '#core';
import type { CatalogSnapshot } from '#planner';
import type { SqlSession } from '#storage';
import { withoutHiddenColumns } from './hidden-columns.ts';

/**
 * The first gate before a task's SQL runs: exactly one SELECT, over tables that the catalog
 * snapshot knows, with table functions that only compute. It reads DuckDB's own parse of the
 * statement, so spelling tricks do not reach it. It does not look through views and macros:
 * `bound-guard.ts` does, on the bound plan.
 */
export interface GuardedStatement {
  readonly sql: string;
  readonly catalog: CatalogSnapshot;
  /** Names of earlier tasks that the statement may read. */
  readonly relations: readonly string[];
}

/** Table functions that only compute. */
export const TABLE_FUNCTIONS = new Set(['range', 'generate_series', 'unnest', 'repeat_row']);

/** Scalar functions that change state or read the environment. */
export const FORBIDDEN_FUNCTIONS = new Set([
  'nextval',
  'setseed',
  'getenv',
  'current_setting',
  'write_log',
  'query',
  'query_table',
  'read_text',
  'read_blob',
]);
// Our own machinery: functions that define procedures, and what stands behind calls of them.
const FORBIDDEN_PREFIX = 'heliosdb_';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * The statement to run in place of the one given, which differs where columns are hidden. Throws a
 * coded error unless it may run.
 */
export async function guardStatement(
  connection: SqlSession,
  { sql, catalog, relations }: GuardedStatement,
): Promise<string> {
  const result = await connection.query('SELECT json_serialize_sql($1::VARCHAR)', [sql]);
  const parsed = JSON.parse(String(result.rows[0]?.[0])) as {
    readonly error: boolean;
    readonly error_type?: string;
    readonly error_message?: string;
    readonly statements?: readonly {
      readonly node: Json;
      readonly named_param_map?: readonly Json[];
    }[];
  };
  if (parsed.error) {
    if (parsed.error_type === 'parser') {
      throw new HeliosError('syntax_error', {
        detail: parsed.error_message ?? null,
        fields: { sql },
      });
    }
    throw refusal('only a SELECT may run for a question');
  }
  const [statement, ...others] = parsed.statements ?? [];
  if (statement === undefined) throw refusal('the statement is empty');
  if (others.length > 0) throw refusal(`${others.length + 1} statements where one is allowed`);
  if ((statement.named_param_map ?? []).length > 0) throw refusal('it has unbound parameters');

  const known = new Set(relations.map((name) => name.toLowerCase()));
  collectCteNames(statement.node, known);
  const tables = new Set(
    catalog.tables.flatMap((table) => [
      `${table.schema}.${table.name}`.toLowerCase(),
      // Without a schema the search path decides; whichever it finds, the snapshot knows the name.
      table.name.toLowerCase(),
    ]),
  );
  const writers = new Set(
    catalog.procedures.flatMap(({ name, writes }) =>
      writes === undefined ? [] : [name.toLowerCase()],
    ),
  );
  inspect(statement.node, (node) => {
    switch (node.type) {
      case 'SHOW_REF':
        throw refusal('DESCRIBE, SHOW and SUMMARIZE are not allowed');
      case 'TABLE_FUNCTION': {
        const name = functionName(node.function);
        if (!TABLE_FUNCTIONS.has(name)) throw refusal(`table function ${name} is not allowed`);
        return;
      }
      case 'BASE_TABLE': {
        const schema = lower(node.schema_name);
        const table = lower(node.table_name);
        if (lower(node.catalog_name) !== '') throw refusal(`${table} names another database`);
        if (schema === '' && known.has(table)) return;
        if (!tables.has(schema === '' ? table : `${schema}.${table}`)) {
          throw refusal(`${schema === '' ? '' : `${schema}.`}${table} is not a known table`);
        }
        return;
      }
      case 'FUNCTION': {
        const name = functionName(node);
        if (FORBIDDEN_FUNCTIONS.has(name) || name.startsWith(FORBIDDEN_PREFIX)) {
          throw refusal(`function ${name} is not allowed`);
        }
        if (writers.has(name)) throw refusal(`procedure ${name} writes, and a question only reads`);
        return;
      }
      default:
    }
  });
  return await withoutHiddenColumns(connection, { sql, catalog, relations: known });
}

function refusal(detail: string): HeliosError {
  return new HeliosError('invalid_plan', { detail });
}

function lower(value: Json | undefined): string {
  return typeof value === 'string' ? value.toLowerCase() : '';
}

function functionName(node: Json | undefined): string {
  return isObject(node) ? lower(node.function_name) : '';
}

function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// Scopes are not told apart: a CTE's name excuses a table of that name anywhere in the statement,
// which is harmless because an unknown name outside the CTE's scope is then a binder error or a
// table that the search path finds. File names cannot be hidden so: they are refused by spelling.
function collectCteNames(tree: Json, names: Set<string>): void {
  inspect(tree, (node) => {
    const map = isObject(node.cte_map) ? node.cte_map.map : undefined;
    if (!Array.isArray(map)) return;
    for (const entry of map as readonly Json[]) {
      const name = isObject(entry) ? lower(entry.key) : '';
      if (/^[\p{L}\p{N}_ ]+$/u.test(name)) names.add(name);
    }
  });
}

/** Calls `visit` for every object of the tree. Iterative: a deep statement must not end the stack. */
function inspect(tree: Json, visit: (node: { readonly [key: string]: Json }) => void): void {
  const pending: Json[] = [tree];
  while (pending.length > 0) {
    const value = pending.pop() as Json;
    if (Array.isArray(value)) {
      for (const element of value as readonly Json[]) pending.push(element);
    } else if (isObject(value)) {
      visit(value);
      for (const element of Object.values(value)) pending.push(element);
    }
  }
}
