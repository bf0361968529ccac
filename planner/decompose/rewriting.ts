import type { SchemaModel } from '../grounding/schema-model.ts';
import type { LogicalQuery } from '../query/logical.ts';

/** A request in other words, with what is then done to the query that they come to. */
export interface Rewriting {
  /** One where the request is clear; several where it leaves something open, each with its answer. */
  readonly asked: readonly { readonly label: string; readonly request: string }[];
  /** What is asked back where several of them can be read. */
  readonly question: string;
  /** The query changed; null where it is not what the words were meant to come to. */
  readonly change: (query: LogicalQuery) => LogicalQuery | null;
  /** Where the words cannot be read in this way, they may mean something else. */
  readonly isGuess?: boolean;
}

/** Reads one form of request; null for anything else. */
export type RewritingReader = (
  request: string,
  model: SchemaModel,
  /** The ISO instant that counts as now. */
  now: string,
) => Rewriting | null;

/** A request that can be said in one other way only. */
export function said(request: string, change: Rewriting['change']): Rewriting {
  return { asked: [{ label: request, request }], question: '', change };
}
