import type { SqlValue } from '#core';
import { printGroupedNumber, quoteIdentifier } from '#core';
import type { CatalogSnapshot, WriteTask } from '#planner';
import type { SqlDatabase, SqlSession } from '#storage';
import type { AnswerColumn, Confirmation } from '../answer/answer.ts';
import { toJsonRows } from '../answer/json-rows.ts';
import { interruptible } from '../execute/interruptible.ts';
import type { CheckedRows } from './check-write.ts';
import { checkCall, checkRowWrite } from './check-write.ts';

/** A change as it is shown, with what holds it to the data that it was shown for. */
export interface ProposedWrite {
  readonly confirmation: Confirmation;
  /** Equal as long as the same rows would be changed from the same values to the same values. */
  readonly fingerprint: string;
  /** Why there is nothing to confirm, or null. */
  readonly refusal: string | null;
  /** Rows that would be changed to something else than they are; null where that is not known. */
  readonly differingCount: number | null;
}

export interface ProposeOptions {
  readonly task: WriteTask;
  readonly catalog: CatalogSnapshot;
  readonly database: SqlDatabase;
  readonly signal: AbortSignal;
}

/** Rows of a change that are shown. */
const SHOWN_ROWS = 10;
/** More than this of them said in one warning. */
const REFERRERS_MAX = 3;

/** Looks what a write would do. It only reads. */
export async function proposeWrite(options: ProposeOptions): Promise<ProposedWrite> {
  const { task, catalog, database, signal } = options;
  const { write } = task;
  return await database.withConnection((connection) =>
    interruptible({ connection, database }, signal, async () => {
      if (write.operation === 'call') {
        await checkCall(connection, write, catalog);
        return await proposeCall(connection, task, catalog);
      }
      return await proposeRows(
        connection,
        task,
        await checkRowWrite(connection, write, catalog),
        catalog,
      );
    }),
  );
}

/** The rows of a write as they are at this moment, in one value. */
export async function fingerprintOf(
  session: SqlSession,
  { all }: CheckedRows,
): Promise<Fingerprint> {
  const { rows } = await session.query(
    `SELECT count(*), coalesce(bit_xor(hash(r)), 0)::VARCHAR,
       coalesce(sum(hash(r)::HUGEINT), 0)::VARCHAR FROM (${all}) AS r`,
  );
  const [count, ...sums] = rows[0] ?? [];
  return { rowCount: Number(count), fingerprint: [count, ...sums].map(String).join(' ') };
}

export interface Fingerprint {
  readonly rowCount: number;
  readonly fingerprint: string;
}

/** The contents of what a procedure may change, and which version of it that is. */
export async function callFingerprint(
  session: SqlSession,
  { write }: WriteTask,
  catalog: CatalogSnapshot,
): Promise<string> {
  if (write.operation !== 'call') return '';
  const { procedure, writes } = write;
  const version = catalog.procedures.find(
    ({ schema, name }) => schema === procedure.schema && name === procedure.name,
  )?.activeVersion;
  const parts = [`version ${version}`];
  for (const { schema, name, kind } of catalog.tables) {
    const isWritten = writes.some((one) => ['*', name, `${schema}.${name}`].includes(one));
    if (kind !== 'table' || !isWritten) continue;
    const { rows } = await session.query(
      `SELECT count(*), coalesce(bit_xor(hash(r)), 0)::VARCHAR
       FROM (SELECT * FROM ${quoteIdentifier(schema)}.${quoteIdentifier(name)}) AS r`,
    );
    parts.push(`${schema}.${name} ${(rows[0] ?? []).map(String).join(' ')}`);
  }
  return parts.join('; ');
}

async function proposeRows(
  session: SqlSession,
  task: WriteTask,
  checked: CheckedRows,
  catalog: CatalogSnapshot,
): Promise<ProposedWrite> {
  const { write } = checked;
  const { rowCount, fingerprint } = await fingerprintOf(session, checked);
  const again = await fingerprintOf(session, checked);
  const isSteady = again.fingerprint === fingerprint;
  const sample = await session.query(`${checked.shown} LIMIT ${SHOWN_ROWS}`);
  const isUnconditional = 'condition' in write && write.condition === null;
  const changed = write.operation === 'delete' ? 'deleted' : 'changed';
  const warnings = isUnconditional
    ? [`There is no condition: every row of ${write.target.table} would be ${changed}.`]
    : [];
  const same = write.operation === 'update' ? await unchangedCount(session, checked) : 0;
  if (same > 0 && same < rowCount) {
    warnings.push(
      `${printNumber(same)} of them ${same === 1 ? 'has' : 'have'} these values already.`,
    );
  }
  const refusal = !isSteady
    ? 'What the statement would write is different each time it is looked at, so it cannot be shown before.'
    : write.operation === 'delete'
      ? await referrers(session, checked, catalog)
      : null;
  return {
    confirmation: {
      ...OPEN,
      operation: write.operation,
      target: write.target.table,
      sql: task.sql,
      isUnconditional,
      rowCount,
      columns: checked.columns.map((name, index) => ({
        name,
        type: sample.columns[index]?.type ?? 'VARCHAR',
      })),
      rows: changedRows(checked, sample.columns, sample.rows),
      warnings,
    },
    fingerprint,
    refusal,
    differingCount: rowCount - same,
  };
}

async function proposeCall(
  session: SqlSession,
  task: WriteTask,
  catalog: CatalogSnapshot,
): Promise<ProposedWrite> {
  const { write } = task;
  if (write.operation !== 'call') throw new RangeError('no call');
  const tables = write.writes.includes('*') ? 'any table' : write.writes.join(', ');
  const { name } = write.procedure;
  return {
    confirmation: {
      ...OPEN,
      operation: 'call',
      target: name,
      sql: task.sql,
      isUnconditional: false,
      rowCount: null,
      columns: [],
      rows: [],
      warnings: [
        `What ${name} changes cannot be shown before it runs; it may write to ${tables}.`,
        'What it has written before an error stays, unless it began a transaction itself.',
      ],
    },
    fingerprint: await callFingerprint(session, task, catalog),
    refusal: null,
    differingCount: null,
  };
}

const OPEN = { state: 'open', token: null, expires: null } as const;

function changedRows(
  { write, keyCount, columns }: CheckedRows,
  types: readonly AnswerColumn[],
  rows: readonly (readonly SqlValue[])[],
): Confirmation['rows'] {
  const values = toJsonRows(types, rows);
  switch (write.operation) {
    case 'update':
      return values.map((row) => ({
        before: row.slice(0, columns.length),
        after: [...row.slice(0, keyCount), ...row.slice(columns.length)],
      }));
    case 'delete':
      return values.map((before) => ({ before, after: null }));
    case 'insert':
      return values.map((after) => ({ before: null, after }));
  }
}

/** Rows of an update that are already as it would make them. */
async function unchangedCount(session: SqlSession, { all, write }: CheckedRows): Promise<number> {
  if (write.operation !== 'update') return 0;
  const same = write.assignments.map(({ column }, index) => {
    const [is, becomes] = [column, `after ${index + 1}`].map(
      (name) => `r.${quoteIdentifier(name)}`,
    );
    return `coalesce(${is} = ${becomes}, ${is} IS NULL AND ${becomes} IS NULL)`;
  });
  const { rows } = await session.query(
    `SELECT count(*) FROM (${all}) AS r WHERE ${same.join(' AND ')}`,
  );
  return Number(rows[0]?.[0]);
}

/** Why rows cannot be deleted: others refer to them, and DuckDB has no way to delete those along. */
async function referrers(
  session: SqlSession,
  { all, write }: CheckedRows,
  { keys }: CatalogSnapshot,
): Promise<string | null> {
  const found: string[] = [];
  let total = 0;
  for (const { from, to, isDeclared } of keys) {
    const isOurs = to.schema === write.target.schema && to.table === write.target.table;
    const [own, other] = [to.columns[0], from.columns[0]];
    if (
      !isDeclared ||
      !isOurs ||
      to.columns.length !== 1 ||
      own === undefined ||
      other === undefined
    )
      continue;
    const child = `${quoteIdentifier(from.schema)}.${quoteIdentifier(from.table)}`;
    const { rows } = await session.query(
      `SELECT count(*) FROM ${child} WHERE ${quoteIdentifier(other)} IN (
         SELECT r.${quoteIdentifier(own)} FROM (${all}) AS r)`,
    );
    const count = Number(rows[0]?.[0]);
    total += count;
    if (count > 0) found.push(`${printCount(count, 'row')} of ${from.table} (${other})`);
  }
  if (found.length === 0) return null;
  const said = found.slice(0, REFERRERS_MAX).join(', ');
  return `They cannot be deleted while ${said} ${total === 1 ? 'refers' : 'refer'} to them: those would have to be deleted first.`;
}

export function printCount(count: number, noun: string): string {
  return `${printNumber(count)} ${noun}${count === 1 ? '' : 's'}`;
}

function printNumber(count: number): string {
  return printGroupedNumber(count, { fractionDigitsMax: 0, fractionDigitsMin: 0 });
}
