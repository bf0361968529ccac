import { HeliosError, namesIn } from '#core';
import type { CatalogSnapshot } from '#planner';
import type { SqlSession } from '#storage';
import type { BoundCalls } from './bound-calls.ts';
import { boundCalls } from './bound-calls.ts';
import { FORBIDDEN_FUNCTIONS, TABLE_FUNCTIONS } from './guard.ts';

/**
 * The second gate: what DuckDB bound, with views and macros expanded. The first gate has judged the
 * statement's own words; a macro may hide a table, a file or a function that changes state.
 */
export interface BoundStatement {
  /** The whole statement as it will run. */
  readonly sql: string;
  readonly catalog: CatalogSnapshot;
  /** The database that holds results of earlier tasks, or null when there is none. */
  readonly scratch: string | null;
}

interface PlanNode {
  readonly name: string;
  readonly children: readonly PlanNode[];
  readonly extra_info: Readonly<Record<string, string | readonly string[]>>;
}

/** Operators without input that read nothing outside the statement. */
const SOURCES = new Set([
  'DUMMY_SCAN',
  'EMPTY_RESULT',
  'CHUNK_GET',
  'COLUMN_DATA_SCAN',
  'DELIM_GET',
  'CTE_SCAN',
  'REC_CTE_SCAN',
  'EXPRESSION_GET',
  'EXPRESSION_SCAN',
]);

/** The engine's own functions, but for those that a call of a procedure expands to. */
const OWN_MACHINERY = /^heliosdb_(?!invoke_|compute_|overloads_|missing$)/;

interface Reads {
  readonly tables: ReadonlySet<string>;
  readonly sources: ReadonlySet<string>;
  /** Functions that a question may not call. */
  readonly functions: ReadonlySet<string>;
  readonly calls: BoundCalls;
}

/** Throws a coded error unless everything the bound statement reads may be read for a question. */
export async function guardBound(
  session: SqlSession,
  { sql, catalog, scratch }: BoundStatement,
): Promise<void> {
  await session.run("SET explain_output = 'all'");
  const reads = await readsOf(session, sql);
  // Whoever hid it, the owner included: a question does not write.
  const writer = writerIn(reads.calls, catalog);
  if (writer !== null) {
    throw new HeliosError('invalid_plan', {
      detail: `it calls procedure ${writer}, which writes, behind another name`,
    });
  }
  const allowed = new Set(catalog.tables.map(({ schema, name }) => nameKey([schema, name])));
  const unknown = [...reads.tables].filter((table) => {
    const [database = '', ...rest] = namesIn(table);
    return database !== scratch?.toLowerCase() && !allowed.has(nameKey(rest));
  });
  const strange = [...reads.sources];
  if (unknown.length > 0 || strange.length > 0 || reads.functions.size > 0) {
    // A view may show what its owner chose to show, and nothing else may.
    const shown = await readsOfViews(session, sql, catalog);
    const hidden =
      unknown.find((table) => !shown.tables.has(table)) ??
      strange.find((source) => !shown.sources.has(source)) ??
      [...reads.functions].find((name) => !shown.functions.has(name));
    if (hidden !== undefined) {
      throw new HeliosError('invalid_plan', { detail: `it reads ${hidden} behind another name` });
    }
  }
}

/** A name may have points of its own: its parts are told apart by what no name has. */
function nameKey(parts: readonly string[]): string {
  return parts.join('\u0000').toLowerCase();
}

async function readsOfViews(
  session: SqlSession,
  sql: string,
  { tables }: CatalogSnapshot,
): Promise<Omit<Reads, 'calls'>> {
  const all = {
    tables: new Set<string>(),
    sources: new Set<string>(),
    functions: new Set<string>(),
  };
  const text = sql.toLowerCase();
  for (const { schema, name, kind } of tables) {
    if (kind !== 'view' || !text.includes(name.toLowerCase())) continue;
    const quoted = [schema, name].map((part) => `"${part.replaceAll('"', '""')}"`).join('.');
    const reads = await readsOf(session, `FROM ${quoted}`);
    for (const table of reads.tables) all.tables.add(table);
    for (const source of reads.sources) all.sources.add(source);
    for (const called of reads.functions) all.functions.add(called);
  }
  return all;
}

async function readsOf(session: SqlSession, sql: string): Promise<Reads> {
  const { rows } = await session.query(`EXPLAIN (FORMAT JSON) ${sql}`);
  const text = rows.find(([kind]) => kind === 'logical_plan')?.[1];
  if (typeof text !== 'string') {
    throw new HeliosError('invalid_plan', { detail: 'its bound plan cannot be read' });
  }
  const tables = new Set<string>();
  const sources = new Set<string>();
  const pending = [...(JSON.parse(text) as readonly PlanNode[])];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    pending.push(...node.children);
    const table = node.extra_info.Table;
    if (typeof table === 'string') tables.add(table.toLowerCase());
    else if (node.children.length === 0 && !isHarmless(node.name)) sources.add(node.name);
  }
  const calls = await boundCalls(session, sql);
  const functions = new Set([...calls.functions].filter(isForbidden));
  return { tables, sources, functions, calls };
}

/** The procedure that writes and is called, or null. */
function writerIn({ functions, constants }: BoundCalls, { procedures }: CatalogSnapshot) {
  const isCall = [...functions].some((name) => name.startsWith('heliosdb_'));
  if (!isCall) return null;
  // Which of several overloads is called is settled only when it runs.
  const isOverload = [...functions].some((name) => name.startsWith('heliosdb_overloads_'));
  for (const { id, name, writes } of procedures) {
    if (writes === undefined || id === undefined) continue;
    const others = procedures.filter((other) => other.name === name).length;
    if (constants.has(id) || (isOverload && others > 1)) return name;
  }
  return null;
}

function isHarmless(name: string): boolean {
  return SOURCES.has(name) || TABLE_FUNCTIONS.has(name.toLowerCase());
}

function isForbidden(name: string): boolean {
  return FORBIDDEN_FUNCTIONS.has(name) || OWN_MACHINERY.test(name);
}
