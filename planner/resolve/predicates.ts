import type { Mention } from '../grounding/link.ts';
import type { ColumnModel, TableModel } from '../grounding/schema-model.ts';
import { deniesState } from '../grounding/state-columns.ts';
import type { ComparisonOperator } from '../language/lexicon.ts';
import { isYear } from '../parse/dates.ts';
import type { Condition, Direction, Frame, Literal, Operand } from '../parse/frame.ts';
import { columnsRead } from '../query/columns-read.ts';
import type { Expression, LogicalQuery, Predicate } from '../query/logical.ts';
import { columnOf, numberOf } from '../query/logical.ts';
import { categoryAbsence, deniesOnlyTime, missingColumn, notIn } from './absence.ts';
import { withAlternatives } from './alternatives.ts';
import { assign } from './assign.ts';
import { buildQuery } from './build.ts';
import { isDate, isYearly } from './column-values.ts';
import { countApart, countedApart } from './counted-apart.ts';
import { directedPair } from './direction.ts';
import { isRepeated, joinTables } from './join-tree.ts';
import { currentPredicate, isExpired, isHappening, lastingPredicate } from './lasting.ts';
import { peersOperand } from './peers.ts';
import type { PredicateOptions } from './predicate-parts.ts';
import {
  ageComparison,
  comparedValue,
  countOfRelated,
  dateOf,
  extremeFor,
  isAboutGroups,
  isOnlyAbout,
  isOrderable,
  isStoredNumber,
  literalExpression,
  mentionedOperand,
  mirror,
  multiple,
  negate,
  patternPredicate,
  rangedOver,
  referringColumn,
  storedValue,
  summedAlike,
  withinPeriod,
} from './predicate-parts.ts';
import type { Choice } from './slots.ts';
import { collectSlots } from './slots.ts';

/** Turns the conditions of a frame into WHERE and HAVING predicates. */
export class PredicateBuilder {
  readonly where: Predicate[] = [];
  readonly having: Predicate[] = [];
  /** Conditions of which each alternative must hold for its own related row ("both A and B"). */
  #intersected: readonly Predicate[] | null = null;
  /** What a "but not" takes away, and the conditions it replaces there. */
  #excluded: readonly Predicate[] | null = null;
  #contradicted: readonly Predicate[] = [];
  readonly #directions = new Map<Predicate, Direction>();
  readonly #options: PredicateOptions;
  #apart: ReadonlySet<Condition> = new Set();

  constructor(options: PredicateOptions) {
    this.#options = options;
  }

  /** False when some condition cannot be expressed. */
  addAll(conditions: readonly Condition[]): boolean {
    this.#apart = countedApart(conditions, this.#options.choices);
    return conditions.every((condition) => this.#add(condition));
  }

  /** "that are active": an adjective that names a boolean column asks for its truth. */
  addClaims(mentions: readonly Mention[]): void {
    for (const mention of mentions) {
      const choice = this.#options.choices.get(mention);
      if (choice?.kind === 'column' && isHappening(mention, choice.column)) {
        this.where.push({ kind: 'null', of: columnOf(choice.column), isNegated: true });
      }
      if (choice?.kind === 'column' && isExpired(mention, choice.column)) {
        const today = this.#options.context.now.slice(0, 10);
        const right: Expression = { kind: 'date', value: today, type: 'DATE' };
        this.where.push({ kind: 'compare', left: dateOf(choice.column), operator: '<', right });
      }
      if (choice?.kind !== 'column' || choice.column.kind !== 'boolean') continue;
      const value = !deniesState(mention.text, choice.column);
      const truth: Expression = { kind: 'boolean', value };
      this.where.push({
        kind: 'compare',
        left: columnOf(choice.column),
        operator: '=',
        right: truth,
      });
    }
  }

  /** The query, intersected with copies of itself for every value that must be met separately. */
  withAlternatives(query: LogicalQuery): LogicalQuery {
    return withAlternatives(query, {
      intersected: this.#intersected,
      excluded: this.#excluded,
      contradicted: this.#contradicted,
      key: this.#options.subject?.key ?? null,
    });
  }

  #add(condition: Condition): boolean {
    if (condition.kind === 'value' && !condition.isNegated && condition.values.length > 1) {
      const separate = this.#separateValues(condition);
      if (separate) return true;
    }
    const isApart = this.#apart.has(condition);
    const isHaving = !isApart && isAboutGroups(condition, this.#options.choices);
    const predicate = this.#predicate(condition);
    if (predicate === null) return false;
    if (predicate.kind === 'and' && predicate.of.length === 0) return true;
    const [only] = condition.kind === 'value' ? condition.values : [];
    const direction = only === undefined ? undefined : this.#options.directions.get(only);
    if (direction !== undefined) this.#directions.set(predicate, direction);
    if (isHaving) this.having.push(predicate);
    else this.#pushWhere(predicate);
    return true;
  }

  /** Two different values asked of one column contradict each other unless met by separate rows. */
  #pushWhere(predicate: Predicate): void {
    if (
      predicate.kind === 'compare' &&
      predicate.operator === '=' &&
      predicate.left.kind === 'column'
    ) {
      const { column } = predicate.left;
      const index = this.where.findIndex(
        (item) =>
          item.kind === 'compare' &&
          item.operator === '=' &&
          item.left.kind === 'column' &&
          item.left.column === column,
      );
      const earlier = this.where[index];
      if (earlier !== undefined && this.#intersected === null) {
        if (JSON.stringify(comparedValue(earlier)) === JSON.stringify(comparedValue(predicate)))
          return;
        const pair = [earlier, predicate].map((item) => ({
          predicate: item,
          direction: this.#directions.get(item),
        }));
        const directed = directedPair(pair, this.#options);
        this.where.splice(index, 1, ...(directed ?? []));
        if (directed !== null) return;
        this.#intersected = [earlier, predicate];
        return;
      }
    }
    this.where.push(predicate);
  }

  #separateValues(condition: Extract<Condition, { kind: 'value' }>): boolean {
    if (!condition.isAll || this.#intersected !== null) return false;
    const choices = condition.values.map((literal) => this.#options.choices.get(literal));
    const [first] = choices;
    if (first?.kind !== 'value') return false;
    const isSame = choices.every(
      (choice) => choice?.kind === 'value' && choice.column === first.column,
    );
    if (!isSame) return false;
    if (!condition.isBoth && this.#hasOne(first.table)) return false;
    this.#intersected = condition.values.map(
      (literal) => this.#valuePredicate([literal], condition) ?? { kind: 'and', of: [] },
    );
    return true;
  }

  /** Whether a row of the subject has one row of the table: an order is of one country, not of two. */
  #hasOne(table: TableModel): boolean {
    const { subject, context } = this.#options;
    if (subject === null || subject === table) return subject === table;
    const tree = joinTables([subject, table], context.model, context.words);
    return tree !== null && !isRepeated(tree, subject);
  }

  #predicate(condition: Condition): Predicate | null {
    const own = this.#positive(condition);
    const isApart = own !== null && this.#apart.has(condition);
    const positive = isApart ? countApart(condition, own, this.#options) : own;
    if (positive === null || !condition.isNegated || condition.kind === 'exists') return positive;
    return negate(positive);
  }

  #positive(condition: Condition): Predicate | null {
    switch (condition.kind) {
      case 'compare':
        return this.#comparison(condition);
      case 'value':
        return this.#valuePredicate(condition.values, condition);
      case 'quantity':
        return this.#quantity(condition);
      case 'pattern':
        return patternPredicate(this.#columnsOf(condition.hint ?? condition), condition);
      case 'between':
        return this.#between(condition);
      case 'missing': {
        const [column] = this.#columnsOf(condition.mention);
        return column === undefined
          ? null
          : { kind: 'null', of: columnOf(column), isNegated: false };
      }
      case 'recurring': {
        const [column] = this.#columnsOf(condition.mention ?? condition);
        if (column === undefined || !isDate(column)) return null;
        const of: Expression = { kind: 'part', part: condition.part, of: dateOf(column) };
        const values = condition.values.map((value): Expression => ({ kind: 'number', value }));
        return { kind: 'in', of, values };
      }
      case 'period': {
        const [column] = this.#columnsOf(condition.mention ?? condition);
        return column === undefined || !isDate(column) ? null : withinPeriod(column, condition);
      }
      case 'current':
        return currentPredicate(condition, this.#options);
      case 'or':
      case 'and': {
        const parts = condition.conditions.map((inner) => this.#predicate(inner));
        if (parts.some((part) => part === null)) return null;
        return { kind: condition.kind, of: parts as Predicate[] };
      }
      case 'exists':
        return this.#absence(condition);
    }
  }

  #columnsOf(subject: object): readonly ColumnModel[] {
    const choice = this.#options.choices.get(subject);
    if (choice === undefined) return [];
    return choice.kind === 'table' ? choice.table.labels : [choice.column];
  }

  #comparison(condition: Extract<Condition, { kind: 'compare' }>): Predicate | null {
    const choice = this.#options.choices.get(condition.mention ?? condition);
    let { operator } = condition;
    let left: Expression;
    let column: ColumnModel | null = null;
    if (condition.aggregate === 'count') {
      left = { kind: 'aggregate', name: 'count', isDistinct: false, of: null };
    } else {
      const referring =
        choice?.kind === 'table' ? referringColumn(choice.table, this.#options) : null;
      if (choice === undefined || (choice.kind === 'table' && referring === null)) return null;
      column = choice.kind === 'table' ? referring : choice.column;
      if (column === null) return null;
      left =
        condition.aggregate === null
          ? numberOf(column)
          : {
              kind: 'aggregate',
              name: condition.aggregate,
              isDistinct: false,
              of: numberOf(column),
            };
    }
    const aged = condition.mention === null && condition.measures.includes('age') ? column : null;
    // Rows are as old as they say, not as something that is related to them.
    if (aged !== null && aged.table !== (this.#options.subject ?? aged.table)) return null;
    if (aged !== null && isYearly(aged)) {
      const { operand } = condition;
      if (operand.kind === 'literal' && !isYear(Number(operand.literal.text))) return null;
      operator = mirror(operator);
    }
    if (column !== null && condition.isInvertedForDates && isDate(column)) {
      const age = ageComparison(condition, column, this.#options.context.now);
      if (age !== null) return age;
      operator = mirror(operator);
    }
    if (column !== null && condition.operand.kind === 'literal') {
      const lasting = lastingPredicate(column, operator, condition.operand.literal);
      if (lasting !== null) return lasting;
    }
    const right = multiple(condition, this.#operand(summedAlike(condition), column, operator));
    if (right === null || (column !== null && !isOrderable(column, operator, condition)))
      return null;
    if (column !== null && isDate(column) && right.kind === 'number' && isYear(right.value)) {
      left = { kind: 'part', part: 'year', of: dateOf(column) };
    } else if (column !== null && isDate(column) && right.kind === 'date') {
      left = dateOf(column);
    }
    if (
      operator === '=' &&
      right.kind === 'subquery' &&
      condition.operand.kind === 'query' &&
      condition.operand.aggregate === null
    ) {
      return { kind: 'inQuery', of: left, query: right.query, isNegated: false };
    }
    return { kind: 'compare', left, operator, right };
  }

  #operand(
    operand: Operand,
    compared: ColumnModel | null,
    operator: ComparisonOperator,
  ): Expression | null {
    const column = rangedOver(compared, operand);
    if (operand.kind === 'literal') return literalExpression(operand.literal, column);
    if (operand.kind === 'mention') {
      return mentionedOperand(operand, column, this.#options);
    }
    if (operand.kind === 'peers') return peersOperand(operand, column, this.#options.context);
    const { frame } = operand;
    // One row's value needs no aggregate; several rows are compared by their extreme.
    const isRow = operand.aggregate === null && operand.quantifier === null;
    const aggregate = isRow
      ? null
      : (operand.aggregate ?? extremeFor(operator, operand.quantifier));
    const inner: Frame = {
      ...frame,
      projections: [
        {
          aggregate,
          outerAggregate: null,
          mention: operand.mention,
          isDistinct: false,
          of: null,
          measures: [],
          operation: null,
          elapsed: null,
        },
      ],
    };
    const slots = collectSlots(inner, this.#options.context.model).map((slot) =>
      // The aggregate ranges over the compared column itself unless another is named.
      column !== null &&
      slot.subject === operand.mention &&
      (isRow ||
        slot.options.some(({ choice }) => choice.kind === 'column' && choice.column === column))
        ? {
            ...slot,
            options: [
              { choice: { kind: 'column' as const, column, table: column.table }, score: 1 },
            ],
          }
        : slot,
    );
    if (operand.mention === null && column !== null) {
      const projection = inner.projections[0];
      if (projection !== undefined)
        slots.push({
          subject: projection,
          options: [{ choice: { kind: 'column', column, table: column.table }, score: 1 }],
          context: null,
          contextWeight: 0,
          isProjected: false,
        });
    }
    for (const assignment of assign(slots, this.#options.context.model).slice(0, 3)) {
      const query = buildQuery(inner, assignment, this.#options.context);
      if (query !== null) return { kind: 'subquery', query };
    }
    return null;
  }

  #valuePredicate(
    values: readonly Literal[],
    condition: Extract<Condition, { kind: 'value' }>,
  ): Predicate | null {
    const byColumn = new Map<ColumnModel, Extract<Choice, { kind: 'value' }>[]>();
    for (const literal of values) {
      const choice = this.#options.choices.get(literal);
      if (choice?.kind !== 'value') return null;
      byColumn.set(choice.column, [...(byColumn.get(choice.column) ?? []), choice]);
    }
    const parts = [...byColumn].map(([column, choices]): Predicate => {
      const isContained = choices.some(({ match }) => match === 'contains');
      if (isContained) {
        const likes = choices.map(
          ({ value }): Predicate => ({ kind: 'like', of: columnOf(column), pattern: `%${value}%` }),
        );
        return likes.length === 1 && likes[0] !== undefined ? likes[0] : { kind: 'or', of: likes };
      }
      const expressions = choices.map(({ value }) => storedValue(column, value));
      const of =
        isDate(column) && expressions[0]?.kind === 'number'
          ? ({ kind: 'part', part: 'year', of: dateOf(column) } as const)
          : columnOf(column);
      const [only] = expressions;
      return expressions.length === 1 && only !== undefined
        ? { kind: 'compare', left: of, operator: '=', right: only }
        : { kind: 'in', of, values: expressions };
    });
    if (parts.length === 0) return null;
    return parts.length === 1
      ? (parts[0] ?? null)
      : { kind: condition.isAll ? 'and' : 'or', of: parts };
  }

  #quantity(condition: Extract<Condition, { kind: 'quantity' }>): Predicate | null {
    const choice = this.#options.choices.get(condition.mention ?? condition);
    if (choice === undefined && condition.mention !== null) return null;
    if (choice?.kind === 'column' && isStoredNumber(condition, choice)) {
      const right = storedValue(choice.column, String(condition.number));
      return { kind: 'compare', left: columnOf(choice.column), operator: '=', right };
    }
    const right: Expression = { kind: 'number', value: condition.number };
    if (choice?.kind === 'column' && choice.column.isMeasure) {
      return {
        kind: 'compare',
        left: numberOf(choice.column),
        operator: condition.operator,
        right,
      };
    }
    const left = countOfRelated(choice ?? null, condition);
    return { kind: 'compare', left, operator: condition.operator, right };
  }

  #between(condition: Extract<Condition, { kind: 'between' }>): Predicate | null {
    const [column] = this.#columnsOf(condition.mention ?? condition);
    if (column === undefined) return null;
    const low = this.#operand(condition.low, column, '>=');
    const high = this.#operand(condition.high, column, '<=');
    if (low === null || high === null) return null;
    const isYears = low.kind === 'number' && isYear(low.value) && isDate(column);
    const of: Expression = isYears
      ? { kind: 'part', part: 'year', of: dateOf(column) }
      : isDate(column)
        ? dateOf(column)
        : numberOf(column);
    return { kind: 'between', of, low, high };
  }

  /** No row related to the subject satisfies the inner frame. */
  #absence({
    frame,
    near,
    isNever = false,
  }: Extract<Condition, { kind: 'exists' }>): Predicate | null {
    const { context, choices, subject } = this.#options;
    const nearTable = near === null ? undefined : choices.get(near)?.table;
    const anchor =
      nearTable !== undefined && this.#options.tables.includes(nearTable) ? nearTable : subject;
    if (anchor === null) return null;
    const slots = collectSlots(frame, context.model);
    for (const assignment of assign(slots, context.model, [anchor]).slice(0, 4)) {
      const inner = new PredicateBuilder({
        ...this.#options,
        choices: assignment.choices,
        tables: assignment.tables,
        subject: anchor,
      });
      if (!inner.addAll(frame.conditions)) continue;
      inner.addClaims(frame.related);
      const needed = assignment.tables.filter((table) => table !== anchor);
      // "doctors without patients this year": when there were none, not when the doctor came.
      if (needed.length > 0 && inner.where.some((item) => isOnlyAbout(item, anchor))) continue;
      const values = near === null ? undefined : choices.get(near);
      const category = categoryAbsence(values, {
        frame,
        choices: assignment.choices,
        needed,
        inner,
        context,
        isNever,
      });
      if (category !== null) return category;
      if (needed.length === 0) {
        // What did not happen then is not that the rows themselves were not there.
        if (frame.verb !== null && deniesOnlyTime(frame, inner.where, context.model)) continue;
        if (inner.where.length === 0) {
          const missing = missingColumn(frame, assignment.choices, anchor);
          if (missing === null) continue;
          return { kind: 'null', of: columnOf(missing), isNegated: false };
        }
        const [only] = inner.where;
        if (inner.where.length === 1 && only?.kind === 'null') return negate(only);
        const columns = new Set(columnsRead(inner.where, 'own'));
        const contradicted = this.where.filter((item) =>
          columnsRead(item, 'own').some((column) => columns.has(column)),
        );
        if (contradicted.length > 0 && this.#excluded === null) {
          this.#excluded = inner.where;
          this.#contradicted = contradicted;
          return { kind: 'and', of: [] };
        }
        return negate(
          inner.where.length === 1 && only !== undefined ? only : { kind: 'and', of: inner.where },
        );
      }
      const [happening] = inner.where;
      if (inner.where.length === 1 && happening?.kind === 'null') {
        // "patients who have not been discharged": a row that still waits for it.
        const waiting = notIn({
          anchor,
          needed,
          inner: { where: [negate(happening)], having: [] },
          context,
        });
        if (waiting?.kind === 'inQuery') return negate(waiting);
      }
      const predicate = notIn({ anchor, needed, inner, context });
      if (predicate !== null) return predicate;
    }
    return null;
  }
}
