import { z } from 'zod';
import type { CatalogSnapshot, CatalogTable } from '#planner';
import { suggestQuestions } from '#planner';
import type { ServiceContext } from '../context.ts';
import type { Route } from '../http/route.ts';
import { defineRoute } from '../http/route.ts';

const column = z.strictObject({
  name: z.string(),
  type: z.string(),
  isNullable: z.boolean(),
  /** Whether a new row need not give it a value. */
  hasDefault: z.boolean(),
  isPrimaryKey: z.boolean(),
  /** The column it points at, as `table.column`. */
  references: z.string().nullable(),
  comment: z.string().nullable(),
  distinctCount: z.number().int().nullable(),
  minimum: z.string().nullable(),
  maximum: z.string().nullable(),
  /** Some of its values; all of them when `valuesAreComplete`. */
  values: z.array(z.string()),
  valuesAreComplete: z.boolean(),
});

const table = z.strictObject({
  schema: z.string(),
  name: z.string(),
  kind: z.enum(['table', 'view']),
  comment: z.string().nullable(),
  rowCount: z.number().int(),
  primaryKey: z.array(z.string()).nullable(),
  uniqueKeys: z.array(z.array(z.string())),
  columns: z.array(column),
});

const catalogReply = z.strictObject({
  /** Changes whenever the schema or the sampled data change. */
  version: z.string(),
  database: z.string(),
  isReadOnly: z.boolean(),
  tables: z.array(table),
});

const VALUES_SHOWN = 20;

/** What the database holds, and what can be asked about it. */
export function catalogRoutes(context: ServiceContext): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/catalog',
      summary: 'Tables, columns, keys and sizes',
      tag: 'catalog',
      role: 'reader',
      reply: catalogReply,
      handle: async ({ identity }) => {
        const { database } = context;
        const snapshot = await context.scopes.of(identity).catalog();
        return {
          version: snapshot.version,
          database: database.path.split('/').at(-1),
          isReadOnly: database.isReadOnly,
          tables: snapshot.tables.map((one) => describe(one, snapshot)),
        };
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/suggestions',
      summary: 'Questions that this database can answer',
      tag: 'catalog',
      role: 'reader',
      query: z.object({
        q: z.string().max(200).default(''),
        limit: z.coerce.number().int().min(1).max(20).default(8),
      }),
      reply: z.strictObject({ suggestions: z.array(z.string()) }),
      handle: async ({ query, identity }) => {
        const catalog = await context.scopes.of(identity).catalog();
        const options = { catalog, now: context.now(), typed: query.q, countMax: query.limit };
        return { suggestions: suggestQuestions(options) };
      },
    }),
  ];
}

function describe(one: CatalogTable, snapshot: CatalogSnapshot): z.input<typeof table> {
  const keys = snapshot.keys.filter(
    ({ from }) => from.schema === one.schema && from.table === one.name,
  );
  const referenced = (name: string): string | null => {
    for (const { from, to } of keys) {
      const index = from.columns.indexOf(name);
      if (index >= 0) return `${to.table}.${to.columns[index]}`;
    }
    return null;
  };
  const { schema, name, kind, comment, rowCount, primaryKey, uniqueKeys } = one;
  return {
    schema,
    name,
    kind,
    comment,
    rowCount,
    primaryKey: primaryKey === null ? null : [...primaryKey],
    uniqueKeys: uniqueKeys.map((key) => [...key]),
    columns: one.columns.map(({ nullCount: _, values, valuesAreComplete, ...rest }) => ({
      ...rest,
      hasDefault: rest.hasDefault ?? false,
      isPrimaryKey: primaryKey?.includes(rest.name) ?? false,
      references: referenced(rest.name),
      values: values.slice(0, VALUES_SHOWN),
      valuesAreComplete: valuesAreComplete && values.length <= VALUES_SHOWN,
    })),
  };
}
