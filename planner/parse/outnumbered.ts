import type { Mention } from '../grounding/link.ts';
import type { Scope } from './conditions.ts';
import type { Cursor } from './cursor.ts';
import type { Condition } from './frame.ts';
import { newFrame } from './frame.ts';
import { readLiteral } from './literals.ts';
import { namesTable } from './mentions.ts';

/** "more players than Harbor United": the rows of both are counted. */
export function readOutnumbered(
  cursor: Cursor,
  { near }: Scope,
  mention: Mention,
  operator: '>' | '<',
  isNegated: boolean,
): Condition[] | null {
  if (!namesTable(mention) || near === null) return null;
  return cursor.attempt(() => {
    if (!cursor.eat('than')) return null;
    const literal = readLiteral(cursor);
    if (literal?.kind !== 'text' || literal.mention === null) return null;
    const frame = newFrame(cursor.covered);
    frame.conditions.push({
      kind: 'value',
      near,
      isNegated: false,
      hint: null,
      values: [literal],
      isAll: false,
      isBoth: false,
    });
    return [
      {
        kind: 'compare',
        near,
        isNegated,
        aggregate: 'count',
        mention,
        measures: [],
        operator,
        isInvertedForDates: false,
        operand: { kind: 'query', aggregate: 'count', quantifier: null, mention, frame },
      },
    ];
  });
}
