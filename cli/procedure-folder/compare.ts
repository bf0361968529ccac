/** What a folder's procedures and a database's differ in. */

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { CreateProcedure, ProcedureStatement } from '#runtime';
import type { SqlDatabase } from '#storage';
import { askEngine, toObjects } from '../render/show-rows.ts';
import { definitionDefaults } from './definition-defaults.ts';

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

/**
 * Compares definitions with what is registered; `others` are procedures no definition names. What a
 * definition leaves out means its default: a folder says the same to an empty database and to one
 * that it was applied to before.
 */
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
    const effective = await withDefaults(database, { ...statement, returns });
    const differences = differencesOf(own.row, effective);
    if (differences.length > 0) {
      // Rights that a statement leaves out would be those of the version before.
      const { capabilities } = effective;
      changes.push({
        action: 'change',
        procedure,
        differences,
        statement: own.row.capabilities === null ? statement : { ...statement, capabilities },
      });
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

/** A definition in the form that the engine keeps it in; null is what cannot be told beforehand. */
interface Effective {
  readonly moduleHash: string;
  readonly returns: string;
  readonly capabilities: readonly string[];
  readonly volatility: string | null;
  readonly entry: string | null;
  readonly isCalledOnNull: boolean;
  readonly comment: string | null;
  readonly limits: Readonly<Record<string, unknown>>;
}

async function withDefaults(database: SqlDatabase, statement: CreateProcedure): Promise<Effective> {
  const bytes = new Uint8Array(await readFile(statement.module.text));
  const capabilities = statement.capabilities ?? DEFAULT_RIGHTS;
  const defaults = await definitionDefaults(database, bytes, { ...statement, capabilities });
  const options = { ...defaults?.options, ...statement.options };
  const { rows } = await askEngine(database, {
    sql: 'SELECT heliosdb_effective_limits(?)',
    parameters: [JSON.stringify(options)],
  });
  return {
    moduleHash: createHash('sha256').update(bytes).digest('hex'),
    returns: statement.returns,
    capabilities,
    volatility: statement.volatility ?? defaults?.volatility ?? null,
    entry: statement.entry ?? defaults?.entry ?? null,
    isCalledOnNull: statement.nullCall === 'CALLED ON NULL INPUT',
    comment: statement.comment,
    limits: JSON.parse(String(rows[0]?.[0])),
  };
}

function differencesOf(
  row: Readonly<Record<string, unknown>>,
  wanted: Effective,
): readonly string[] {
  const found: string[] = [];
  const differ = (what: string, before: unknown, after: unknown): void => {
    if (before !== after) found.push(`${what}: ${before ?? 'none'} → ${after ?? 'none'}`);
  };
  differ('module', String(row.module_hash).slice(0, 12), wanted.moduleHash.slice(0, 12));
  differ('returns', row.returns, wanted.returns);
  const held = row.capabilities === null ? DEFAULT_RIGHTS : JSON.parse(String(row.capabilities));
  differ('capabilities', rights(held), rights(wanted.capabilities));
  if (wanted.volatility !== null) differ('volatility', row.volatility, wanted.volatility);
  if (wanted.entry !== null) differ('entry', row.entry, wanted.entry);
  differ('called on NULL', row.called_on_null_input, wanted.isCalledOnNull);
  differ('comment', row.comment, wanted.comment);
  const limits = JSON.parse(String(row.limits)) as Readonly<Record<string, unknown>>;
  for (const [name, value] of Object.entries(wanted.limits)) {
    differ(name, String(limits[name]), String(value));
  }
  return found;
}

const DEFAULT_RIGHTS: readonly string[] = ['read:*'];

function rights(list: readonly string[]): string {
  return `[${[...new Set(list)].sort().join(', ')}]`;
}

/** A type as DuckDB spells it; what is no type is left as it is, for CREATE to refuse. */
async function canonical(database: SqlDatabase, type: string): Promise<string> {
  if (!isTypeText(type)) return type;
  const { rows } = await askEngine(database, { sql: `SELECT typeof(NULL::${type})` });
  return String(rows[0]?.[0]);
}

/**
 * Whether a text cannot be more than a type: it becomes part of a question. Every bracket closes,
 * and commas and blanks in doubt stand inside of brackets.
 */
function isTypeText(type: string): boolean {
  let depth = 0;
  const isQuotedWell = /^(?:[^"';-]|"(?:[^"]|"")*")*$/.test(type);
  const bare = type.replaceAll(/"(?:[^"]|"")*"/g, 'quoted');
  for (const character of bare) {
    if (!/[\w\s(),[\]]/.test(character)) return false;
    if (character === '(') depth += 1;
    else if (character === ')') depth -= 1;
    if (depth < 0 || (depth === 0 && character === ',')) return false;
  }
  return isQuotedWell && depth === 0 && /^[a-z]\w*( [a-z]+)*(\(.*\))?(\[\d*\])*$/is.test(bare);
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
