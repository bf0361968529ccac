import { isPointInTime } from '../grounding/column-role.ts';
import type { TableModel } from '../grounding/schema-model.ts';
import type { Frame } from '../parse/frame.ts';
import { namesTable } from '../parse/mentions.ts';
import { columnsRead } from '../query/columns-read.ts';
import type { LogicalQuery, Predicate, SelectItem } from '../query/logical.ts';
import { isUnique } from './grouping.ts';
import { isRepeated } from './join-tree.ts';
import type { Choice } from './slots.ts';

/** Whether a query that can be built answers something else than what was asked, or nothing. */
export function isSenseless(
  query: LogicalQuery,
  frame: Frame,
  choices: ReadonlyMap<object, Choice>,
): boolean {
  return (
    addsTwice(query) ||
    setsOfFigures(query) ||
    ranksSingles(query) ||
    query.select.some((item) => aggregatesNames(item, frame) || averagesLines(item, frame)) ||
    passesOverFigure(query, frame, choices) ||
    ranksFromAfar(query, frame, choices) ||
    lastsElsewhere(query, frame, choices) ||
    query.where.some((item) => findsNoNumber(item) || mixesTimes(item))
  );
}

/** A count without another count: single figures are no sets that could be told apart. */
function setsOfFigures({ setOperation, select, groupBy }: LogicalQuery): boolean {
  return (
    setOperation !== null &&
    groupBy.length === 0 &&
    select.some(({ expression }) => expression.kind === 'aggregate')
  );
}

/** Ranks rows by how many there are of each, where each is the only one of its name. */
export function ranksSingles({ from, groupBy, orderBy }: LogicalQuery): boolean {
  const [first] = orderBy;
  const isCount = first?.expression.kind === 'aggregate' && first.expression.name === 'count';
  return (
    isCount &&
    from.joins.length === 0 &&
    groupBy.some((expression) => expression.kind === 'column' && isUnique(expression.column))
  );
}

/** Sums by group over a join that repeats the rows with the figure: order totals by product. */
function addsTwice({ from, select, groupBy, orderBy }: LogicalQuery): boolean {
  if (groupBy.length === 0) return false;
  return [...select, ...orderBy].some(
    ({ expression }) =>
      expression.kind === 'aggregate' &&
      expression.name === 'sum' &&
      expression.of?.kind === 'column' &&
      isRepeated(from, expression.of.column.table),
  );
}

/**
 * Adds up or averages what is no amount: numbers of rows, truths, or, as "the average time between
 * orders", the dates of something.
 */
function aggregatesNames({ expression }: SelectItem, { projections }: Frame): boolean {
  if (expression.kind !== 'aggregate' || expression.name === 'count') return false;
  if (expression.of?.kind !== 'column') return false;
  const { column } = expression.of;
  const isAdded = /^(sum|avg)$/.test(expression.name);
  const isTime = projections.some(({ mention }) => /^times?$/i.test(mention?.text ?? ''));
  const isEntity = projections.some(({ mention }) => mention !== null && namesTable(mention));
  return (
    (column.isForeignKey && isEntity) ||
    (isAdded && column.kind === 'boolean') ||
    (isAdded && isTime && isPointInTime(column))
  );
}

/**
 * "How long is the total lesson time" is not how long somebody was a teacher, and patients stay as
 * long as their own admissions, not as the contracts of their doctors.
 */
function lastsElsewhere(
  { from }: LogicalQuery,
  { projections, conditions }: Frame,
  choices: ReadonlyMap<object, Choice>,
): boolean {
  const lasting = (part: Frame['projections'][number] | Frame['conditions'][number]) => {
    const isImplied = 'mention' in part && part.mention === null;
    const choice = isImplied ? choices.get(part) : undefined;
    const isLasting = choice?.kind === 'column' && choice.column.elapsed !== null;
    return isLasting && choice.table !== from.root ? [choice.table] : [];
  };
  const isFar = (table: TableModel) =>
    !from.joins.some(({ edge }) => edge.from === table && edge.to === from.root);
  return projections.flatMap(lasting).length > 0 || conditions.flatMap(lasting).some(isFar);
}

/** "Average invoice value" is no average of the amounts of its lines. */
function averagesLines({ expression }: SelectItem, { projections }: Frame): boolean {
  if (expression.kind !== 'aggregate' || /^(sum|count)$/.test(expression.name)) return false;
  if (expression.of?.kind !== 'column' || expression.of.column.lineAmount === null) return false;
  const owners = expression.of.column.table.columns
    .filter(({ isForeignKey }) => isForeignKey)
    .flatMap(({ words }) => words.filter((word) => !/^(id|number|no|code)$/.test(word)));
  return projections.some(({ mention }) =>
    owners.some((word) => mention?.text.toLowerCase().split(/\W+/).includes(word)),
  );
}

/** "Which products need to be reordered" is not answered by all that have a reorder level. */
function passesOverFigure(
  query: LogicalQuery,
  { related }: Frame,
  choices: ReadonlyMap<object, Choice>,
): boolean {
  const used = new Set(columnsRead(query, 'all'));
  return related.some((mention) => {
    const choice = choices.get(mention);
    return choice?.kind === 'column' && choice.column.isMeasure && !used.has(choice.column);
  });
}

/**
 * "The best customers" are not those of the transaction with the highest risk score, and "top
 * customers" not those with the highest number: an adjective ranks by a figure of the rows, or of
 * rows that refer to them.
 */
function ranksFromAfar(
  { from, select, orderBy }: LogicalQuery,
  { orders }: Frame,
  choices: ReadonlyMap<object, Choice>,
): boolean {
  return orders.some((order) => {
    if (!order.isSuperlative) return false;
    const [first] = orderBy;
    if (first?.expression.kind === 'column' && first.expression.column.isForeignKey) return true;
    // Entities are not ranked as the numbers that other rows know them by.
    const isImplied = order.mention === null && order.measures.length > 0;
    if (isImplied && select.some(isReference)) return true;
    const choice = isImplied ? choices.get(order) : undefined;
    if (choice?.kind !== 'column') return false;
    const { table } = choice.column;
    const isNear = from.joins.some(
      ({ edge }) =>
        (edge.from === table && edge.to === from.root) ||
        (edge.to === table && edge.from === from.root),
    );
    // Nor by the one largest row of many: the biggest customers are not those of the biggest order.
    const isMany = from.joins.some(({ edge }) => edge.from === table && edge.to === from.root);
    const isSingle = isMany && first?.expression.kind === 'column' && choice.column.isMeasure;
    return table !== from.root && (!isNear || isSingle);
  });
}

function isReference({ expression }: SelectItem): boolean {
  return expression.kind === 'column' && expression.column.isForeignKey;
}

/** A date that is compared with a number, other than that of its year, or how long with another figure. */
function mixesTimes(predicate: Predicate): boolean {
  if (predicate.kind !== 'compare') return false;
  const isLasting = [predicate.left, predicate.right].map(
    (side) => side.kind === 'column' && side.column.elapsed !== null,
  );
  const areColumns = predicate.left.kind === 'column' && predicate.right.kind === 'column';
  if (areColumns && isLasting[0] !== isLasting[1]) return true;
  const kinds = [predicate.left, predicate.right].map((side) =>
    side.kind === 'number'
      ? 'number'
      : side.kind === 'column'
        ? isPointInTime(side.column)
          ? 'time'
          : side.column.kind
        : null,
  );
  return kinds.includes('time') && kinds.includes('number');
}

/** A number that is looked for among words, all of which are known, and is not there. */
function findsNoNumber(predicate: Predicate): boolean {
  if (predicate.kind !== 'compare' || predicate.operator !== '=') return false;
  const { left, right } = predicate;
  if (left.kind !== 'column' || right.kind !== 'text' || left.column.kind !== 'text') return false;
  const { values, valuesAreComplete } = left.column.column;
  return /^[\d.,]+$/.test(right.value) && valuesAreComplete && !values.includes(right.value);
}
