import { HeliosError } from '#core';
import type { SqlSession } from '#storage';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What a bound statement calls, views and macros expanded. */
export interface BoundCalls {
  /** Names of functions in lower case. */
  readonly functions: ReadonlySet<string>;
  /** Constants that functions are called with, and labels of ENUMs; the ids of procedures are among them. */
  readonly constants: ReadonlySet<string>;
}

/**
 * Reads what a statement calls from DuckDB's serialised plan, which binds it and runs nothing. The
 * plan that EXPLAIN prints will not do: where an expression has an alias, it says only that.
 */
export async function boundCalls(session: SqlSession, sql: string): Promise<BoundCalls> {
  const { rows } = await session.query('SELECT json_serialize_plan($1::VARCHAR)', [sql]);
  const text = rows[0]?.[0];
  const plan = typeof text === 'string' && text !== '' ? (JSON.parse(text) as Json) : null;
  if (!isObject(plan) || plan.error === true) {
    throw new HeliosError('invalid_plan', {
      detail: 'DuckDB cannot say what it calls',
      hint: "a bit string is written as '101'::BIT",
    });
  }
  const functions = new Set<string>();
  const constants = new Set<string>();
  const pending: Json[] = [plan];
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    if (Array.isArray(value)) {
      pending.push(...(value as readonly Json[]));
      continue;
    }
    if (!isObject(value)) continue;
    pending.push(...Object.values(value));
    // A call names its procedure by a type (runtime/extension, macro_text); older macros by a text.
    if (value.type === 'ENUM_TYPE_INFO' && Array.isArray(value.values)) {
      for (const label of value.values as readonly Json[]) constants.add(String(label));
    }
    switch (value.expression_class) {
      case 'BOUND_FUNCTION':
      case 'BOUND_AGGREGATE':
      case 'BOUND_WINDOW':
        functions.add(functionName(value));
        break;
      case 'BOUND_CONSTANT':
        if (isObject(value.value)) constants.add(String(value.value.value));
        break;
      default:
    }
  }
  return { functions, constants };
}

/** DuckDB 2 keeps names as paths, earlier versions as fields. */
function functionName({ qname, name }: { readonly [key: string]: Json }): string {
  const path = isObject(qname) && Array.isArray(qname.path) ? qname.path : [name];
  return String(path.at(-1) ?? '').toLowerCase();
}

function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
