/**
 * The plan: a directed acyclic graph of tasks whose results are DuckDB relations.
 * A task reads earlier results as tables named by their task id (`task1`), so the
 * whole run is SQL that a person can read, copy and run.
 */
import { z } from 'zod';

const identifier = z.string().regex(/^task[1-9][0-9]*$/, 'a task id is "task" and a number');

/** A column of a task's result. `type` is DuckDB's spelling, or null when only the binder knows. */
export const planColumn = z.strictObject({
  name: z.string().min(1),
  type: z.string().min(1).nullable(),
});

const taskBase = {
  id: identifier,
  /** One line for people, in the imperative: "Identify platinum customers". */
  title: z.string().min(1),
  /** Ids of the earlier tasks whose results `sql` reads. */
  dependsOn: z.array(identifier),
  /** One SELECT statement over the database's tables and the tables named in `dependsOn`. */
  sql: z.string().min(1),
  columns: z.array(planColumn),
};

export const queryTask = z.strictObject({ kind: z.literal('query'), ...taskBase });

export const callTask = z.strictObject({
  kind: z.literal('call'),
  ...taskBase,
  /** The procedure called once for every row of the input, in parallel. */
  call: z.strictObject({
    procedure: z.string().min(1),
    arguments: z.array(
      z.strictObject({ parameter: z.string().min(1), expression: z.string().min(1) }),
    ),
    resultColumn: z.string().min(1),
  }),
});

export const aggregateTask = z.strictObject({ kind: z.literal('aggregate'), ...taskBase });

/** SQL that a language model wrote freely: marked, because nothing compiled it from a typed query. */
export const sqlTask = z.strictObject({ kind: z.literal('sql'), ...taskBase });

const tableReference = z.strictObject({ schema: z.string().min(1), table: z.string().min(1) });
const expression = z.string().min(1);
/** SQL over a row of the table; null is every row. */
const condition = z.string().min(1).nullable();

/** A change of data, in parts: `printWrite` makes the statement of it. */
export const write = z.discriminatedUnion('operation', [
  z.strictObject({
    operation: z.literal('update'),
    target: tableReference,
    assignments: z.array(z.strictObject({ column: z.string().min(1), expression })).min(1),
    condition,
  }),
  z.strictObject({ operation: z.literal('delete'), target: tableReference, condition }),
  z.strictObject({
    operation: z.literal('insert'),
    target: tableReference,
    columns: z.array(z.string().min(1)).min(1),
    rows: z.array(z.array(expression).min(1)).min(1),
  }),
  z.strictObject({
    operation: z.literal('call'),
    procedure: z.strictObject({ schema: z.string().min(1), name: z.string().min(1) }),
    arguments: z.array(z.strictObject({ parameter: z.string().min(1), expression })),
    /** The tables that the procedure may change; `*` is all. */
    writes: z.array(z.string().min(1)).min(1),
  }),
]);

/**
 * A change of data that a person must confirm. The executor never runs it: it is shown with the
 * rows it would change, and runs only when that is confirmed.
 */
export const writeTask = z.strictObject({ kind: z.literal('write'), ...taskBase, write });

/** How the last relation is put into words; it runs no SQL of its own. */
export const answerTask = z.strictObject({
  kind: z.literal('answer'),
  from: identifier,
  shape: z.enum(['scalar', 'row', 'table', 'list']),
  /** Sentence with `{rowCount}` and `{<column>}` (first row) placeholders, or null for the default. */
  template: z.string().nullable(),
  /** Sentence for where no row matches, instead of the default. */
  whenEmpty: z.string().min(1).optional(),
});

export const task = z.discriminatedUnion('kind', [
  queryTask,
  callTask,
  aggregateTask,
  sqlTask,
  writeTask,
]);

export const plan = z.strictObject({
  request: z.string(),
  tasks: z.array(task).min(1),
  answer: answerTask,
  assumptions: z.array(z.string()),
  /** Which words of the request were understood as what. */
  grounding: z.array(z.strictObject({ text: z.string(), meaning: z.string() })),
});

export type PlanColumn = z.infer<typeof planColumn>;
export type QueryTask = z.infer<typeof queryTask>;
export type CallTask = z.infer<typeof callTask>;
export type AggregateTask = z.infer<typeof aggregateTask>;
export type SqlTask = z.infer<typeof sqlTask>;
export type Write = z.infer<typeof write>;
export type WriteTask = z.infer<typeof writeTask>;
export type AnswerTask = z.infer<typeof answerTask>;
export type Task = z.infer<typeof task>;
export type Plan = z.infer<typeof plan>;

/** The planner's verdict on a request; failing to plan is an expected outcome, not an exception. */
export type PlanOutcome =
  | { readonly status: 'planned'; readonly plan: Plan; readonly alternatives: readonly Plan[] }
  | {
      readonly status: 'clarify';
      readonly question: string;
      readonly options: readonly { readonly label: string; readonly plan: Plan }[];
    }
  | {
      readonly status: 'refused';
      readonly reason: string;
      /** The words nothing in the database answers to. */
      readonly unknownWords: readonly string[];
      /** Names that exist and come nearest. */
      readonly suggestions: readonly string[];
    };
