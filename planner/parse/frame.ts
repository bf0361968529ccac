import type { Mention } from '../grounding/link.ts';
import type { AggregateName, ComparisonOperator, Grain } from '../language/lexicon.ts';
import type { DatePart, RowOperator, TimeUnit } from '../query/logical.ts';

/**
 * A frame is what a request says before it is known which columns are meant: its parts refer
 * to mentions, which the resolver maps to tables, columns and values.
 */
export interface Frame {
  projections: Projection[];
  /** Asked for whole rows: "all information about". */
  isStar: boolean;
  isDistinct: boolean;
  /** Entities the request talks about without projecting them. */
  related: Mention[];
  conditions: Condition[];
  groups: Group[];
  /** "How many orders does each customer have?": every customer is asked about, also those with none. */
  keepsEmptyGroups: boolean;
  /** "by month": groups by a span of some point in time. */
  timeGroups: TimeGroup[];
  orders: Order[];
  limit: number | null;
  /** Rows passed over: 1 for "the second most expensive". */
  offset: number;
  /** "Who …": rows are asked for without a noun that says whose. */
  isSubjectImplied: boolean;
  /** "pairs of": rows are put together by what they agree in. */
  isPaired: boolean;
  pairedBy: Mention | null;
  /** "top 3" before it is said by what. */
  topDirection: 'asc' | 'desc' | null;
  /** Operators between whole result sets. */
  setOperations: { operator: 'union' | 'intersect' | 'except'; frame: Frame }[];
  /** Values said to be where something comes from or goes to. */
  readonly directions: Map<Literal, Direction>;
  /** Of what is denied: the verb that no part of the database was found for. */
  verb: string | null;
  /** Tokens that were understood. */
  readonly covered: Set<number>;
}

export interface Projection {
  readonly aggregate: AggregateName | null;
  /** An aggregate of an aggregate: the average number of … per …. */
  readonly outerAggregate: AggregateName | null;
  readonly mention: Mention | null;
  readonly isDistinct: boolean;
  /** The entity the phrase is said to belong to. */
  of: Mention | null;
  /** Column words to look for when no mention names the column ("where", "when"). */
  readonly measures: readonly string[];
  /** Computed with another column of the same row: "price per page". */
  readonly operation: { readonly operator: RowOperator; readonly mention: Mention } | null;
  /** "How many days ago": the time that has passed since. */
  readonly elapsed: Grain | null;
}

export interface Group {
  readonly mention: Mention;
  /** "each X" beside a projection of X adds nothing to the projections. */
  readonly isProjected: boolean;
  /** "For each X, …" opens the sentence. */
  readonly isLeading: boolean;
}

export interface TimeGroup {
  /** A span of time, or a part of the day or week that comes again. */
  readonly grain: Grain | 'hour' | 'weekday';
}

export interface Order {
  readonly direction: 'asc' | 'desc';
  readonly aggregate: AggregateName | null;
  readonly mention: Mention | null;
  /** Column words to rank by when the adjective names no column. */
  readonly measures: readonly string[];
  /** Ranked by how often the subject occurs. */
  readonly isFrequency: boolean;
  /** "the most orders": counts rows of an entity, or ranks by a numeric column. */
  readonly isQuantity: boolean;
  readonly near: Mention | null;
  /** Superlatives limit; sort clauses only sort. */
  readonly isSuperlative: boolean;
}

export type Direction = 'from' | 'to';

export interface Literal {
  readonly text: string;
  readonly kind: 'number' | 'text' | 'date';
  /** The unit of time that a number was said to be of: "7 days". */
  readonly unit?: TimeUnit;
  /** The mention with stored values that spell it, if any. */
  readonly mention: Mention | null;
}

export type Operand =
  | { readonly kind: 'literal'; readonly literal: Literal }
  | {
      readonly kind: 'mention';
      readonly mention: Mention;
      /** What it belongs to: "their manager's salary". */
      readonly of: Mention | null;
      /** "Twice their budget" is 2; absent where it is taken as it is. */
      readonly factor?: number;
    }
  | {
      /** "The average of their department": a figure of the rows that share something with a row. */
      readonly kind: 'peers';
      readonly aggregate: AggregateName;
      /** What the figure is of; null takes the compared column. */
      readonly mention: Mention | null;
      readonly within: Mention;
      readonly factor?: number;
    }
  | {
      readonly kind: 'query';
      /** `null` compares with any/all rows as `quantifier` says. */
      readonly aggregate: AggregateName | null;
      readonly quantifier: 'any' | 'all' | null;
      readonly mention: Mention | null;
      readonly frame: Frame;
      /** "Twice the average" is 2; absent where it is taken as it is. */
      readonly factor?: number;
    };

interface ConditionBase {
  readonly near: Mention | null;
  readonly isNegated: boolean;
}

export type Condition =
  | (ConditionBase & {
      readonly kind: 'compare';
      readonly aggregate: AggregateName | null;
      readonly mention: Mention | null;
      readonly measures: readonly string[];
      readonly operator: ComparisonOperator;
      readonly isInvertedForDates: boolean;
      /** The operand is an age in this unit. */
      readonly ageUnit?: Grain;
      readonly operand: Operand;
    })
  | (ConditionBase & {
      /** One of the values; `all` asks for an entity related to every one of them. */
      readonly kind: 'value';
      readonly hint: Mention | null;
      /** Lemma of the verb before it: "ordered in 2024" is about when things were ordered. */
      readonly verb?: string;
      readonly values: readonly Literal[];
      readonly isAll: boolean;
      /** The request says "both". */
      readonly isBoth: boolean;
    })
  | (ConditionBase & {
      /** "more than 3 rooms": a count of rows, or a comparison with a numeric column. */
      readonly kind: 'quantity';
      readonly operator: ComparisonOperator;
      readonly number: number;
      readonly numberTo: number | null;
      /** "At least two different products": each of them counts once. */
      readonly isDistinct?: boolean;
      /** Null counts the related rows: "more than three times". */
      readonly mention: Mention | null;
    })
  | (ConditionBase & {
      readonly kind: 'pattern';
      readonly hint: Mention | null;
      readonly operator: 'contains' | 'starts' | 'ends';
      readonly text: string;
    })
  | (ConditionBase & {
      readonly kind: 'between';
      readonly mention: Mention | null;
      readonly measures: readonly string[];
      /** Lemma of the verb before it: "hired in the 90s" is about when people were hired. */
      readonly verb?: string;
      readonly low: Operand;
      readonly high: Operand;
    })
  /** Rows that have begun and not ended, where they keep when they do. */
  | (ConditionBase & { readonly kind: 'current' })
  | (ConditionBase & {
      readonly kind: 'exists';
      readonly frame: Frame;
      /** "Never": what is denied happened to no row of a thing, not just not in one of them. */
      readonly isNever?: boolean;
    })
  | (ConditionBase & { readonly kind: 'missing'; readonly mention: Mention })
  | (ConditionBase & {
      readonly kind: 'or' | 'and';
      readonly conditions: readonly Condition[];
    })
  | (ConditionBase & {
      /** Dates of which a part has one of the values: "on Mondays", "in December". */
      readonly kind: 'recurring';
      /** The column that is said: "a birthday in May". */
      readonly mention: Mention | null;
      /** Lemma of the verb before it: "born in May" is about when people were born. */
      readonly verb?: string;
      readonly part: DatePart;
      readonly values: readonly number[];
    })
  | (ConditionBase & {
      /** Dates within a stretch of days, which may lack a beginning or an end. */
      readonly kind: 'period';
      readonly mention: Mention | null;
      /** Lemma of the verb before it: "shipped last week" is about when things were shipped. */
      readonly verb?: string;
      readonly from: string | null;
      readonly to: string | null;
    });

/** An empty frame that shares the record of understood tokens with its parent. */
export function newFrame(covered: Set<number>): Frame {
  return {
    projections: [],
    isStar: false,
    isDistinct: false,
    related: [],
    conditions: [],
    groups: [],
    keepsEmptyGroups: false,
    timeGroups: [],
    orders: [],
    limit: null,
    offset: 0,
    isSubjectImplied: false,
    isPaired: false,
    pairedBy: null,
    topDirection: null,
    setOperations: [],
    directions: new Map(),
    verb: null,
    covered,
  };
}
