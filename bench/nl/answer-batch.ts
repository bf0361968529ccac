/**
 * Answers JSONL requests on stdin with JSONL answers on stdout, one line each, in order:
 * {"id","db_path","question","as_of"?} → {"id","status","columns","rows","sql"}.
 * Databases are opened read-only; one bad request never ends the run.
 */
import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { CatalogSnapshot } from '#planner';
import { prepareRequest } from '#planner';
import { readCatalog } from '#storage';
import type { PlainConnection } from './plain-connection.ts';
import { openReadOnly, probe } from './plain-connection.ts';

interface Request {
  readonly id: string;
  readonly db_path: string;
  readonly question: string;
  readonly as_of?: string;
}

const databases = new Map<string, { connection: PlainConnection; catalog: CatalogSnapshot }>();

async function database(path: string) {
  const known = databases.get(path);
  if (known !== undefined) return known;
  const connection = await openReadOnly(path);
  const opened = { connection, catalog: await readCatalog(connection) };
  databases.set(path, opened);
  return opened;
}

async function answer(request: Request) {
  const { connection, catalog } = await database(request.db_path);
  const start = performance.now();
  const prepared = prepareRequest({
    request: request.question,
    catalog,
    now: `${request.as_of ?? '2026-06-15'}T12:00:00Z`,
  });
  const outcome = prepared.decide(await probe(connection, prepared.probes));
  if (outcome.status !== 'planned') {
    const detail = outcome.status === 'refused' ? outcome.reason : outcome.question;
    return { status: outcome.status, detail, elapsed: performance.now() - start };
  }
  const errors: string[] = [];
  for (const plan of [outcome.plan, ...outcome.alternatives]) {
    const sql = plan.tasks.at(-1)?.sql ?? '';
    try {
      const { columns, rows } = await connection.query(sql);
      const elapsed = performance.now() - start;
      return {
        status: 'ok',
        columns,
        rows,
        sql,
        elapsed,
        ...(errors.length > 0 ? { errors } : {}),
      };
    } catch (error) {
      errors.push(`${sql}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { status: 'error', detail: errors.join('\n'), elapsed: performance.now() - start };
}

for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim() === '') continue;
  let id = '';
  try {
    const request = JSON.parse(line) as Request;
    id = request.id;
    const answered = await answer(request);
    process.stdout.write(`${JSON.stringify({ id, ...answered })}\n`);
    // Times are of the request alone, with its database already open.
    const times = process.env.NL_TIMES;
    if (times !== undefined) appendFileSync(times, `${answered.elapsed}\n`);
  } catch (error) {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stdout.write(`${JSON.stringify({ id, status: 'error', detail })}\n`);
  }
}
