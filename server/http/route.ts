import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { HeliosError } from '#core';
import type { Identity, Role } from '../identity/identity.ts';

type Schema = z.ZodType | null;
type Parsed<S extends Schema> = S extends z.ZodType ? z.output<S> : null;

/** What a handler gets: checked input and who sent it. */
export interface RouteRequest<P, Q, B> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly identity: Identity;
  readonly raw: FastifyRequest;
  /** Aborted when the client goes away before the reply has been sent. */
  readonly signal: AbortSignal;
}

/** One operation of the API; the OpenAPI document is made from these. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Below the version prefix, parameters as `:name`. */
  readonly path: string;
  readonly summary: string;
  readonly tag: string;
  /** The least role that may; null for what needs no identity. */
  readonly role: Role | null;
  readonly params: Schema;
  readonly query: Schema;
  readonly body: Schema;
  readonly status: number;
  /** What the reply holds: a schema for JSON, or the media types of something else. */
  readonly reply: z.ZodType | readonly string[];
  /** Returns the reply's value, or undefined when it has written the reply itself. */
  readonly handle: (
    request: RouteRequest<unknown, unknown, unknown>,
    reply: FastifyReply,
  ) => Promise<unknown>;
}

interface RouteSpec<P extends Schema, Q extends Schema, B extends Schema>
  extends Pick<Route, 'method' | 'path' | 'summary' | 'tag' | 'role' | 'reply'> {
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly status?: number;
  readonly handle: (
    request: RouteRequest<Parsed<P>, Parsed<Q>, Parsed<B>>,
    reply: FastifyReply,
  ) => Promise<unknown>;
}

/** Defines an operation; its handler sees the types of its schemas. */
export function defineRoute<
  P extends Schema = null,
  Q extends Schema = null,
  B extends Schema = null,
>(spec: RouteSpec<P, Q, B>): Route {
  return {
    ...spec,
    params: spec.params ?? null,
    query: spec.query ?? null,
    body: spec.body ?? null,
    status: spec.status ?? 200,
    // The input was parsed with the very schemas that the handler's types come from.
    handle: spec.handle as Route['handle'],
  };
}

/** Checks a part of a request against its schema; what is wrong becomes 22023 with the path. */
export function parsePart(schema: Schema, value: unknown, where: string): unknown {
  if (schema === null) return null;
  const result = schema.safeParse(value ?? {});
  if (result.success) return result.data;
  const problems = result.error.issues.slice(0, 5).map(({ path, message }) => {
    const place = [where, ...path.map(String)].join('.');
    return `${place}: ${message}`;
  });
  throw new HeliosError('invalid_parameter_value', {
    message: 'the request is malformed',
    detail: problems.join('; '),
    hint: 'GET /api/v1/openapi.json describes every request',
  });
}
