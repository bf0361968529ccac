import { z } from 'zod';
import { StatementRunner } from '#agent';
import { HeliosError, parseSqlType, toJson } from '#core';
import type { StatementResult } from '#runtime';
import { parseStatement, queryOfCall, statementsOf } from '#runtime';
import type { ServiceContext } from '../context.ts';
import type { Route } from '../http/route.ts';
import { defineRoute } from '../http/route.ts';
import type { Scope } from '../identity/scope.ts';

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

/** Statements by hand, with the rights of the identity's role. */
export function sqlRoutes(context: ServiceContext): Route[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/sql',
      summary: 'Run SQL: a script for role admin, else one statement that the role was granted',
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
        try {
          const request = { sql, limit, signal: bounded };
          return await context.allowances.meter(identity, () =>
            runScript(context.scopes.of(identity), request),
          );
        } finally {
          // A script may have written even when it failed in the end.
          context.catalog.noteStatement(sql);
        }
      },
    }),
  ];
}

interface SqlRequest {
  readonly sql: string;
  readonly limit: number;
  readonly signal: AbortSignal;
}

/** Runs a script as the identity's role. What is not about procedures is judged before all of it. */
async function runScript(scope: Scope, request: SqlRequest): Promise<SqlReply> {
  const { database, role, judge } = scope;
  const statements = statementsOf(request.sql);
  if (role !== null && statements.length !== 1) {
    // What a statement may do can depend on the ones before it.
    throw new HeliosError('insufficient_privilege', {
      message: `role ${role} may run one statement at a time`,
    });
  }
  for (const statement of statements) {
    const tree = role === null ? null : (parseStatement(statement)?.tree ?? null);
    if (tree === null) await judge(statement.text);
    else if (tree.kind === 'call') await judge(queryOfCall(statement));
  }
  return await database.withConnection((connection) =>
    lastResult(new StatementRunner({ connection, database }, options(scope, request)), request),
  );
}

function options({ role }: Scope, { limit }: SqlRequest) {
  return {
    baseDirectory: '/',
    allowsFiles: false,
    callsOnlyProcedures: role !== null,
    rowsMax: limit,
    beyond: 'count',
  } as const;
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
