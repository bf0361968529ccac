import { z } from 'zod';
import { ROLES } from '../identity/identity.ts';
import type { Route } from './route.ts';

export const errorBody = z.strictObject({
  error: z.strictObject({
    sqlstate: z.string(),
    name: z.string(),
    message: z.string(),
    detail: z.string().nullable(),
    hint: z.string().nullable(),
    fields: z.record(z.string(), z.unknown()),
  }),
});

type Json = Record<string, unknown>;

export interface OpenApiOptions {
  readonly version: string;
  /** Where the paths of the routes start, for example `/api/v1`. */
  readonly prefix: string;
}

/** The OpenAPI 3.1 document of some routes: their schemas are the ones that requests are checked by. */
export function openApiDocument(routes: readonly Route[], options: OpenApiOptions): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = `${options.prefix}${route.path.replaceAll(/:(\w+)/g, '{$1}')}`;
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'HeliosDB',
      version: options.version,
      description: 'Ask questions, follow their runs, look after procedures.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ token: [] }, {}],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: { Error: jsonSchema(errorBody, 'output') },
    },
  };
}

function operation(route: Route): Json {
  const { role } = route;
  return {
    operationId: operationId(route),
    summary: route.summary,
    tags: [route.tag],
    ...(role === null
      ? { security: [] }
      : { description: `Needs role ${ROLES.slice(ROLES.indexOf(role)).join(' or ')}.` }),
    parameters: [...parameters(route.params, 'path'), ...parameters(route.query, 'query')],
    ...(route.body === null
      ? {}
      : {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: jsonSchema(route.body, 'input') } },
          },
        }),
    responses: {
      [route.status]: { description: 'Done.', content: replyContent(route.reply) },
      default: {
        description: 'What went wrong.',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
  };
}

function replyContent(reply: Route['reply']): Json {
  if (reply instanceof z.ZodType) {
    return { 'application/json': { schema: jsonSchema(reply, 'output') } };
  }
  return Object.fromEntries(reply.map((type) => [type, { schema: { type: 'string' } }]));
}

function parameters(schema: z.ZodType | null, place: 'path' | 'query'): Json[] {
  if (schema === null) return [];
  const { properties = {}, required = [] } = jsonSchema(schema, 'input') as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: property,
  }));
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}

function operationId({ method, path }: Route): string {
  const words = path.split(/[/:.]+/).filter(Boolean);
  return [
    method.toLowerCase(),
    ...words.map((word) => word[0]?.toUpperCase() + word.slice(1)),
  ].join('');
}
