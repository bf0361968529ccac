import type { ColumnModel } from '../grounding/schema-model.ts';
import type { Condition, Literal } from '../parse/frame.ts';

/**
 * Two values side by side that are one row's first and last name, "Mark Twain": the label
 * columns that both can be read as, by literal.
 */
export function fullNames(
  conditions: readonly Condition[],
): ReadonlyMap<Literal, ReadonlySet<ColumnModel>> {
  const found = new Map<Literal, Set<ColumnModel>>();
  const values = conditions.flatMap((condition) =>
    condition.kind === 'value'
      ? condition.values
      : condition.kind === 'or' || condition.kind === 'and'
        ? condition.conditions.flatMap((inner) => (inner.kind === 'value' ? inner.values : []))
        : [],
  );
  for (const [index, first] of values.entries()) {
    const second = values[index + 1];
    if (
      first.mention === null ||
      second?.mention == null ||
      first.mention.end !== second.mention.start
    )
      continue;
    for (const candidate of first.mention.values) {
      const [given, family] = candidate.column.table.labels;
      if (given !== candidate.column || family === undefined) continue;
      if (!second.mention.values.some(({ column }) => column === family)) continue;
      found.set(first, (found.get(first) ?? new Set()).add(given));
      found.set(second, (found.get(second) ?? new Set()).add(family));
    }
  }
  return found;
}
