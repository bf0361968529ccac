/**
 * The draft of a plan: what a language model is asked to write. It is smaller than a plan, so that
 * small models manage it, and nothing of it runs before it is compiled and checked.
 */
import { z } from 'zod';

const draftArgument = z.object({
  parameter: z.string(),
  /** A column of the input, or null when `value` is a constant. */
  column: z.string().nullable().default(null),
  value: z.union([z.string(), z.number(), z.boolean()]).nullable().default(null),
});

const draftWrite = z.object({
  operation: z.enum(['update', 'delete', 'insert', 'call']),
  table: z.string().nullable().default(null),
  /** For update and insert: columns and the SQL expressions that they get. */
  set: z
    .array(z.object({ column: z.string(), expression: z.string() }))
    .nullable()
    .default([]),
  /** For update and delete: a SQL condition over the table's rows; null is every row. */
  where: z.string().nullable().default(null),
});

const draftTask = z.object({
  id: z.string().default(''),
  title: z.string().default(''),
  kind: z.enum(['sql', 'call', 'write']).default('sql'),
  /** For `sql`: one SELECT over tables of the database and earlier tasks by their id. */
  sql: z.string().nullable().default(null),
  /** For `call`: the earlier task whose rows the procedure is called for. */
  input: z.string().nullable().default(null),
  procedure: z.string().nullable().default(null),
  arguments: z.array(draftArgument).nullable().default([]),
  /** For `write`: the change; it is shown to a person before anything happens. */
  write: draftWrite.nullable().default(null),
});

export const draftSchema = z.object({
  outcome: z.enum(['plan', 'ask', 'refuse']),
  /** The question back, or why the question cannot be answered; empty for a plan. */
  message: z.string().nullable().default(''),
  options: z
    .array(z.object({ label: z.string(), sql: z.string() }))
    .nullable()
    .default([]),
  tasks: z.array(draftTask).nullable().default([]),
  assumptions: z.array(z.string()).nullable().default([]),
});

/** A plan as a model writes it. */
export type Draft = z.infer<typeof draftSchema>;
export type DraftTask = z.infer<typeof draftTask>;

/** The draft's form as JSON Schema in the strict dialect: everything required, nothing else. */
export const DRAFT_JSON_SCHEMA: Readonly<Record<string, unknown>> = {
  type: 'object',
  additionalProperties: false,
  required: ['outcome', 'message', 'options', 'tasks', 'assumptions'],
  properties: {
    outcome: { type: 'string', enum: ['plan', 'ask', 'refuse'] },
    message: { type: 'string', description: 'question back, or reason of a refusal; else empty' },
    options: {
      type: 'array',
      description: 'for ask: two or three readings to choose from',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['label', 'sql'],
        properties: { label: { type: 'string' }, sql: { type: 'string' } },
      },
    },
    tasks: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['id', 'title', 'kind', 'sql', 'input', 'procedure', 'arguments', 'write'],
        properties: {
          id: { type: 'string', description: 'task1, task2, …' },
          title: { type: 'string', description: 'one imperative line' },
          kind: { type: 'string', enum: ['sql', 'call', 'write'] },
          sql: { type: ['string', 'null'], description: 'for sql: one DuckDB SELECT' },
          input: { type: ['string', 'null'], description: 'for call: id of the input task' },
          procedure: { type: ['string', 'null'], description: 'for call: the name' },
          arguments: {
            type: 'array',
            items: {
              type: 'object',
              additionalProperties: false,
              required: ['parameter', 'column', 'value'],
              properties: {
                parameter: { type: 'string' },
                column: { type: ['string', 'null'], description: 'a column of the input' },
                value: { type: ['string', 'number', 'boolean', 'null'] },
              },
            },
          },
          write: {
            type: ['object', 'null'],
            description: 'for write: the one change that the question asks for',
            additionalProperties: false,
            required: ['operation', 'table', 'set', 'where'],
            properties: {
              operation: { type: 'string', enum: ['update', 'delete', 'insert', 'call'] },
              table: { type: ['string', 'null'] },
              set: {
                type: 'array',
                items: {
                  type: 'object',
                  additionalProperties: false,
                  required: ['column', 'expression'],
                  properties: { column: { type: 'string' }, expression: { type: 'string' } },
                },
              },
              where: { type: ['string', 'null'], description: 'a condition; null is every row' },
            },
          },
        },
      },
    },
    assumptions: { type: 'array', items: { type: 'string' } },
  },
};

/**
 * Reads what a model returned as a draft, or says what is wrong with it. Models without structured
 * output tend to return the statement alone; that is a draft of one task.
 */
export function readDraft(
  value: unknown,
): { readonly draft: Draft } | { readonly problems: readonly string[] } {
  const parsed = draftSchema.safeParse(withOutcome(value));
  if (parsed.success) return { draft: parsed.data };
  return {
    problems: parsed.error.issues
      .slice(0, 8)
      .map(({ path, message }) => `${path.join('.') || 'reply'}: ${message}`),
  };
}

function withOutcome(value: unknown): unknown {
  if (typeof value === 'string') return oneTask(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const members = value as Readonly<Record<string, unknown>>;
  if ('outcome' in members) return members;
  const statement = members.sql ?? members.query;
  if (typeof statement === 'string') return oneTask(statement);
  if (Array.isArray(members.tasks)) return { ...members, outcome: 'plan' };
  return members;
}

function oneTask(sql: string): unknown {
  return { outcome: 'plan', tasks: [{ id: 'task1', title: '', kind: 'sql', sql }] };
}
