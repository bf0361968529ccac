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
  /** Within what the figures of groups are put together: the average order value per country. */
  readonly summarizedWithin?: readonly Expression[];
  /** Pairs of different rows that agree in a column, instead of the rows. */
  readonly pairedBy?: ColumnModel;
  /** What was decided in building it that the request leaves open, in words for people. */
  readonly assumed?: readonly string[];
  /** Whether there are any rows, or none, instead of the rows. */
  readonly isExistence?: 'some' | 'none';
  /** What is computed from the numbers of two queries, instead of everything above. */
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

/** A part of a point in time, by the name of DuckDB's function for it. */
export type DatePart = 'year' | 'month' | 'day' | 'hour' | 'isodow' | 'dayname';

/** What times are counted in. */
export type TimeUnit = Grain | 'hour' | 'minute';

/** What is computed from two values of a row. */
export type RowOperator = 'plus' | 'minus' | 'times' | 'per' | 'percent of';

export type ArithmeticOperator =
  | 'percentage'
  | 'proportion'
  | 'ratio'
  | 'difference'
  | 'both'
  | 'change'
  | 'more'
  | 'fewer';

export interface JoinTree {
  readonly root: TableModel;
  /** Rows of the root stay although nothing is joined to them. */
  readonly isOuter?: boolean;
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
  | { readonly kind: 'part'; readonly part: DatePart; readonly of: Expression }
  | {
      readonly kind: 'aggregate';
      readonly name: AggregateName;
      readonly isDistinct: boolean;
      /** Null counts rows. */
      readonly of: Expression | null;
      /** Only rows where all of these hold are aggregated; groups without any stay. */
      readonly filter?: readonly Predicate[];
    }
  | {
      /** The part of an aggregate that comes from the rows where all of `filter` holds. */
      readonly kind: 'share';
      readonly operator: 'percentage' | 'proportion';
      readonly of: Extract<Expression, { kind: 'aggregate' }>;
      readonly filter: readonly Predicate[];
    }
  | {
      /** Computed from two values of one row, or from two aggregates; NULL where nothing divides. */
      readonly kind: 'arithmetic';
      readonly operator: RowOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      /** A column of the row that a key of this row refers to: a manager's salary. */
      readonly kind: 'referred';
      readonly edge: KeyEdge;
      readonly column: ColumnModel;
    }
  | {
      /** An aggregate over the rows of a column's table that agree with this row in some columns. */
      readonly kind: 'peers';
      readonly name: AggregateName;
      readonly of: Expression;
      readonly by: readonly Expression[];
    }
  | {
      /** The part of each group in the total of all groups, in percent. */
      readonly kind: 'part of total';
      readonly of: Extract<Expression, { kind: 'aggregate' }>;
    }
  | {
      /** The sum of an aggregate over this group and those before it. */
      readonly kind: 'running';
      readonly of: Extract<Expression, { kind: 'aggregate' }>;
      readonly along: Expression;
    }
  | {
      /** By how much an aggregate exceeds that of the group before, in percent. */
      readonly kind: 'growth';
      readonly of: Extract<Expression, { kind: 'aggregate' }>;
      readonly along: Expression;
    }
  | {
      /** Whole units of time from a point in time to a day. */
      readonly kind: 'elapsed';
      readonly unit: Grain;
      readonly from: Expression;
      readonly until: string;
    }
  | {
      /** A point in time moved on by a number of units. */
      readonly kind: 'shifted';
      readonly of: Expression;
      readonly unit: TimeUnit;
      readonly count: number;
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
  /** False or unknown. */
  | { readonly kind: 'untrue'; readonly of: Predicate }
  | { readonly kind: 'and' | 'or'; readonly of: readonly Predicate[] };

/** Rows of joined tables that meet conditions: the query that most others begin as. */
export function rowsWhere(parts: Pick<LogicalQuery, 'select' | 'from' | 'where'>): LogicalQuery {
  return {
    starOf: null,
    isDistinct: false,
    groupBy: [],
    having: [],
    orderBy: [],
    limit: null,
    setOperation: null,
    isCounted: false,
    ...parts,
  };
}

/** A reference to a column, as it is stored. */
export function columnOf(column: ColumnModel): Expression {
  return { kind: 'column', column, cast: null };
}

/** A reference to a column as a number; text that holds numbers is cast. */
export function numberOf(column: ColumnModel): Expression {
  return { kind: 'column', column, cast: column.isNumericText ? 'DOUBLE' : null };
}
