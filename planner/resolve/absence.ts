import { isPointInTime } from '../grounding/column-role.ts';
import { other } from '../grounding/key-graph.ts';
import type { ColumnModel, SchemaModel, TableModel } from '../grounding/schema-model.ts';
import type { Frame } from '../parse/frame.ts';
import { namesTable } from '../parse/mentions.ts';
import { columnsRead } from '../query/columns-read.ts';
import type { LogicalQuery, Predicate } from '../query/logical.ts';
import { columnOf, rowsWhere } from '../query/logical.ts';
import type { BuildContext } from './build.ts';
import { isUnique } from './grouping.ts';
import { joinTables } from './join-tree.ts';
import { mentionsTable } from './predicate-parts.ts';
import type { Choice } from './slots.ts';

export interface NotInOptions {
  /** The table whose rows are kept. */
  readonly anchor: TableModel;
  /** The tables that the conditions are about. */
  readonly needed: readonly TableModel[];
  /** What the related rows satisfy. */
  readonly inner: { readonly where: readonly Predicate[]; readonly having: readonly Predicate[] };
  readonly context: BuildContext;
}

/** That the anchor's row has no related row with these conditions; null where nothing relates them. */
export function notIn({ anchor, needed, inner, context }: NotInOptions): Predicate | null {
  const tree = joinTables([anchor, ...needed], context.model, context.words);
  const first = tree?.joins[0];
  if (tree === null || first === undefined || other(first.edge, first.table) !== anchor)
    return null;
  const isChild = first.edge.from === first.table;
  const [own, theirs] = isChild
    ? [first.edge.toColumns[0], first.edge.fromColumns[0]]
    : [first.edge.fromColumns[0], first.edge.toColumns[0]];
  if (own === undefined || theirs === undefined) return null;
  const usesAnchor = inner.where.some((predicate) => mentionsTable(predicate, anchor));
  const rest = tree.joins.slice(1);
  const touchesAnchor = rest.some(({ edge }) => edge.from === anchor || edge.to === anchor);
  const from = usesAnchor || touchesAnchor ? tree : { root: first.table, joins: rest };
  const selected = usesAnchor || touchesAnchor ? own : theirs;
  const query: LogicalQuery = {
    ...rowsWhere({
      select: [{ expression: columnOf(selected), alias: null }],
      from,
      where: [...inner.where, { kind: 'null', of: columnOf(selected), isNegated: true }],
    }),
    groupBy: inner.having.length > 0 ? [columnOf(selected)] : [],
    having: inner.having,
  };
  const absent: Predicate = { kind: 'inQuery', of: columnOf(own), query, isNegated: true };
  // What refers to nothing has no related row either.
  if (isChild || (own.column.nullCount ?? 0) === 0) return absent;
  return { kind: 'or', of: [{ kind: 'null', of: columnOf(own), isNegated: false }, absent] };
}

/**
 * "Countries with no pro users": values of a column none of whose rows meet the conditions. Null where
 * the request is not about such values, or names no rows that they could be without.
 */
export function categoryAbsence(
  values: Choice | undefined,
  {
    frame,
    choices,
    needed,
    inner,
    context,
    isNever,
  }: Omit<NotInOptions, 'anchor'> & {
    readonly isNever: boolean;
    readonly frame: Frame;
    readonly choices: ReadonlyMap<object, Choice>;
  },
): Predicate | null {
  if (values?.kind !== 'column' || inner.having.length > 0) return null;
  const { column } = values;
  const isRow = column.isKey || column.table.labels.includes(column) || isUnique(column);
  const isFigure = column.isMeasure || isPointInTime(column);
  const namesRows =
    // "Drugs never prescribed in Oncology": none of the rows with such a value.
    (isNever && needed.length > 0) ||
    frame.related.some((mention) => choices.get(mention)?.kind === 'table') ||
    // "No pro users": the noun after a value names its rows.
    frame.conditions.some(
      (condition) =>
        condition.kind === 'value' && condition.hint !== null && namesTable(condition.hint),
    );
  if (isRow || isFigure || !namesRows || (needed.length === 0 && inner.where.length === 0))
    return null;
  const from = joinTables([column.table, ...needed], context.model, context.words);
  if (from === null) return null;
  const known: Predicate = { kind: 'null', of: columnOf(column), isNegated: true };
  const query = rowsWhere({
    select: [{ expression: columnOf(column), alias: null }],
    from,
    where: [...inner.where, known],
  });
  return { kind: 'inQuery', of: columnOf(column), query, isNegated: true };
}

/** "customers without a phone": a column of the row itself that holds nothing. */
export function missingColumn(
  frame: Frame,
  choices: ReadonlyMap<object, Choice>,
  anchor: TableModel,
): ColumnModel | null {
  for (const mention of frame.related) {
    const choice = choices.get(mention);
    if (
      choice?.kind === 'column' &&
      choice.table === anchor &&
      (choice.column.column.nullCount ?? 0) > 0
    )
      return choice.column;
  }
  return null;
}

/**
 * "Have not bought anything this year", where nothing tells of buying: a date of the rows themselves says
 * nothing about it, unless it is the one that the verb names.
 */
export function deniesOnlyTime(
  { conditions, verb }: Frame,
  where: readonly Predicate[],
  { names }: SchemaModel,
): boolean {
  const isTime = conditions.length > 0 && conditions.every(({ kind }) => kind === 'period');
  const said = names.similarWords(verb ?? '');
  return (
    isTime &&
    !columnsRead(where, 'own').some(({ words }) =>
      words.some((word) => (said.get(word) ?? 0) > 0.7),
    )
  );
}
