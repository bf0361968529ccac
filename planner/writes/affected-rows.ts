import type { CatalogSnapshot, CatalogTable } from '../catalog.ts';
import { quoteName } from '../compile/sql.ts';
import type { Write } from '../plan.ts';
import { printTarget, printWhere } from './print-write.ts';

type RowWrite = Exclude<Write, { operation: 'call' }>;

/** SELECT statements that show what a write would change, without changing it. */
export interface AffectedRows {
  /** Every row that changes, whole, with what it would become. */
  readonly all: string;
  /** The same rows in a fixed order, with only the columns that are worth showing. */
  readonly shown: string;
  /** The shown columns; a row of `shown` has their values before, then after. */
  readonly columns: readonly string[];
  /** How many of them tell rows apart and stay as they are; they come once. */
  readonly keyCount: number;
}

/** Columns shown beside the changed ones where a table has no key. */
const CONTEXT_COLUMNS_MAX = 3;

/** Null where the snapshot has no such table or column. */
export function affectedRows(write: RowWrite, catalog: CatalogSnapshot): AffectedRows | null {
  const table = tableOf(write, catalog);
  if (table === null) return null;
  switch (write.operation) {
    case 'update':
      return updatedRows(write, table);
    case 'delete': {
      const rows = `FROM ${printTarget(write.target)}${printWhere(write.condition)}`;
      const columns = table.columns.map(({ name }) => name);
      const list = columns.map(quoteName).join(', ');
      const order = keysOf(table).map(quoteName).join(', ') || 'ALL';
      return {
        all: `SELECT ${list} ${rows}`,
        shown: `SELECT ${list} ${rows} ORDER BY ${order}`,
        columns,
        keyCount: 0,
      };
    }
    case 'insert':
      return insertedRows(write, table);
  }
}

/** The table that a write changes, or null. */
export function tableOf({ target }: RowWrite, { tables }: CatalogSnapshot): CatalogTable | null {
  return (
    tables.find(
      ({ schema, name, kind }) =>
        kind === 'table' && schema === target.schema && name === target.table,
    ) ?? null
  );
}

function updatedRows(
  { target, assignments, condition }: Extract<Write, { operation: 'update' }>,
  table: CatalogTable,
): AffectedRows | null {
  const changed = assignments.map(({ column }) => column);
  const keys = contextOf(table, changed);
  const after: string[] = [];
  for (const { column, expression } of assignments) {
    const type = table.columns.find(({ name }) => name === column)?.type;
    if (type === undefined) return null;
    // As it will be stored: rounded, cut, or refused.
    after.push(`CAST(${expression} AS ${type})`);
  }
  const rows = `FROM ${printTarget(target)}${printWhere(condition)}`;
  const whole = table.columns.map(({ name }) => quoteName(name));
  const named = after.map((value, index) => `${value} AS ${quoteName(`after ${index + 1}`)}`);
  const order = keysOf(table).map(quoteName).join(', ') || 'ALL';
  return {
    all: `SELECT ${[...whole, ...named].join(', ')} ${rows}`,
    shown: `SELECT ${[...[...keys, ...changed].map(quoteName), ...named].join(', ')} ${rows} ORDER BY ${order}`,
    columns: [...keys, ...changed],
    keyCount: keys.length,
  };
}

function insertedRows(
  { columns, rows }: Extract<Write, { operation: 'insert' }>,
  table: CatalogTable,
): AffectedRows | null {
  const selects: string[] = [];
  for (const row of rows) {
    const values: string[] = [];
    for (const [index, column] of columns.entries()) {
      const type = table.columns.find(({ name }) => name === column)?.type;
      const value = row[index];
      if (type === undefined || value === undefined) return null;
      values.push(`CAST(${value} AS ${type}) AS ${quoteName(column)}`);
    }
    selects.push(`SELECT ${values.join(', ')}`);
  }
  const all = selects.join(' UNION ALL ');
  return { all, shown: all, columns, keyCount: 0 };
}

function keysOf({ primaryKey, uniqueKeys }: CatalogTable): readonly string[] {
  return primaryKey ?? uniqueKeys[0] ?? [];
}

/** What tells a row apart for people: its key, else its first columns. */
function contextOf(table: CatalogTable, changed: readonly string[]): readonly string[] {
  const keys = keysOf(table);
  const known = new Set(table.columns.map(({ name }) => name));
  const context = keys.length > 0 ? keys : table.columns.map(({ name }) => name);
  return context
    .filter((name) => known.has(name) && !changed.includes(name))
    .slice(0, keys.length > 0 ? undefined : CONTEXT_COLUMNS_MAX);
}
