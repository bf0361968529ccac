/** What a folder's procedures and a database's differ in. */

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { CreateProcedure, ProcedureStatement } from '#runtime';
import type { SqlDatabase } from '#storage';
import { askEngine, toObjects } from '../render/show-rows.ts';

/** One step from the database as it is to what the folder says. */
export interface Change {
  readonly action: 'create' | 'change' | 'drop';
  readonly procedure: string;
  /** What differs, in words; empty for what is created or dropped. */
  readonly differences: readonly string[];
  readonly statement: ProcedureStatement;
}

interface Registered {
  readonly schema: string;
  readonly name: string;
  readonly types: readonly string[];
  readonly row: Readonly<Record<string, unknown>>;
}

/** Compares definitions with what is registered; `others` are procedures no definition names. */
export async function compare(
  database: SqlDatabase,
  wanted: readonly CreateProcedure[],
): Promise<{ readonly changes: readonly Change[]; readonly others: readonly Change[] }> {
  const rows = toObjects(await askEngine(database, { sql: 'FROM heliosdb_procedures()' }));
  const { rows: names } = await askEngine(database, { sql: 'SELECT current_schema()' });
  const schema = String(names[0]?.[0] ?? 'main');
  const registered = rows.map(read);
  const seen = new Set<Registered>();
  const changes: Change[] = [];
  for (const statement of wanted) {
    const types: string[] = [];
    for (const { type } of statement.parameters) types.push(await canonical(database, type));
    const own = registered.find((each) => isSame(each, statement, { schema, types }));
    const procedure = `${statement.name}(${types.join(', ')})`;
    if (own === undefined) {
      changes.push({ action: 'create', procedure, differences: [], statement });
      continue;
    }
    seen.add(own);
    const returns = await canonical(database, statement.returns);
    const differences = await differencesOf(own.row, { ...statement, returns });
    if (differences.length > 0) {
      changes.push({ action: 'change', procedure, differences, statement });
    }
  }
  return { changes, others: registered.filter((each) => !seen.has(each)).map(drop) };
}

function read(row: Readonly<Record<string, unknown>>): Registered {
  const parameters = JSON.parse(String(row.parameters)) as readonly { readonly type: string }[];
  return {
    schema: String(row.schema_name),
    name: String(row.name),
    types: parameters.map(({ type }) => type),
    row,
  };
}

function isSame(
  own: Registered,
  statement: CreateProcedure,
  { schema, types }: { readonly schema: string; readonly types: readonly string[] },
): boolean {
  const wanted = [statement.schema ?? schema, statement.name, ...types];
  const found = [own.schema, own.name, ...own.types];
  return JSON.stringify(wanted).toLowerCase() === JSON.stringify(found).toLowerCase();
}

async function differencesOf(
  row: Readonly<Record<string, unknown>>,
  statement: CreateProcedure,
): Promise<readonly string[]> {
  const found: string[] = [];
  const differ = (what: string, before: unknown, after: unknown): void => {
    if (before !== after) found.push(`${what}: ${before ?? 'none'} → ${after ?? 'none'}`);
  };
  const bytes = await readFile(statement.module.text);
  const hash = createHash('sha256').update(bytes).digest('hex');
  differ('module', String(row.module_hash).slice(0, 12), hash.slice(0, 12));
  differ('returns', row.returns, statement.returns);
  // What a definition leaves out is the engine's or an administrator's to choose.
  if (statement.capabilities !== null) {
    const before = row.capabilities === null ? ['read:*'] : JSON.parse(String(row.capabilities));
    differ('capabilities', rights(before), rights(statement.capabilities));
  }
  if (statement.volatility !== null) differ('volatility', row.volatility, statement.volatility);
  if (statement.entry !== null) differ('entry', row.entry, statement.entry);
  if (statement.comment !== null) differ('comment', row.comment, statement.comment);
  const limits = JSON.parse(String(row.limits)) as Readonly<Record<string, unknown>>;
  for (const [name, value] of Object.entries(statement.options)) {
    differ(name, String(limits[name]), String(value));
  }
  return found;
}

function rights(list: readonly string[]): string {
  return `[${[...new Set(list)].sort().join(', ')}]`;
}

/** A type as DuckDB spells it. Only plain names are asked for: a type is part of the question. */
async function canonical(database: SqlDatabase, type: string): Promise<string> {
  if (!/^[a-z]\w*( [a-z]+)*(\(\d+(, ?\d+)?\))?(\[\])*$/i.test(type)) return type;
  const { rows } = await askEngine(database, { sql: `SELECT typeof(NULL::${type})` });
  return String(rows[0]?.[0]);
}

function drop({ schema, name, types }: Registered): Change {
  return {
    action: 'drop',
    procedure: `${name}(${types.join(', ')})`,
    differences: [],
    statement: {
      kind: 'drop_procedure',
      schema,
      name,
      parameterTypes: types,
      ifExists: false,
      cascade: false,
    },
  };
}
