import { HeliosError, quoteIdentifier, quoteLiteral } from '#core';
import type { Recording } from '#runtime';
import { parseRecording } from '#runtime';
import type { SqlSession } from '#storage';

type Queries = Pick<SqlSession, 'query'>;

/** Runs statements again and again until the time is over, at least once, and records the guests. */
export async function recordProfile(
  connection: Queries,
  statements: readonly string[],
  timeMs: number,
): Promise<Recording> {
  const { rows } = await connection.query('SELECT heliosdb_profile_start()');
  if (rows[0]?.[0] !== true) {
    throw new HeliosError('object_not_in_prerequisite_state', {
      message: 'a profile is being recorded already',
    });
  }
  try {
    const end = performance.now() + timeMs;
    do {
      for (const sql of statements) await connection.query(sql);
    } while (performance.now() < end);
  } catch (error) {
    await connection.query('SELECT heliosdb_profile_stop()');
    throw error;
  }
  const stopped = await connection.query('SELECT heliosdb_profile_stop()');
  return parseRecording(String(stopped.rows[0]?.[0]));
}

/**
 * Throws unless statements can be run again and again on a live database: they are queries, and
 * no procedure that they call, behind whatever view or macro, may do more than read.
 */
export async function assertRepeatable(
  connection: Queries,
  statements: readonly string[],
): Promise<void> {
  const { rows } = await connection.query(
    'SELECT id, name, capabilities::VARCHAR FROM heliosdb_procedures()',
  );
  const changing = rows
    .map(([id, name, rights]) => ({ id: String(id), name, rights: changingRights(String(rights)) }))
    .filter(({ rights }) => rights.length > 0);
  for (const sql of statements) {
    // The first knows SELECT alone, the second plans of every kind.
    const serialized = await connection.query(
      'SELECT json_serialize_sql($1::VARCHAR), json_serialize_plan($1::VARCHAR)',
      [sql],
    );
    const [parsed, text] = (serialized.rows[0] ?? []).map(String) as [string, string];
    if ([parsed, text].some((json) => (JSON.parse(json) as { error: boolean }).error)) {
      throw notRepeatable('this statement', 'only a SELECT is known to change nothing');
    }
    // A call is bound to the procedure's id, wherever its name is hidden.
    const found = changing.find(({ id }) => text.includes(id));
    if (found !== undefined) {
      throw notRepeatable(`calls of ${found.name}`, `it may ${found.rights.join(', ')}`);
    }
  }
}

function changingRights(capabilities: string): readonly string[] {
  const rights = JSON.parse(capabilities) as readonly string[] | null;
  return (rights ?? []).filter((right) => !/^(read:|crypto$)/.test(right));
}

function notRepeatable(what: string, detail: string): HeliosError {
  return new HeliosError('object_not_in_prerequisite_state', {
    message: `${what} cannot be repeated on a live database`,
    detail,
    hint: 'profile a copy: heliosdb procedure profile NAME --db COPY',
  });
}

/** Statements that call a procedure with the arguments it was really called with. */
export async function sampledCalls(connection: Queries, name: string): Promise<readonly string[]> {
  const { rows } = await connection.query(
    `SELECT DISTINCT s.procedure_id, s.version, p.parameters, p.name, p.schema_name
     FROM heliosdb_samples() s JOIN heliosdb_procedures() p ON p.id = s.procedure_id
     WHERE lower(p.name) = lower($1) AND s.version = p.active_version`,
    [name],
  );
  if (rows.length === 0) {
    throw new HeliosError('object_not_in_prerequisite_state', {
      message: `no calls of ${name} were sampled`,
      detail: 'a profile repeats real calls, and none is known',
      hint: `call it first, for example with SELECT ${name}(…)`,
    });
  }
  return rows.map(([id, version, parameters, own, schema]) => {
    const types = (JSON.parse(String(parameters)) as { type: string }[]).map(({ type }) => type);
    const values = types.map((type, index) => `CAST(arguments[${index + 1}] AS ${type})`);
    const call = `${quoteIdentifier(String(schema))}.${quoteIdentifier(String(own))}`;
    return `SELECT count(${call}(${values.join(', ')})) FROM heliosdb_samples()
      WHERE procedure_id = ${quoteLiteral(String(id))} AND version = ${version}`;
  });
}
