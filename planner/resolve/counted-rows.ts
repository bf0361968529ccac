import type { TableModel } from '../grounding/schema-model.ts';
import type { Frame, Projection } from '../parse/frame.ts';
import type { Expression, JoinTree } from '../query/logical.ts';
import { columnOf } from '../query/logical.ts';
import type { BuildContext } from './build.ts';
import { aggregated } from './build-parts.ts';
import { isDate } from './column-values.ts';
import { tallyOf } from './implied-figures.ts';
import { isRepeated, joinTables } from './join-tree.ts';
import type { Choice } from './slots.ts';

export interface CountContext {
  readonly frame: Frame;
  readonly choices: ReadonlyMap<object, Choice>;
  /** The joined tables, once they are known. */
  readonly from: JoinTree | null;
  readonly context: BuildContext;
}

/** How many there are of what is counted: rows, each once, or different values. */
export function countOf(
  choice: Choice | null,
  { isDistinct, outerAggregate }: Pick<Projection, 'isDistinct' | 'outerAggregate'>,
  context: CountContext,
): Expression {
  const rows: Expression = { kind: 'aggregate', name: 'count', isDistinct: false, of: null };
  if (choice === null || choice.kind === 'table') {
    const tally = choice === null || isDistinct ? null : tallyOf(choice.table);
    if (tally !== null) return aggregated('sum', tally);
    // "Of those who ordered, how many are gold?" counts what the request is about.
    const counted = choice?.table ?? context.from?.root ?? null;
    const key = counted?.key ?? null;
    const repeats = counted !== null && countsTwice(counted, context);
    return (isDistinct || repeats) && key !== null
      ? { kind: 'aggregate', name: 'count', isDistinct: true, of: columnOf(key) }
      : rows;
  }
  const { column } = choice;
  if (outerAggregate !== null) return aggregated(outerAggregate, column);
  if (column.isMeasure && !isDistinct) return aggregated('sum', column);
  // "How many users signed up": those who did, not the days on which they did.
  const isRow = column === column.table.key || isDate(column);
  if (isRow && !isDistinct) return rows;
  return { kind: 'aggregate', name: 'count', isDistinct: true, of: columnOf(column) };
}

/**
 * Whether the joins repeat rows that are counted. Within groups they are repeated only if the relation
 * itself repeats, which is then meant, or if a table is joined that only decides which rows count.
 */
function countsTwice(
  table: TableModel,
  { frame: { projections, groups, timeGroups }, choices, from, context }: CountContext,
): boolean {
  if (from === null || !isRepeated(from, table)) return false;
  const isAlone = projections.length === 1 && groups.length + timeGroups.length === 0;
  const counts = projections.filter((item) => item.aggregate === 'count');
  if (isAlone || counts.length > 1) return true;
  const grouped = groups.flatMap(({ mention }) => choices.get(mention)?.table ?? []);
  if (grouped.length === 0) return false;
  const needed = joinTables([...new Set([table, ...grouped])], context.model, context.words);
  return needed !== null && !isRepeated(needed, table);
}
