import type { Mention } from '../grounding/link.ts';
import type { ComparisonOperator } from '../language/lexicon.ts';
import type { Scope } from './conditions.ts';
import type { Condition, Operand } from './frame.ts';

/** The condition that what a mention names compares so with an operand, row by row. */
export function comparison(
  { near }: Scope,
  {
    mention,
    operator,
    operand,
    isNegated,
  }: { mention: Mention; operator: ComparisonOperator; operand: Operand; isNegated: boolean },
): Condition {
  return {
    kind: 'compare',
    near,
    isNegated,
    aggregate: null,
    mention,
    measures: [],
    operator,
    isInvertedForDates: false,
    operand,
  };
}
