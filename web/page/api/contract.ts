/**
 * What the service sends, as the page reads it. The page knows the service by HTTP alone, so these
 * types stand on their own; a test holds them against the service's.
 */

export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

/** A column of a result; `type` is DuckDB's spelling. */
export interface ResultColumn {
  readonly name: string;
  readonly type: string;
}

export interface PlanTask {
  readonly id: string;
  readonly kind: 'query' | 'call' | 'aggregate' | 'sql' | 'write';
  readonly title: string;
  readonly dependsOn: readonly string[];
  readonly sql: string;
  /** The procedure that a task of kind `call` calls. */
  readonly call?: { readonly procedure: string };
}

export interface Plan {
  readonly tasks: readonly PlanTask[];
}

export interface RunError {
  readonly sqlstate: string;
  readonly name: string;
  readonly message: string;
  readonly detail: string | null;
  readonly hint: string | null;
  /** The task that failed, or null when no task is to blame. */
  readonly task: string | null;
}

export type RunEvent =
  | { readonly type: 'plan-ready'; readonly plan: Plan }
  | { readonly type: 'task-start'; readonly task: string }
  | { readonly type: 'task-progress'; readonly task: string; readonly fraction: number }
  | {
      readonly type: 'task-end';
      readonly task: string;
      readonly rowCount: number;
      readonly durationMs: number;
    }
  | { readonly type: 'task-error'; readonly task: string; readonly error: RunError }
  | { readonly type: 'model-start'; readonly model: string }
  /** A piece of a model's reply as it comes. */
  | { readonly type: 'model-delta'; readonly model: string; readonly text: string }
  | { readonly type: 'model-end'; readonly model: string }
  /** The model could not plan; the offline parser reads the question instead. */
  | { readonly type: 'model-error'; readonly model: string; readonly error: RunError }
  | { readonly type: 'answer'; readonly answer: { readonly answer: string } };

/** A task of a run and how far it is. */
export interface RunTask {
  readonly id: string;
  readonly title: string;
  readonly kind: 'query' | 'call' | 'aggregate' | 'sql' | 'write';
  readonly dependsOn: readonly string[];
  readonly state: 'waiting' | 'running' | 'done' | 'failed' | 'canceled';
  readonly rows: number | null;
  readonly ms: number | null;
  /** Between 0 and 1 while running, where there is an estimate. */
  readonly fraction: number | null;
  readonly error: RunError | null;
}

export interface Feedback {
  readonly rating: 1 | -1;
  readonly comment: string | null;
}

/** A run in a list. */
export interface RunSummary {
  readonly id: string;
  readonly question: string;
  readonly conversation: string | null;
  /** Who asked. */
  readonly identity: string;
  readonly status: 'running' | 'ok' | 'confirm' | 'clarify' | 'refused' | 'failed' | 'canceled';
  readonly isPlanOnly: boolean;
  readonly answer: string | null;
  readonly rowCount: number | null;
  readonly started: string;
  readonly finished: string | null;
  readonly feedback: Feedback | null;
}

/** A change of data that was asked for, and what became of it. */
export interface Change {
  readonly state: 'open' | 'done' | 'declined' | 'failed';
  /** Confirms just this, once; null where nobody can any more. */
  readonly token: string | null;
  readonly expires: string | null;
  readonly operation: 'update' | 'delete' | 'insert' | 'call';
  readonly target: string;
  readonly sql: string;
  /** Every row of the table is meant. */
  readonly isUnconditional: boolean;
  /** Null for a procedure. */
  readonly rowCount: number | null;
  readonly columns: readonly ResultColumn[];
  /** The first rows, as they are and as they become. */
  readonly rows: readonly {
    readonly before: readonly JsonValue[] | null;
    readonly after: readonly JsonValue[] | null;
  }[];
  readonly warnings: readonly string[];
}

/** A run with everything that is known of it. */
export interface Run extends RunSummary {
  readonly plan: Plan | null;
  /** Who made the plan; null until there is one. */
  readonly plannedBy: {
    readonly kind: 'offline' | 'model' | 'verified' | 'given';
    readonly model: string | null;
  } | null;
  readonly tasks: readonly RunTask[];
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly (readonly JsonValue[])[];
  readonly isTruncated: boolean;
  /** The whole run as one statement that gives the same rows. */
  readonly sql: string | null;
  /** A Vega-Lite specification with its data inside. */
  readonly chart: { readonly title: string } | null;
  readonly assumptions: readonly string[];
  /** Which words of the question were taken for what. */
  readonly grounding: readonly { readonly text: string; readonly meaning: string }[];
  readonly clarification: {
    readonly question: string;
    readonly options: readonly { readonly label: string }[];
  } | null;
  readonly confirmation: Change | null;
  readonly refusal: {
    readonly reason: string;
    readonly unknownWords: readonly string[];
    readonly suggestions: readonly string[];
  } | null;
  readonly error: RunError | null;
  readonly timings: { readonly totalMs: number } | null;
}

export interface Identity {
  readonly id: string;
  readonly name: string;
  readonly role: 'reader' | 'caller' | 'author' | 'admin';
  /** The role of the database whose grants and row filters hold. */
  readonly databaseRole: string;
}

export interface CatalogColumn {
  readonly name: string;
  readonly type: string;
  readonly isNullable: boolean;
  readonly isPrimaryKey: boolean;
  /** The column it points at, as `table.column`. */
  readonly references: string | null;
  readonly comment: string | null;
  readonly distinctCount: number | null;
  readonly minimum: string | null;
  readonly maximum: string | null;
  readonly values: readonly string[];
  readonly valuesAreComplete: boolean;
}

export interface CatalogTable {
  readonly schema: string;
  readonly name: string;
  readonly kind: 'table' | 'view';
  readonly comment: string | null;
  readonly rowCount: number;
  readonly columns: readonly CatalogColumn[];
}

export interface Catalog {
  readonly database: string;
  readonly isReadOnly: boolean;
  readonly tables: readonly CatalogTable[];
}
