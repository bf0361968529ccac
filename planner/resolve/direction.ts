import type { KeyEdge } from '../grounding/key-graph.ts';
import type { ColumnModel, TableModel } from '../grounding/schema-model.ts';
import type { Direction } from '../parse/frame.ts';
import type { Predicate } from '../query/logical.ts';
import type { PredicateOptions } from './predicate-parts.ts';

/** What keys that say where something begins or ends are called. */
const ROLES: Readonly<Record<Direction, ReadonlySet<string>>> = {
  from: new Set(
    'from origin source src start begin departure depart sender send seller giver'.split(' '),
  ),
  to: new Set(
    'to destination dest dst target end finish arrival arrive receiver recipient receive buyer'.split(
      ' ',
    ),
  ),
};

/**
 * "from Berlin to Oslo": one row refers to both through keys of its own, so that neither value
 * contradicts the other; null where no pair of keys says which is which.
 */
export function directedPair(
  pair: readonly { readonly predicate: Predicate; readonly direction: Direction | undefined }[],
  { tables, context }: Pick<PredicateOptions, 'tables' | 'context'>,
): readonly Predicate[] | null {
  const directed = pair.map(({ predicate, direction }): Predicate | null => {
    if (direction === undefined || predicate.kind !== 'compare') return null;
    if (predicate.left.kind !== 'column') return null;
    const { column } = predicate.left;
    const edges = tables.flatMap((table) => edgesTo(table, column.table, context));
    const edge = edges.find(({ fromColumns }) =>
      fromColumns[0]?.words.some((word) => ROLES[direction].has(word)),
    );
    return edge === undefined ? null : { ...predicate, left: { kind: 'referred', edge, column } };
  });
  const isOpposed = new Set(pair.map(({ direction }) => direction)).size === pair.length;
  return isOpposed && directed.every((item) => item !== null) ? (directed as Predicate[]) : null;
}

function edgesTo(
  table: TableModel,
  target: TableModel,
  { model }: PredicateOptions['context'],
): readonly KeyEdge[] {
  return model.keys.edgesBetween(table, target).filter(({ from }) => from === table);
}

/** How well a column that keeps one end of a way itself fits "from" or "to"; 0 where it says neither. */
export function directionFit(column: ColumnModel, direction: Direction): number {
  const opposite = direction === 'from' ? 'to' : 'from';
  if (column.words.some((word) => ROLES[direction].has(word))) return 0.1;
  return column.words.some((word) => ROLES[opposite].has(word)) ? -0.3 : 0;
}
