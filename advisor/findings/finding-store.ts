/** Keeps what was decided about findings, in schema `heliosdb`. */
import { HeliosError } from '#core';
import type { SqlSession } from '#storage';
import type { Reader } from '../facts/rows.ts';
import { readRows } from '../facts/rows.ts';
import type { StoredFinding } from './state.ts';
import { storedFinding } from './state.ts';

/** Every finding that something was decided about, by its id; none where there is no table yet. */
export async function readStored(reader: Reader): Promise<Map<string, StoredFinding>> {
  const stored = new Map<string, StoredFinding>();
  if (!(await hasTable(reader))) return stored;
  const rows = await readRows(
    reader,
    `SELECT id, state, reason, finding::VARCHAR AS finding, verdict::VARCHAR AS verdict,
       change::VARCHAR AS change, baseline::VARCHAR AS baseline
     FROM heliosdb.advisor_findings ORDER BY updated_at`,
  );
  for (const row of rows) {
    const json = (value: unknown): unknown => (value === null ? null : JSON.parse(String(value)));
    const read = storedFinding.safeParse({
      finding: json(row.finding),
      state: row.state,
      reason: row.reason,
      verdict: json(row.verdict),
      change: json(row.change),
      baseline: json(row.baseline),
    });
    // A row of another version of the advisor is judged anew rather than guessed at.
    if (read.success) stored.set(String(row.id), read.data);
  }
  return stored;
}

/** Writes a finding with its state; what changed is added to the history. */
export async function writeStored(
  connection: SqlSession,
  entry: StoredFinding,
  from: StoredFinding['state'],
): Promise<void> {
  await connection.query('SELECT heliosdb_migrate(current_database())');
  const { finding, state, reason, verdict, change, baseline } = entry;
  const json = (value: unknown): string | null => (value === null ? null : JSON.stringify(value));
  await connection.run('BEGIN TRANSACTION');
  try {
    await connection.query('DELETE FROM heliosdb.advisor_findings WHERE id = $1', [finding.id]);
    await connection.query(
      `INSERT INTO heliosdb.advisor_findings
         (id, procedure_id, procedure, rule, state, reason, finding, verdict, change, baseline)
       VALUES ($1, $2, $3, $4, $5, $6, $7::JSON, $8::JSON, $9::JSON, $10::JSON)`,
      [
        finding.id,
        finding.procedureId,
        finding.procedure,
        finding.rule,
        state,
        reason,
        json(finding),
        json(verdict),
        json(change),
        json(baseline),
      ],
    );
    await connection.query(
      `INSERT INTO heliosdb.advisor_transitions (finding_id, from_state, to_state, reason)
       VALUES ($1, $2, $3, $4)`,
      [finding.id, from, state, reason],
    );
    await connection.run('COMMIT');
  } catch (error) {
    // A failed COMMIT has rolled back already; then there is nothing to roll back.
    await connection.run('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** The error for an id that neither the facts nor the table know. */
export function unknownFinding(id: string, known: readonly string[]): HeliosError {
  return new HeliosError('undefined_object', {
    message: `there is no finding ${id}`,
    hint: known.length === 0 ? 'heliosdb advise lists findings' : `there are ${known.join(', ')}`,
  });
}

async function hasTable(reader: Reader): Promise<boolean> {
  const { rows } = await reader.query(
    `SELECT count(*) FROM duckdb_tables() WHERE database_name = current_database()
     AND schema_name = 'heliosdb' AND table_name = 'advisor_findings'`,
  );
  return Number(rows[0]?.[0]) === 1;
}
