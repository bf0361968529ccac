import type { Mention } from '../grounding/link.ts';
import type { NameCandidate } from '../grounding/name-index.ts';
import type { Frame } from './frame.ts';
import type { LiteralList } from './literals.ts';

/** "The number of male and female students": the column whose values are counted one by one. */
export function countedValues(
  { projections, conditions, orders }: Frame,
  { values, isAll, isBoth }: LiteralList,
  counted: Mention | null,
): Mention | null {
  const last = projections.at(-1);
  const isCount = last?.aggregate === 'count' && last.mention === null && !last.isDistinct;
  const isOpen = isCount && conditions.length + orders.length === 0 && counted !== null;
  const [first, ...others] = values.map(({ mention }) => mention);
  if (!isOpen || !isAll || isBoth || first == null || others.length === 0) return null;
  const shared = first.values.filter(({ column }) =>
    others.every((other) => other?.values.some((value) => value.column === column)),
  );
  const names = shared.map(
    ({ column, score }): NameCandidate => ({ kind: 'column', table: column.table, column, score }),
  );
  return names.length === 0 ? null : { ...first, names, values: [] };
}
