import { identifies } from '../grounding/column-role.ts';
import type { ColumnModel, TableModel } from '../grounding/schema-model.ts';
import type { Frame, Projection } from '../parse/frame.ts';
import type {
  Expression,
  JoinTree,
  LogicalQuery,
  OrderItem,
  SelectItem,
} from '../query/logical.ts';
import { columnOf } from '../query/logical.ts';
import { sameExpression } from '../query/same-expression.ts';
import { aliasOf } from './computed-columns.ts';
import { isRepeated } from './join-tree.ts';
import { isOnlyAbout } from './predicate-parts.ts';

export interface GroupingOptions {
  readonly select: readonly SelectItem[];
  readonly subject: TableModel | null;
  readonly isAggregated: boolean;
  readonly from: JoinTree;
  /** What the request groups by. */
  readonly groupBy: readonly Expression[];
  readonly orderBy: readonly OrderItem[];
  /** The request says by what to group. */
  readonly isGrouped: boolean;
}

/** What counting groups counts: the subject's key, or the column that is counted. */
export function countedSelect(
  item: SelectItem | undefined,
  subject: TableModel,
): readonly SelectItem[] {
  const expression = item?.expression;
  if (expression?.kind === 'aggregate' && expression.of !== null) {
    return [{ expression: expression.of, alias: null }];
  }
  const columns = subject.key === null ? subject.labels : [subject.key];
  return columns.map((column) => ({ expression: columnOf(column), alias: null }));
}

/** Groups by what is shown, and by the key of the entity shown so that namesakes stay apart. */
export function groupingOf({
  select,
  subject,
  isAggregated,
  from,
  groupBy,
  orderBy,
  isGrouped,
}: GroupingOptions): readonly Expression[] {
  const grouping: Expression[] = [...groupBy];
  const shown = select.filter(({ expression }) => expression.kind === 'column');
  const isJoined = from.joins.length > 0;
  for (const { expression } of shown) {
    if (expression.kind !== 'column') continue;
    const { table } = expression.column;
    const isLabel = table.labels.includes(expression.column);
    if (
      isJoined &&
      isLabel &&
      table.key !== null &&
      table === subject &&
      !isGrouped &&
      identifies(expression.column)
    ) {
      grouping.push(columnOf(table.key));
    }
    grouping.push(expression);
  }
  for (const { expression } of orderBy) {
    if (expression.kind === 'column' && (isAggregated || grouping.length > 0))
      grouping.push(expression);
  }
  return grouping.filter(
    (item, index) => grouping.findIndex((earlier) => sameExpression(earlier, item)) === index,
  );
}

/** Whether no two rows have the same value. */
export function isUnique(column: ColumnModel): boolean {
  return column === column.table.key || column.column.distinctCount === column.table.table.rowCount;
}

/** The query with what is asked about the groups of an entity, null where they are no entity's. */
export function perEntity(
  query: LogicalQuery,
  { projections, keepsEmptyGroups }: Pick<Frame, 'projections' | 'keepsEmptyGroups'>,
  entity: TableModel | null,
): LogicalQuery {
  const whole = summarized(query, projections, entity);
  const keepsEmpty = keepsEmptyGroups && entity !== null && whole.summarizedBy === undefined;
  return (keepsEmpty ? keepingEmpty(whole, entity) : null) ?? whole;
}

/** "the average number of orders per customer": one figure for all groups. */
function summarized(
  query: LogicalQuery,
  projections: readonly Projection[],
  entity: TableModel | null,
): LogicalQuery {
  const [only, ...others] = projections;
  const outer = only?.outerAggregate ?? null;
  const figure = query.select.find(
    ({ expression }) => expression.kind === 'aggregate' && expression.name === 'count',
  );
  const isOuter = outer !== null && outer !== 'count' && only?.aggregate === 'count';
  if (!isOuter || others.length > 0 || figure === undefined || query.groupBy.length === 0) {
    return query;
  }
  const select = [{ expression: figure.expression, alias: 'figure' }];
  // An average over those that met a condition leaves the others out.
  const isOfAll = entity !== null && query.where.length === 0;
  const whole = (isOfAll ? keepingEmpty({ ...query, select }, entity) : null) ?? {
    ...query,
    select,
  };
  return { ...whole, orderBy: [], limit: null, summarizedBy: outer };
}

/**
 * The query with the entities that have no rows to count, as those of zero; null where it counts
 * something else than the rows that refer to the entity.
 */
function keepingEmpty(query: LogicalQuery, entity: TableModel): LogicalQuery | null {
  const { from, select } = query;
  const counted = from.root === entity ? from.joins[0]?.table : from.root;
  const key = counted?.key ?? null;
  const [join] = from.joins;
  const isDirect =
    from.joins.length === 1 && join?.edge.to === entity && join.edge.from === counted;
  if (counted === undefined || key === null || join === undefined || !isDirect) return null;
  // What is said of the entities picks some of them; what is said of the rows picks what counts.
  const where = query.where.filter((item) => isOnlyAbout(item, entity));
  const filter = query.where.filter((item) => isOnlyAbout(item, counted));
  if (where.length + filter.length < query.where.length) return null;
  const isRows = (item: SelectItem) =>
    item.expression.kind === 'aggregate' &&
    item.expression.name === 'count' &&
    item.expression.of === null;
  if (select.filter(({ expression }) => expression.kind === 'aggregate').length !== 1) return null;
  if (!select.some(isRows)) return null;
  return {
    ...query,
    where,
    from: { root: entity, isOuter: true, joins: [{ table: counted, edge: join.edge }] },
    select: select.map((item) =>
      isRows(item)
        ? {
            ...item,
            alias: item.alias ?? (filter.length === 0 ? null : aliasOf(counted.table.name)),
            expression: {
              kind: 'aggregate',
              name: 'count',
              isDistinct: false,
              of: columnOf(key),
              ...(filter.length === 0 ? {} : { filter }),
            },
          }
        : item,
    ),
  };
}

/**
 * The query with each of the subject's rows once, where joined rows only decide which are shown:
 * "customers who ordered toys" lists a customer with two such orders once, and namesakes apart.
 */
export function eachRowOnce(query: LogicalQuery, subject: TableModel | null): LogicalQuery {
  const { select, starOf, from, groupBy, having, orderBy, isCounted, isDistinct } = query;
  const isList = groupBy.length + having.length === 0 && !isCounted && !isDistinct;
  const isPlain = isList && query.setOperation === null && query.rankedWithin === undefined;
  if (subject === null || !isPlain || !isRepeated(from, subject)) return query;
  const isOwn = ({ expression }: { readonly expression: Expression }) =>
    expression.kind === 'column' &&
    expression.column.table === subject &&
    expression.column.procedure === null;
  if (starOf !== null) {
    return starOf === subject && orderBy.length === 0 ? { ...query, isDistinct: true } : query;
  }
  if (!select.every(isOwn) || !orderBy.every(isOwn)) return query;
  const isSorted = orderBy.every(({ expression }) =>
    select.some((item) => sameExpression(item.expression, expression)),
  );
  const isTold = select.some(
    ({ expression }) => expression.kind === 'column' && isUnique(expression.column),
  );
  if (subject.key === null || (isTold && isSorted)) {
    return isSorted ? { ...query, isDistinct: true } : query;
  }
  const grouping = [
    columnOf(subject.key),
    ...[...select, ...orderBy].map((item) => item.expression),
  ];
  return {
    ...query,
    groupBy: grouping.filter(
      (item, index) => grouping.findIndex((earlier) => sameExpression(earlier, item)) === index,
    ),
  };
}
