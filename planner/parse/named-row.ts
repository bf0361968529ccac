import type { Mention } from '../grounding/link.ts';
import type { Cursor } from './cursor.ts';
import type { Literal, Operand } from './frame.ts';
import { newFrame } from './frame.ts';
import { isMostlyValue } from './mentions.ts';

/** "longer than Winter Hill": that row's value of the compared column; null for other literals. */
export function namedRow(
  cursor: Cursor,
  literal: Literal,
  compared: Mention | null,
): Operand | null {
  const before = cursor.tokens[(literal.mention?.start ?? 0) - 1]?.lower ?? '';
  if (literal.kind !== 'text' || !/^(than|after|before|above|below|over|under)$/.test(before))
    return null;
  const column = literal.mention?.values[0]?.column;
  // A name stands for its row; a category does not.
  if (column === undefined || !column.table.labels.includes(column)) return null;
  const frame = newFrame(cursor.covered);
  frame.conditions.push({
    kind: 'value',
    near: null,
    isNegated: false,
    hint: null,
    values: [literal],
    isAll: false,
    isBoth: false,
  });
  // "Emma Wilson" of whom nobody is called so is no row.
  if (/^\p{Lu}/u.test(cursor.peek()?.text ?? '') && literal.mention?.end === cursor.position)
    return null;
  const isUnique = column.column.distinctCount === column.table.table.rowCount;
  const quantifier = isUnique ? null : 'all';
  return { kind: 'query', aggregate: null, quantifier, mention: compared, frame };
}

/** "their manager", "their manager's salary": a row that this row refers to; null for anything else. */
export function readReferredRow(cursor: Cursor): Extract<Operand, { kind: 'mention' }> | null {
  return cursor.attempt(() => readReferred(cursor));
}

function readReferred(cursor: Cursor): Extract<Operand, { kind: 'mention' }> | null {
  cursor.eat('that|those of');
  const isOwn = cursor.eat('their|his|her|its|the|own');
  const mention = cursor.mentionAt();
  if (!isOwn || mention === null || !refersToOwnTable(mention)) return null;
  cursor.take(mention);
  cursor.eat('own');
  const column = cursor.eat("'s") || cursor.eat('own') ? cursor.mentionAt() : null;
  if (column === null || isMostlyValue(column)) return { kind: 'mention', mention, of: null };
  return { kind: 'mention', mention: cursor.take(column), of: mention };
}

/** Whether the mention names a key that refers to rows of its own table. */
function refersToOwnTable(mention: Mention): boolean {
  const best = mention.names[0]?.score ?? 0;
  return (
    !isMostlyValue(mention) &&
    mention.names.some(
      (name) => name.kind === 'column' && name.score >= best - 0.15 && name.column.refersToOwnTable,
    )
  );
}
