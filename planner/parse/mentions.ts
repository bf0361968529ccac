import { isPointInTime } from '../grounding/column-role.ts';
import type { Mention } from '../grounding/link.ts';
import type { Cursor } from './cursor.ts';
import { isYear } from './dates.ts';

/** Whether the best readings of a mention are values rather than names. */
export function isMostlyValue(mention: Mention): boolean {
  const name = mention.names[0]?.score ?? 0;
  const value = mention.values[0]?.score ?? 0;
  if (mention.values.length === 0) return mention.isQuoted && name < 0.9;
  if (mention.isQuoted) return name < 0.9 || value >= 0.85;
  const isCapital = /^\p{Lu}/u.test(mention.text);
  if (isCapital) return value >= name - 0.15;
  return value > name + 0.05;
}

/** Whether the mention may name a table. */
export function namesTable(mention: Mention): boolean {
  const best = mention.names[0];
  return mention.names.some(
    (candidate) => candidate.kind === 'table' && candidate.score >= (best?.score ?? 0) - 0.15,
  );
}

/** Whether the mention may name a column. */
export function namesColumn(mention: Mention): boolean {
  const best = mention.names[0];
  return mention.names.some(
    (candidate) => candidate.kind === 'column' && candidate.score >= (best?.score ?? 0) - 0.15,
  );
}

/** Whether the mention may name a numeric column that measures something. */
export function namesMeasure(mention: Mention): boolean {
  const best = mention.names[0]?.score ?? 0;
  return mention.names.some(
    (candidate) =>
      candidate.kind === 'column' && candidate.column.isMeasure && candidate.score >= best - 0.15,
  );
}

/** Whether the mention most likely names a column of dates or of years. */
export function namesTime(mention: Mention): boolean {
  const [best] = mention.names;
  if (best?.kind !== 'column') return false;
  const { kind, column } = best.column;
  const isYearly =
    kind === 'number' && isYear(Number(column.minimum)) && isYear(Number(column.maximum));
  return isYearly || namesDate(mention);
}

/** Whether the mention most likely names a column of dates. */
export function namesDate({ names: [best] }: Mention): boolean {
  return best?.kind === 'column' && isPointInTime(best.column);
}

/** "Novels published after 1990": a participle says something of the noun before it, and is none. */
export function isSaidOf(cursor: Cursor, mention: Mention): boolean {
  const after = cursor.word(mention.end - cursor.position);
  return (
    /(ed|en)$/.test(mention.text) &&
    /^(after|before|in|since|between|by|on|at)$/.test(after) &&
    !namesTable(mention)
  );
}
