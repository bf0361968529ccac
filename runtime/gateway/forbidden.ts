/** Places where DuckDB cannot call a procedure, refused with the reason. */
import { HeliosError } from '#core';
import type { ScriptStatement } from '../ddl/index.ts';
import { isTrivia, readToken } from '../ddl/index.ts';
import type { GatewayConnection } from './engine-port.ts';
import { readProcedures } from './registry.ts';

interface Forbidden {
  readonly message: string;
  readonly hint: string;
  /** A pure procedure holds no connection and reads nothing, so it is harmless here. */
  readonly isImmutableAllowed: boolean;
}

const ALTER_TYPE: Forbidden = {
  message: 'ALTER COLUMN … TYPE … USING cannot call a procedure that queries',
  hint: 'Add a column, UPDATE it with the procedure, drop the old one and rename.',
  isImmutableAllowed: true,
};
const INDEX: Forbidden = {
  message: 'an index cannot be built on a procedure',
  hint: 'Store the result in a column and put the index on that.',
  isImmutableAllowed: false,
};

/**
 * Refuses a statement that would hang for ever or leave stale values behind.
 *
 * DuckDB holds the table's lock while it rewrites a column; a procedure's query on a connection
 * of its own then waits for it, and nothing can interrupt that.
 */
export async function refuseForbidden(
  connection: GatewayConnection,
  statement: ScriptStatement,
): Promise<void> {
  const place = forbiddenPlaceOf(statement);
  if (place === null) return;
  // Of CREATE INDEX, the first bracket follows the table, which may have a procedure's name.
  const called = calledNames(statement.text).slice(place === INDEX ? 1 : 0);
  const forbidden = await namesThatCallProcedures(connection, place);
  const name = called.find((candidate) => forbidden.has(candidate));
  if (name === undefined) return;
  const { message, hint } = place;
  throw new HeliosError('feature_not_supported', { message, detail: `calls ${name}`, hint });
}

function forbiddenPlaceOf({ head, text }: ScriptStatement): Forbidden | null {
  const [first, second, third] = head;
  if (first === 'CREATE' && (second === 'INDEX' || (second === 'UNIQUE' && third === 'INDEX'))) {
    return INDEX;
  }
  if (first !== 'ALTER' || second !== 'TABLE') return null;
  return /\busing\b/i.test(text) ? ALTER_TYPE : null;
}

/** Lower-case names that stand before an opening bracket. */
function calledNames(text: string): readonly string[] {
  const names: string[] = [];
  let previous: string | null = null;
  for (let position = 0; position < text.length; ) {
    const token = readToken(text, position);
    position = token.end;
    if (isTrivia(token)) continue;
    const tokenText = text.slice(token.start, token.end);
    if (tokenText === '(' && previous !== null) names.push(previous);
    if (token.kind === 'word') previous = tokenText.toLowerCase();
    else if (token.kind !== 'quoted_identifier') previous = null;
    else previous = tokenText.slice(1, -1).replaceAll('""', '"').toLowerCase();
  }
  return names;
}

/** The procedures, and every macro that calls one, however indirectly. */
async function namesThatCallProcedures(
  connection: GatewayConnection,
  { isImmutableAllowed }: Forbidden,
): Promise<ReadonlySet<string>> {
  const procedures = await readProcedures(connection);
  if (procedures.length === 0) return new Set();
  const names = new Set<string>();
  const harmless = new Set<string>();
  for (const { name, volatility } of procedures) {
    const isHarmless = isImmutableAllowed && volatility === 'IMMUTABLE';
    (isHarmless ? harmless : names).add(name.toLowerCase());
  }
  const { rows } = await connection.query(
    `SELECT lower(function_name), macro_definition FROM duckdb_functions()
     WHERE function_type = 'macro' AND NOT internal AND macro_definition IS NOT NULL`,
    [],
  );
  const macros = rows
    .map(([name, definition]) => ({ name: String(name), calls: calledNames(String(definition)) }))
    .filter(({ name }) => !harmless.has(name));
  for (let countBefore = -1; countBefore < names.size; ) {
    countBefore = names.size;
    for (const { name, calls } of macros) {
      if (calls.some((call) => names.has(call))) names.add(name);
    }
  }
  return names;
}
