import { identifies } from '../grounding/column-role.ts';
import type { ColumnModel, SchemaModel, TableModel } from '../grounding/schema-model.ts';
import type { Frame, Group, Order, Projection, TimeGroup } from '../parse/frame.ts';
import type {
  Expression,
  JoinTree,
  LogicalQuery,
  OrderItem,
  RankedWithin,
  SelectItem,
} from '../query/logical.ts';
import { columnOf, numberOf } from '../query/logical.ts';
import { sameExpression } from '../query/same-expression.ts';
import type { Assignment } from './assign.ts';
import { assumedKeys } from './assumed-keys.ts';
import {
  aggregated,
  canBeAggregated,
  dated,
  isCount,
  isNamed,
  orderTables,
  rankedBy,
  referredName,
  spanOfTime,
  subjectOf,
} from './build-parts.ts';
import { isDate, isYearly } from './column-values.ts';
import {
  aliasOf,
  isAggregate,
  isBirth,
  isOfMetric,
  metricAlias,
  operationAlias,
  rowOperation,
  withLabels,
} from './computed-columns.ts';
import { countedApart, tablesLeft } from './counted-apart.ts';
import { countOf } from './counted-rows.ts';
import { withEitherKey } from './either-key.ts';
import { countedSelect, eachRowOnce, groupingOf, isUnique, perEntity } from './grouping.ts';
import { countedFor, isMass } from './implied-figures.ts';
import { joinTables, tablesOf } from './join-tree.ts';
import { pairedQuery } from './paired.ts';
import { dateOf } from './predicate-parts.ts';
import { PredicateBuilder } from './predicates.ts';
import type { Choice } from './slots.ts';

export interface BuildContext {
  readonly model: SchemaModel;
  /** The ISO instant that counts as now. */
  readonly now: string;
  /** Lemmas of the request, for choosing between parallel keys. */
  readonly words: ReadonlySet<string>;
}

/** Builds the query that a frame means under an assignment; null when it makes no sense. */
export function buildQuery(
  frame: Frame,
  assignment: Assignment,
  context: BuildContext,
): LogicalQuery | null {
  return new QueryBuilder(frame, assignment, context).build();
}

class QueryBuilder {
  readonly #frame: Frame;
  readonly #assignment: Assignment;
  readonly #context: BuildContext;
  readonly #groupBy: Expression[] = [];
  readonly #orderBy: OrderItem[] = [];
  #needsGroup = false;
  #from: JoinTree | null = null;
  #limit: number | null;

  constructor(frame: Frame, assignment: Assignment, context: BuildContext) {
    this.#frame = frame;
    this.#assignment = assignment;
    this.#context = context;
    this.#limit = frame.limit;
  }

  build(): LogicalQuery | null {
    const frame = this.#frame;
    const subject = subjectOf(this.#frame, this.#assignment);
    const apart = countedApart(frame.conditions, this.#assignment.choices);
    const tables = [...tablesLeft(this.#assignment, apart, subject)];
    if (subject !== null && !tables.includes(subject)) tables.unshift(subject);
    if (tables.length === 0) return null;
    const referring = subject === null ? null : countedFor(subject, tables, this.#meaning);
    if (referring !== null) tables.push(referring);
    const from = joinTables(orderTables(tables, subject), this.#context.model, this.#context.words);
    if (from === null) return null;
    const predicates = new PredicateBuilder({
      choices: this.#assignment.choices,
      context: this.#context,
      subject,
      tables: tablesOf(from),
      directions: frame.directions,
    });
    if (!predicates.addAll(frame.conditions)) return null;
    // "When was it returned" asks for the date, also where there is none yet.
    predicates.addClaims(
      frame.related.filter((noun) => !frame.projections.some(({ mention }) => mention === noun)),
    );

    this.#from = from;
    const select = this.#select(subject);
    if (!frame.groups.some(({ mention }) => this.#choice(mention)?.kind === 'column')) {
      const { projections, isStar, isSubjectImplied } = frame;
      if (isSubjectImplied && !isStar && projections.length === 0 && subject !== null) {
        for (const column of subject.labels)
          select.push({ expression: columnOf(column), alias: null });
      }
      select.splice(0, select.length, ...withLabels(select, subject?.labels ?? []));
    }
    for (const group of frame.groups) this.#group(this.#choice(group.mention), group, select);
    for (const group of frame.timeGroups) if (!this.#timeGroup(group, select)) return null;
    for (const order of frame.orders) if (!this.#order(order, select, subject)) return null;
    // "Top 2" of what nothing ranks would be any two.
    if (frame.topDirection !== null && this.#orderBy.length === 0) return null;
    const hasAggregate = select.some(({ expression }) => isAggregate(expression));
    const having = predicates.having;
    const needsGroup = this.#needsGroup || having.length > 0 || hasAggregate;
    const isCounted =
      having.length > 0 && select.length === 1 && isCount(select[0]) && frame.groups.length === 0;
    const starOf = frame.isStar && select.length === 0 ? (subject ?? from.root) : null;
    if (select.length === 0 && starOf === null) return null;

    const shown = isCounted && subject !== null ? countedSelect(select[0], subject) : select;
    const groupBy = needsGroup
      ? [
          ...groupingOf({
            select: shown,
            subject,
            isAggregated: hasAggregate && !isCounted,
            from,
            groupBy: this.#groupBy,
            orderBy: this.#orderBy,
            isGrouped: frame.groups.length > 0,
          }),
        ]
      : [];
    const rankedWithin = this.#rankedWithin(shown, hasAggregate || having.length > 0);
    if (rankedWithin !== null) {
      if (!rankedWithin.orderBy.some(({ expression }) => isAggregate(expression)))
        groupBy.length = 0;
      this.#orderBy.length = 0;
      this.#limit = null;
    }
    const base: LogicalQuery = {
      ...(rankedWithin === null ? {} : { rankedWithin }),
      select: shown,
      starOf,
      isDistinct: groupBy.length === 0 && (frame.isDistinct || this.#listsValues(select)),
      from,
      where: predicates.where,
      groupBy,
      having,
      orderBy: this.#orderBy,
      limit: this.#limit,
      offset: frame.offset,
      setOperation: null,
      isCounted,
    };
    if (frame.isPaired) {
      const by = frame.pairedBy === null ? null : this.#choice(frame.pairedBy);
      return pairedQuery(base, by, { subject, context: this.#context });
    }
    const [group] = frame.groups;
    const grouped = group === undefined ? null : this.#choice(group.mention);
    const entity = grouped?.kind === 'table' && frame.groups.length === 1 ? grouped.table : null;
    const query = withEitherKey(predicates.withAlternatives(base), this.#context);
    const assumed = [...(query.assumed ?? []), ...assumedKeys(query.from, this.#context)];
    const told = assumed.length === 0 ? query : { ...query, assumed };
    return perEntity(eachRowOnce(told, subject), frame, entity);
  }

  /** "the most expensive product in each category": the first rows of every group. */
  #rankedWithin(select: readonly SelectItem[], isAggregated: boolean): RankedWithin | null {
    const { groups, orders } = this.#frame;
    const isRanked =
      groups.length > 0 &&
      !isAggregated &&
      this.#limit !== null &&
      orders.every(({ isSuperlative }) => isSuperlative) &&
      this.#orderBy.length > 0 &&
      this.#orderBy.every(
        ({ expression: { kind } }) => kind === 'column' || kind === 'aggregate',
      ) &&
      // "the airline with the most flights per origin": something is shown beside the groups.
      select.some(
        ({ expression }) =>
          !this.#groupBy.some((group) => sameExpression(group, expression)) &&
          expression.kind === 'column',
      );
    if (!isRanked) return null;
    return { groups: [...this.#groupBy], orderBy: [...this.#orderBy], rankMax: this.#limit ?? 1 };
  }

  get #countContext() {
    const { choices } = this.#assignment;
    return { frame: this.#frame, choices, from: this.#from, context: this.#context };
  }

  get #meaning() {
    const { model } = this.#context;
    return { frame: this.#frame, choices: this.#assignment.choices, model };
  }

  #choice(subject: object): Choice | null {
    return this.#assignment.choices.get(subject) ?? null;
  }

  /** "Show all majors": the values of a column are asked for, each once. */
  #listsValues(select: readonly SelectItem[]): boolean {
    const { projections, orders, limit, groups } = this.#frame;
    const [only] = select;
    if (select.length !== 1 || projections.length !== 1 || only?.expression.kind !== 'column')
      return false;
    const isRanked = orders.some(({ mention }) => mention !== null);
    if (isRanked || limit !== null || groups.length > 0) return false;
    const { column } = only.expression;
    const { mention, of } = projections[0] ?? { mention: null, of: null };
    const owner = of === null ? null : this.#choice(of);
    const isOwned = owner?.kind === 'table' && of !== mention;
    return (
      !isOwned &&
      mention !== null &&
      this.#choice(mention)?.kind === 'column' &&
      !column.isMeasure &&
      column.column.distinctCount !== column.table.table.rowCount
    );
  }

  #select(subject: TableModel | null): SelectItem[] {
    const items: SelectItem[] = [];
    for (const projection of this.#frame.projections) {
      for (const expression of this.#projected(projection, subject)) {
        if (!items.some((item) => sameExpression(item.expression, expression))) {
          items.push({ expression, alias: this.#aliasOf(projection, expression) });
        } else if (expression.kind === 'aggregate' && projection.mention !== null) {
          // "discounts … and show their savings": the later word names what is shown.
          const index = items.findIndex((item) => sameExpression(item.expression, expression));
          items[index] = { expression, alias: aliasOf(projection.mention.text) };
        }
      }
    }
    return items;
  }

  #aliasOf(projection: Projection, expression: Expression): string | null {
    const { kind } = expression;
    if (kind === 'elapsed') return `${projection.elapsed}s`;
    if (kind === 'referred') return aliasOf(projection.mention?.text ?? '');
    if (kind === 'column' && expression.column.elapsed !== null)
      return expression.column.column.name;
    if (isOfMetric(expression)) return metricAlias(expression, projection.mention?.text ?? '');
    const sides = this.#sides(projection);
    return sides === null ? null : operationAlias(projection, sides);
  }

  /** Whether groups hold several rows of the column's table: its figures are then added up. */
  #isSpread({ table }: ColumnModel): boolean {
    return this.#frame.groups.some(({ mention }) => {
      const choice = this.#choice(mention);
      if (choice === null || choice.kind === 'table')
        return choice !== null && choice.table !== table;
      return choice.table !== table || !isUnique(choice.column);
    });
  }

  /** The two columns that a projection computes with; null where it is no computation. */
  #sides({ mention, operation }: Projection): readonly [ColumnModel, ColumnModel] | null {
    if (mention === null || operation === null) return null;
    const [left, right] = [this.#choice(mention), this.#choice(operation.mention)];
    return left?.kind === 'column' && right?.kind === 'column' ? [left.column, right.column] : null;
  }

  #projected(projection: Projection, subject: TableModel | null): readonly Expression[] {
    const { aggregate, mention, operation, elapsed } = projection;
    const choice = this.#choice(mention ?? projection);
    if (operation !== null) {
      const sides = this.#sides(projection);
      const total = aggregate ?? (sides !== null && this.#isSpread(sides[0]) ? 'sum' : null);
      const whole = sides === null ? null : rowOperation(operation.operator, sides, total);
      return whole === null ? [] : [whole];
    }
    if (elapsed !== null && choice?.kind === 'column' && isDate(choice.column)) {
      const from = dateOf(choice.column);
      return [{ kind: 'elapsed', unit: elapsed, from, until: this.#context.now.slice(0, 10) }];
    }
    if (aggregate === null) {
      if (choice === null) return [];
      if (choice.kind === 'table') return choice.table.labels.map(columnOf);
      if (choice.column.procedure !== null) return this.#computed(choice.column, subject);
      if (isMass(projection, choice.column, this.#meaning))
        return [aggregated('sum', choice.column)];
      return [referredName(choice.column, mention, this.#context.model) ?? columnOf(choice.column)];
    }
    if (aggregate === 'count') return [countOf(choice, projection, this.#countContext)];
    if (choice === null) {
      // "How much does it cost" where nothing is paid: no count of rows is an amount.
      const isUnpaid = projection.measures.length > 0;
      return isUnpaid || subject === null || /^(avg|median|min|max)$/.test(aggregate)
        ? []
        : [{ kind: 'aggregate', name: 'count', isDistinct: false, of: null }];
    }
    if (choice.kind === 'table') {
      // "total orders" counts them; other aggregates of a table mean its one measure.
      if (aggregate === 'sum') {
        const total = choice.table.columns.find(
          (item) => item.isMeasure && item.words.includes('total'),
        );
        if (total !== undefined) return [aggregated('sum', total)];
        // "total stock" over the table of what is in stock adds up quantities.
        const isCalled = mention?.names.some(
          ({ kind, table, score }) => kind === 'table' && table === choice.table && score >= 0.95,
        );
        const quantity = choice.table.columns.find(
          (item) => item.isMeasure && item.words.includes('quantity'),
        );
        if (isCalled !== true && quantity !== undefined) return [aggregated('sum', quantity)];
        return [countOf(choice, { ...projection, outerAggregate: null }, this.#countContext)];
      }
      const [measure, other] = choice.table.columns.filter((column) => column.isMeasure);
      return measure === undefined || other !== undefined ? [] : [aggregated(aggregate, measure)];
    }
    return canBeAggregated(aggregate, choice.column) ? [aggregated(aggregate, choice.column)] : [];
  }

  /** A procedure's result: added up and ranked for entities that have many of the rows. */
  #computed(column: ColumnModel, subject: TableModel | null): readonly Expression[] {
    if (subject === null || subject === column.table) {
      const { key, labels } = column.table;
      return [...(key === null ? labels : [key]), column].map(columnOf);
    }
    if (!column.isMeasure || this.#frame.projections.some(({ aggregate }) => aggregate !== null)) {
      return [columnOf(column)];
    }
    const total = aggregated('sum', column);
    this.#needsGroup = true;
    if (this.#frame.orders.length === 0 && this.#orderBy.length === 0) {
      this.#orderBy.push({ expression: total, direction: 'desc' });
    }
    const key = subject.key === null ? [] : [subject.key];
    return [...key, ...subject.labels.filter((label) => label !== subject.key)]
      .map(columnOf)
      .concat(total);
  }

  #group(choice: Choice | null, { isProjected, isLeading }: Group, select: SelectItem[]): void {
    if (choice === null) return;
    const columns = choice.kind === 'table' ? choice.table.labels : [choice.column];
    const hasAggregate = select.some(({ expression }) => expression.kind === 'aggregate');
    if (!hasAggregate && this.#frame.orders.length === 0) {
      // "for each student, the name": nothing to aggregate, the group only says whose.
      if (choice.kind === 'column' && isProjected) this.#prepend(columns, select);
      return;
    }
    this.#needsGroup = true;
    if (
      choice.kind === 'table' &&
      choice.table.key !== null &&
      !columns.includes(choice.table.key)
    ) {
      this.#groupBy.push(columnOf(choice.table.key));
    }
    for (const column of columns) this.#groupBy.push(columnOf(column));
    const isShown = select.some(
      ({ expression }) =>
        expression.kind === 'column' &&
        choice.kind === 'table' &&
        expression.column.table === choice.table &&
        (!isLeading || identifies(expression.column)),
    );
    if (isProjected && !isShown) this.#prepend(columns, select);
  }

  /** Groups by a span of time, shown first and in the order of time. */
  #timeGroup(group: TimeGroup, select: SelectItem[]): boolean {
    const choice = this.#choice(group);
    if (choice?.kind !== 'column') return false;
    const of = dateOf(choice.column);
    const { order, shown: expression } = spanOfTime(group.grain, of);
    this.#needsGroup = true;
    if (order !== expression) this.#groupBy.push(order);
    this.#groupBy.push(expression);
    select.unshift({ expression, alias: group.grain });
    if (this.#frame.orders.length === 0)
      this.#orderBy.push({ expression: order, direction: 'asc' });
    return true;
  }

  #prepend(columns: readonly ColumnModel[], select: SelectItem[]): void {
    const items = columns
      .map((column): SelectItem => ({ expression: columnOf(column), alias: null }))
      .filter(
        (item) => !select.some(({ expression }) => sameExpression(expression, item.expression)),
      );
    select.unshift(...items);
  }

  #order(order: Order, select: readonly SelectItem[], subject: TableModel | null): boolean {
    const expression = this.#orderKey(order, select, subject);
    if (expression === null) return false;
    if (expression.kind === 'aggregate') this.#needsGroup = true;
    let { direction } = order;
    const isAge = order.measures.includes('age');
    const isTime = ({ column }: { column: ColumnModel }) =>
      isBirth(column) || isDate(column) || isYearly(column);
    // Rows are as old as they say, not as something that is related to them.
    if (
      isAge &&
      subject !== null &&
      expression.kind === 'column' &&
      expression.column.table !== subject
    )
      return false;
    if (isAge && expression.kind === 'column' && isTime(expression)) {
      direction = direction === 'asc' ? 'desc' : 'asc';
    }
    const key = dated(expression);
    if (this.#orderBy.some((item) => sameExpression(item.expression, key))) return true;
    this.#orderBy.push({ expression: key, direction });
    return true;
  }

  #orderKey(
    order: Order,
    select: readonly SelectItem[],
    subject: TableModel | null,
  ): Expression | null {
    const rows: Expression = { kind: 'aggregate', name: 'count', isDistinct: false, of: null };
    if (order.isFrequency) return rows;
    const choice = this.#choice(order.mention ?? order);
    if (choice === null) {
      // "the most" of one table's rows by their name says nothing.
      const isAlone = this.#from?.joins.length === 0 && this.#frame.groups.length === 0;
      if (order.isQuantity && isAlone && subject !== null && isNamed(select, subject)) return null;
      if (order.aggregate === 'count' || order.isQuantity) return rows;
      // "the longest" of what has no length: another order would be made up.
      if (order.isSuperlative && order.measures.length > 0) return null;
      const chosen =
        order.direction === 'desc' || order.aggregate !== null
          ? select.find(({ expression }) => expression.kind === 'aggregate')
          : undefined;
      return chosen?.expression ?? select[0]?.expression ?? null;
    }
    if (choice.kind === 'table') {
      if (order.aggregate !== null && order.aggregate !== 'count' && order.aggregate !== 'sum')
        return null;
      if (order.aggregate === 'count' || order.isQuantity || order.isSuperlative) return rows;
      const label = choice.table.labels[0];
      return label === undefined ? null : columnOf(label);
    }
    const column = rankedBy(choice.column, order);
    if (column === null) return null;
    if (order.aggregate !== null && order.aggregate !== 'count')
      return aggregated(order.aggregate, column);
    if (order.aggregate === 'count') return column.isMeasure ? aggregated('sum', column) : rows;
    const isOwn = subject === null || column.table === subject;
    if (order.isQuantity) {
      if (!column.isMeasure) return rows;
      if (!isOwn) return aggregated('sum', column);
    }
    const grouped = select.find(
      ({ expression }) =>
        expression.kind === 'aggregate' &&
        expression.of?.kind === 'column' &&
        expression.of.column === column,
    );
    return grouped?.expression ?? numberOf(column);
  }
}
