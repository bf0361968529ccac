import { identifies } from '../grounding/column-role.ts';
import type { ColumnModel, SchemaModel, TableModel } from '../grounding/schema-model.ts';
import { isMassNoun } from '../language/lexicon.ts';
import type { Frame, Projection } from '../parse/frame.ts';
import type { Choice } from './slots.ts';

interface Meaning {
  readonly frame: Frame;
  readonly choices: ReadonlyMap<object, Choice>;
  readonly model: SchemaModel;
}

/**
 * "The most popular product": what refers to the rows most often is counted, here in the largest
 * table that refers to them; rows of one table are all as frequent.
 */
export function countedFor(
  subject: TableModel,
  tables: readonly TableModel[],
  { frame: { orders, projections }, choices, model }: Meaning,
): TableModel | null {
  const isFrequent = orders.some(({ isFrequency, mention }) => isFrequency && mention === null);
  const isEntity = projections.some(
    ({ mention }) => mention !== null && choices.get(mention)?.kind === 'table',
  );
  const isTold = subject.labels.some(identifies);
  if (!isFrequent || !isEntity || !isTold || tables.length > 1) return null;
  const referring = model.keys
    .edgesOf(subject)
    .filter(({ from, to }) => to === subject && from !== subject)
    .map(({ from }) => from)
    .sort((a, b) => b.table.rowCount - a.table.rowCount);
  return referring[0] ?? null;
}

/** "Our revenue": a word for a whole, where rows hold its parts under another name. */
export function isMass(
  { mention, of }: Projection,
  column: ColumnModel,
  { frame: { projections, orders, groups, limit }, choices }: Meaning,
): boolean {
  const owner = of === null ? undefined : choices.get(of);
  const isAlone = projections.length === 1 && orders.length + groups.length === 0;
  return (
    isAlone &&
    limit === null &&
    column.isMeasure &&
    isMassNoun(mention?.text ?? '') &&
    !column.words.some((word) => mention?.text.toLowerCase().startsWith(word)) &&
    !(owner?.kind === 'table' && owner.table === column.table)
  );
}

/** The column that says how many of what the table is called each of its rows stands for. */
export function tallyOf({ columns, words }: TableModel): ColumnModel | null {
  const isTally = (column: ColumnModel) => {
    const own = column.words.filter((word) => !words.includes(word));
    return column.isMeasure && own.length === 1 && own[0] === 'count';
  };
  return columns.find(isTally) ?? null;
}
