import type { Mention } from '../grounding/link.ts';
import type { Cursor } from './cursor.ts';
import type { Condition } from './frame.ts';

/** "in stock", "out of stock", "sold out": something or nothing of it is left. */
export function readStock(cursor: Cursor, near: Mention | null): Condition | null {
  if (isInStock(cursor, near)) return stocked(near, '>');
  return cursor.eat('out of stock') || cursor.eat('sold out') ? stocked(near, '<=') : null;
}

/** "in stock" at the end of what is said; a procedure or column of that name has the better claim. */
function isInStock(cursor: Cursor, near: Mention | null): boolean {
  const stock = cursor.mentionAt(1);
  const table = near?.names[0]?.table;
  const isOwn = stock?.names.some(
    (name) => name.kind === 'column' && name.table === table && name.score > 0.8,
  );
  const isEnd = /^(|and|or|but|[,.?!])$/.test(cursor.word(2));
  return isOwn !== true && cursor.mentionAt() === null && isEnd && cursor.eat('in stock');
}

/** "in stock", "out of stock": something or nothing of it is left. */
function stocked(near: Mention | null, operator: '>' | '<='): Condition {
  return {
    kind: 'compare',
    near,
    isNegated: false,
    aggregate: null,
    mention: null,
    measures: ['stock', 'available', 'inventory', 'quantity'],
    operator,
    isInvertedForDates: false,
    operand: { kind: 'literal', literal: { text: '0', kind: 'number', mention: null } },
  };
}
