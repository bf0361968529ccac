import { z } from 'zod';
import type { ServiceContext } from '../context.ts';
import type { Route } from '../http/route.ts';
import { defineRoute } from '../http/route.ts';
import { ROLES } from '../identity/identity.ts';
import { assertTokenRole } from '../identity/token-role.ts';

const token = z.strictObject({
  id: z.string(),
  name: z.string(),
  role: z.string(),
  /** The role of the database whose grants hold; null is the one named like `role`. */
  databaseRole: z.string().nullable(),
  requestsPerMinute: z.number().int().nullable(),
  runSecondsPerHour: z.number().int().nullable(),
  created: z.string(),
  expires: z.string().nullable(),
});

const entry = z.strictObject({
  time: z.string(),
  identity: z.string(),
  action: z.string(),
  object: z.string(),
  sqlstate: z.string().nullable(),
  requestId: z.string().nullable(),
});

/** Tokens and the audit log, for administrators. */
export function tokenRoutes(context: ServiceContext): Route[] {
  const { tokens, clock } = context;
  return [
    defineRoute({
      method: 'POST',
      path: '/tokens',
      summary: 'Make a token; the reply has its secret, this once',
      tag: 'tokens',
      role: 'admin',
      body: z.strictObject({
        name: z.string().regex(/^[\w][\w .@-]{0,63}$/, 'letters, digits, blanks and .@-_'),
        role: z.enum(ROLES),
        databaseRole: z.string().min(1).max(128).nullable().default(null),
        requestsPerMinute: z.number().int().min(1).nullable().default(null),
        runSecondsPerHour: z.number().int().min(1).nullable().default(null),
        expires: z.iso.datetime({ offset: true }).nullable().default(null),
      }),
      status: 201,
      reply: z.strictObject({ token, secret: z.string() }),
      handle: async ({ body }) => {
        await assertTokenRole(context.database, body);
        return await tokens.create(body, clock.now());
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/tokens',
      summary: 'The tokens, without their secrets',
      tag: 'tokens',
      role: 'admin',
      reply: z.strictObject({ tokens: z.array(token) }),
      handle: async () => ({ tokens: tokens.list() }),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/tokens/:id',
      summary: 'Revoke a token, by its id or name',
      tag: 'tokens',
      role: 'admin',
      params: z.object({ id: z.string().min(1).max(100) }),
      reply: z.strictObject({ token }),
      handle: async ({ params }) => ({ token: await tokens.revoke(params.id) }),
    }),
    defineRoute({
      method: 'GET',
      path: '/audit',
      summary: 'Who did what, newest first',
      tag: 'tokens',
      role: 'admin',
      query: z.object({ limit: z.coerce.number().int().min(1).max(1_000).default(100) }),
      reply: z.strictObject({ audit: z.array(entry) }),
      handle: async ({ query }) => ({ audit: await context.audit.newest(query.limit) }),
    }),
  ];
}
