import type { Mention } from '../grounding/link.ts';
import type { ColumnModel } from '../grounding/schema-model.ts';
import type { Comparator } from './comparators.ts';
import type { Operand } from './frame.ts';
import { namesTable } from './mentions.ts';
import type { NounPhrase } from './noun-phrase.ts';

/** "films after 2005": what is no point in time cannot be later than one. */
export function isComparable(
  mention: Mention,
  operand: Operand,
  { aggregates }: NounPhrase,
): boolean {
  if (operand.kind !== 'literal' || operand.literal.kind !== 'date') return true;
  if (aggregates.length > 0) return true;
  return mention.names.some(
    (name) => name.kind === 'column' && (isTemporal(name.column) || name.column.isNumericText),
  );
}

function isTemporal({ kind, dateTextFormat, words }: ColumnModel): boolean {
  return /^(date|time|timestamp)$/.test(kind) || dateTextFormat !== null || words.includes('year');
}

/** "wines after 2008": the wines have a date, they are none. */
export function isDatedNoun(
  mention: Mention,
  operand: Operand,
  { measures }: Comparator,
  { aggregates }: NounPhrase,
): boolean {
  return (
    measures.includes('date') &&
    namesTable(mention) &&
    operand.kind === 'literal' &&
    aggregates.length === 0
  );
}
