import { comparison } from './comparison.ts';
import type { Scope } from './conditions.ts';
import type { Cursor } from './cursor.ts';
import type { Condition } from './frame.ts';
import { isMostlyValue, namesColumn, namesTable } from './mentions.ts';
import { readOperand } from './operand.ts';
import { readOutnumbered } from './outnumbered.ts';

/** "more salary than", "a higher price than": the column stands inside the comparison. */
export function readInsideComparison(
  cursor: Cursor,
  scope: Scope,
  isNegated: boolean,
): Condition[] | null {
  const start = cursor.position;
  cursor.eat('a|an|the');
  const operator = {
    more: '>',
    higher: '>',
    greater: '>',
    larger: '>',
    bigger: '>',
    less: '<',
    lower: '<',
    fewer: '<',
    smaller: '<',
  }[cursor.word()] as '>' | '<' | undefined;
  const mention = operator === undefined ? null : cursor.mentionAt(1);
  if (
    operator !== undefined &&
    mention !== null &&
    (namesColumn(mention) || namesTable(mention)) &&
    !isMostlyValue(mention)
  ) {
    cursor.advance();
    cursor.take(mention);
    const counted = readOutnumbered(cursor, scope, mention, operator, isNegated);
    if (counted !== null) return counted;
    if (cursor.eat('than')) {
      const operand = readOperand(cursor, mention);
      if (operand !== null) return [comparison(scope, { mention, operator, operand, isNegated })];
    }
  }
  cursor.position = start;
  return null;
}
