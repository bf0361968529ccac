import { z } from 'zod';
import { guardStatement, interruptible, StatementRunner } from '#agent';
import { HeliosError, parseSqlType, toJson } from '#core';
import type { StatementResult } from '#runtime';
import { statementsOf } from '#runtime';
import type { ServiceContext } from '../context.ts';
import type { Route } from '../http/route.ts';
import { defineRoute } from '../http/route.ts';
import { mayActAs } from '../identity/identity.ts';

const ROWS_MAX = 10_000;
const TIMEOUT_MS = 60_000;

const body = z.strictObject({
  sql: z.string().min(1).max(1_000_000),
  limit: z.number().int().min(0).max(ROWS_MAX).default(1_000),
});

const reply = z.strictObject({
  columns: z.array(z.strictObject({ name: z.string(), type: z.string() })),
  rows: z.array(z.array(z.json())),
  /** Rows of the whole result, or rows changed. */
  rowCount: z.number().int(),
  isTruncated: z.boolean(),
  notices: z.array(z.string()),
});

type SqlReply = z.input<typeof reply>;

/** Statements by hand: one SELECT for everybody, scripts for those who may write. */
export function sqlRoutes(context: ServiceContext): Route[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/sql',
      summary: 'Run SQL: one SELECT, or a script for roles author and admin',
      tag: 'sql',
      role: 'reader',
      body,
      reply,
      handle: async ({ body: { sql, limit }, identity, signal }) => {
        const bounded = AbortSignal.any([
          signal,
          context.stopping,
          AbortSignal.timeout(TIMEOUT_MS),
        ]);
        return mayActAs(identity, 'author')
          ? await runScript(context, { sql, limit, signal: bounded })
          : await runSelect(context, { sql, limit, signal: bounded });
      },
    }),
  ];
}

interface SqlRequest {
  readonly sql: string;
  readonly limit: number;
  readonly signal: AbortSignal;
}

async function runSelect(context: ServiceContext, request: SqlRequest): Promise<SqlReply> {
  const { database } = context;
  const catalog = await context.catalog.get();
  const [statement, ...others] = statementsOf(request.sql);
  if (statement === undefined || others.length > 0) {
    throw new HeliosError('insufficient_privilege', {
      message: 'role reader may run one SELECT at a time',
    });
  }
  return await database.withConnection(async (connection) => {
    const session = { connection, database };
    await interruptible(session, request.signal, () =>
      guardStatement(connection, { sql: statement.text, catalog, relations: [] }),
    );
    return await lastResult(new StatementRunner(session, options(request)), {
      ...request,
      sql: statement.text,
    });
  });
}

async function runScript(context: ServiceContext, request: SqlRequest): Promise<SqlReply> {
  const { database } = context;
  try {
    return await database.withConnection((connection) =>
      lastResult(new StatementRunner({ connection, database }, options(request)), request),
    );
  } finally {
    // A script may have written even when it failed in the end.
    context.catalog.invalidate();
  }
}

function options({ limit }: SqlRequest) {
  return { baseDirectory: '/', allowsFiles: false, rowsMax: limit, beyond: 'count' } as const;
}

async function lastResult(runner: StatementRunner, { sql, signal }: SqlRequest): Promise<SqlReply> {
  let last: StatementResult | null = null;
  const notices: string[] = [];
  for await (const result of runner.run(sql, signal)) {
    last = result;
    notices.push(...result.notices);
  }
  if (last === null) return { columns: [], rows: [], rowCount: 0, isTruncated: false, notices };
  const types = last.columns.map(({ type }) => parseSqlType(type));
  const rows = last.rows.map((row) => row.map((value, index) => toJson(value, types[index])));
  const isTruncated = last.columns.length > 0 && last.rowCount > rows.length;
  return {
    columns: [...last.columns],
    rows: rows as SqlReply['rows'],
    rowCount: last.rowCount,
    isTruncated,
    notices,
  };
}
