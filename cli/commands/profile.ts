import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { interruptible } from '#agent';
import { HeliosError, quoteIdentifier, quoteLiteral } from '#core';
import type { ProfileLine, Recording } from '#runtime';
import { parseRecording, timelineOf, toCpuProfile, topLines } from '#runtime';
import type { SqlSession } from '#storage';
import type { Console } from '../console.ts';
import { EXIT } from '../exit-code.ts';
import { databaseFile, openForQuestions } from '../open-database.ts';
import { printResultTable } from '../render/result-table.ts';
import type { Run } from '../usage/command.ts';
import { parseCount, usageError } from '../usage/parse-arguments.ts';
import { write } from '../write.ts';

const LINES_SHOWN = 15;

/** `heliosdb procedure profile`. */
export const profile: Run = async (args, console) => {
  const [name, ...others] = args.positionals;
  const given = args.text('sql');
  if (others.length > 0) throw usageError('one procedure at a time');
  if (name === undefined && given === undefined) {
    throw usageError('the name of a procedure or --sql is missing');
  }
  const seconds = parseCount(args, 'seconds', { fallback: 2, minimum: 1 });
  // Read-only: a replay may not change what the calls it repeats have changed.
  await using opened = await openForQuestions(console, databaseFile(args, console));
  await using connection = await opened.database.connect();
  const statements = given === undefined ? await replayOf(connection, name ?? '') : [given];
  const recording = await interruptible(
    { connection, database: opened.database },
    console.signal,
    () => record(connection, statements, given === undefined ? seconds * 1000 : 0),
  );
  const stretches = timelineOf(recording);
  const path = resolve(args.text('output') ?? `${name ?? 'statement'}.cpuprofile`);
  await writeFile(path, JSON.stringify(toCpuProfile(stretches)));
  const lines = topLines(stretches);
  if (args.isSet('json')) {
    await write(console.out, `${JSON.stringify({ file: path, lines })}\n`);
    return EXIT.ok;
  }
  await write(console.out, printLines(lines.slice(0, LINES_SHOWN), console));
  const dropped = recording.dropped > 0 ? `, ${recording.dropped} events were too many` : '';
  await write(console.err, `wrote ${path}${dropped}: open it in Firefox Profiler or speedscope\n`);
  return EXIT.ok;
};

/** Runs the statements again and again until the time is over, at least once. */
async function record(
  connection: SqlSession,
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

/** Statements that call a procedure with the arguments it was really called with. */
async function replayOf(connection: SqlSession, name: string): Promise<readonly string[]> {
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
      hint: `call it first, or give a statement: --sql "SELECT ${name}(…)"`,
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

function printLines(lines: readonly ProfileLine[], console: Console): string {
  const rows = lines.map(({ name, selfMs, totalMs, selfShare }) => [
    selfMs.toFixed(2),
    `${(selfShare * 100).toFixed(1)} %`,
    totalMs.toFixed(2),
    name,
  ]);
  const columns = [
    { name: 'self_ms', type: 'DOUBLE' },
    { name: 'share', type: 'DOUBLE' },
    { name: 'total_ms', type: 'DOUBLE' },
    { name: 'function or query', type: 'VARCHAR' },
  ];
  return printResultTable({ columns, rows }, console);
}
