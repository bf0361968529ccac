import type { Mention } from '../grounding/link.ts';
import type { ColumnModel } from '../grounding/schema-model.ts';
import { isDate } from './column-values.ts';
import { countsTime } from './lasting.ts';
import type { Choice } from './slots.ts';

/** Nobody is born when a row is made: such a date is meant only where it is said. */
const BIRTH_LOSS = 0.5;

/** What happens to a row later, or is only planned, is rarely what dates it. */
export function dateScore({ words, table }: ColumnModel): number {
  const isLater = words.some((word) =>
    /^(due|expire|expiry|expiration|end|update|updated|modify|modified|return|close|resolve|clear|cancel|deadline|discharge|pay|paid|ship|deliver|finish|complete|leave|termination|terminate|term)$/.test(
      word,
    ),
  );
  const isOwn = words.some((word) => table.words.includes(word) || /^(create|created)$/.test(word));
  const isBirth = words.includes('birth');
  return 0.5 - (isLater ? 0.06 : 0) - (isBirth ? BIRTH_LOSS : 0) + (isOwn ? 0.02 : 0);
}

/** "Members" are no `member_id`: who means the key says so. */
export function saysLess({ text }: Mention, choice: Choice): boolean {
  if (choice.kind !== 'column' || !choice.column.isForeignKey) return false;
  return (
    /^(id|number|code)$/.test(choice.column.words.at(-1) ?? '') &&
    !/\b(ids?|no|numbers?|codes?)\b/i.test(text)
  );
}

/** How well a hint beside a value agrees with the column the value was found in. */
export function hinted(choice: Choice, hint: Mention | null): number {
  if (hint === null || choice.kind === 'table') return 0;
  let best = -0.25;
  for (const candidate of hint.names) {
    if (candidate.kind === 'column' && candidate.column === choice.column)
      best = Math.max(best, 0.4 * candidate.score);
    else if (candidate.table === choice.table && candidate.kind === 'table')
      best = Math.max(best, 0.3 * candidate.score);
    else if (candidate.table === choice.table) best = Math.max(best, -0.1);
  }
  return best;
}

/** A loan has a length, but a book that is longer than another has more pages. */
const LASTING_LOSS = 0.25;

/** How well a column fits an adjective that measures it by its word of this rank. */
export function measuredScore({ words, elapsed }: ColumnModel, rank: number): number {
  return 0.75 - 0.04 * rank - 0.02 * words.length - (elapsed === null ? 0 : LASTING_LOSS);
}

/** The column that a choice is in; null for a table. */
export function columnIn(choice: Choice): ColumnModel | null {
  return choice.kind === 'table' ? null : choice.column;
}

/** Whether a choice is of figures that may count time. */
export function isTimed(choice: Choice): boolean {
  return choice.kind !== 'table' && countsTime(choice.column);
}

/** Whether a choice is of dates. */
export function isDateChoice(choice: Choice): boolean {
  return choice.kind !== 'table' && isDate(choice.column);
}

/** A column with the value that is looked for in it. */
export function valued(choice: Choice, value: string): Choice {
  if (choice.kind === 'table') return choice;
  return { kind: 'value', column: choice.column, table: choice.table, value, match: 'equals' };
}
