import type { ColumnModel } from '../grounding/schema-model.ts';
import type { Interpretation, Reading } from '../interpret.ts';
import type { Plan } from '../plan.ts';

/** Which words of a request a reading takes for what. */
export function groundingOf(
  interpretation: Pick<Interpretation, 'mentions'>,
  reading: Pick<Reading, 'assignment'>,
): Plan['grounding'] {
  return interpretation.mentions.flatMap((mention) => {
    const choice = reading.assignment.choices.get(mention);
    if (choice === undefined) return [];
    const meaning =
      choice.kind === 'table'
        ? choice.table.table.name
        : choice.kind === 'column'
          ? label(choice.column)
          : `${label(choice.column)} = ${choice.value}`;
    return [{ text: mention.text, meaning }];
  });
}

function label(column: ColumnModel): string {
  return `${column.table.table.name}.${column.column.name}`;
}
