import type { KeyEdge } from '../grounding/key-graph.ts';
import type { ColumnModel, TableModel } from '../grounding/schema-model.ts';
import type { AggregateName, ComparisonOperator, Grain } from '../language/lexicon.ts';

/** A typed query over the tables of one database; `compile` turns it into DuckDB SQL. */
export interface LogicalQuery {
  readonly select: readonly SelectItem[];
  /** All columns of one table instead of `select`. */
  readonly starOf: TableModel | null;
  readonly isDistinct: boolean;
  readonly from: JoinTree;
  readonly where: readonly Predicate[];
  readonly groupBy: readonly Expression[];
  readonly having: readonly Predicate[];
  readonly orderBy: readonly OrderItem[];
  readonly limit: number | null;
  /** Rows passed over before the first one returned. */
  readonly offset?: number;
  readonly setOperation: {
    readonly operator: 'INTERSECT' | 'EXCEPT' | 'UNION';
    readonly right: LogicalQuery;
  } | null;
  /** Counts the rows of this query instead of returning them. */
  readonly isCounted: boolean;
  /** Keeps the rows that rank first within each group. */
  readonly rankedWithin?: RankedWithin;
  /** An aggregate over the single figure of each group: the average number of orders per customer. */
  readonly summarizedBy?: AggregateName;
  /** One number computed from those of two queries, instead of everything above. */
  readonly computed?: {
    readonly operator: ArithmeticOperator;
    readonly left: LogicalQuery;
    readonly right: LogicalQuery;
  };
}

export interface RankedWithin {
  readonly groups: readonly Expression[];
  readonly orderBy: readonly OrderItem[];
  readonly rankMax: number;
}

export type ArithmeticOperator = 'percentage' | 'proportion' | 'ratio' | 'difference';

export interface JoinTree {
  readonly root: TableModel;
  /** Each joins one more table to those before it. */
  readonly joins: readonly { readonly table: TableModel; readonly edge: KeyEdge }[];
}

export interface SelectItem {
  readonly expression: Expression;
  readonly alias: string | null;
}

export interface OrderItem {
  readonly expression: Expression;
  readonly direction: 'asc' | 'desc';
}

export type Expression =
  | {
      readonly kind: 'column';
      readonly column: ColumnModel;
      readonly cast: 'DOUBLE' | 'DATE' | null;
    }
  | { readonly kind: 'truncated'; readonly grain: Grain; readonly of: Expression }
  | { readonly kind: 'part'; readonly part: 'year' | 'month' | 'day'; readonly of: Expression }
  | {
      readonly kind: 'aggregate';
      readonly name: AggregateName;
      readonly isDistinct: boolean;
      /** Null counts rows. */
      readonly of: Expression | null;
    }
  | {
      /** The part of an aggregate that comes from the rows where all of `filter` holds. */
      readonly kind: 'share';
      readonly operator: 'percentage' | 'proportion';
      readonly of: Extract<Expression, { kind: 'aggregate' }>;
      readonly filter: readonly Predicate[];
    }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'date'; readonly value: string; readonly type: 'DATE' | 'TIMESTAMP' }
  | { readonly kind: 'subquery'; readonly query: LogicalQuery };

export type Predicate =
  | {
      readonly kind: 'compare';
      readonly left: Expression;
      readonly operator: ComparisonOperator;
      readonly right: Expression;
    }
  | {
      readonly kind: 'between';
      readonly of: Expression;
      readonly low: Expression;
      readonly high: Expression;
    }
  | {
      readonly kind: 'in';
      readonly of: Expression;
      readonly values: readonly Expression[];
    }
  | {
      readonly kind: 'inQuery';
      readonly of: Expression;
      readonly query: LogicalQuery;
      readonly isNegated: boolean;
    }
  | { readonly kind: 'like'; readonly of: Expression; readonly pattern: string }
  | { readonly kind: 'null'; readonly of: Expression; readonly isNegated: boolean }
  | { readonly kind: 'not'; readonly of: Predicate }
  | { readonly kind: 'and' | 'or'; readonly of: readonly Predicate[] };

/** A reference to a column, as it is stored. */
export function columnOf(column: ColumnModel): Expression {
  return { kind: 'column', column, cast: null };
}

/** A reference to a column as a number; text that holds numbers is cast. */
export function numberOf(column: ColumnModel): Expression {
  return { kind: 'column', column, cast: column.isNumericText ? 'DOUBLE' : null };
}
