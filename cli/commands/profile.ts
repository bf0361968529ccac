import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { assertRepeatable, interruptible, recordProfile, sampledCalls } from '#agent';
import type { ProfileLine } from '#runtime';
import { timelineOf, toCpuProfile, topLines } from '#runtime';
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
  const statements = given === undefined ? await sampledCalls(connection, name ?? '') : [given];
  // A service's session is not read-only.
  if (opened.service !== null) await assertRepeatable(connection, statements);
  const recording = await interruptible(
    { connection, database: opened.database },
    console.signal,
    () => recordProfile(connection, statements, given === undefined ? seconds * 1000 : 0),
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
