import type { Mention } from '../grounding/link.ts';
import type { RowOperator } from '../query/logical.ts';
import type { Cursor } from './cursor.ts';
import { isMostlyValue, namesMeasure, namesTable } from './mentions.ts';

/** A column of a row and what is computed with it. */
export interface Operation {
  readonly operator: RowOperator;
  readonly mention: Mention;
}

const OPERATORS: readonly (readonly [string, RowOperator])[] = [
  ['minus|less', 'minus'],
  ['plus', 'plus'],
  ['+', 'plus'],
  ['times', 'times'],
  ['multiplied by|with', 'times'],
  ['divided by', 'per'],
  ['per|over', 'per'],
  ['as a|the? percentage|percent|share of', 'percent of'],
  ['in percent of', 'percent of'],
];

/** "… minus cost", "… per page": what follows a measure and computes with it; null when nothing does. */
export function readOperation(cursor: Cursor, measure: Mention): Operation | null {
  if (!isQuantity(measure)) return null;
  for (const [pattern, operator] of OPERATORS) {
    if (!cursor.looksAt(pattern)) continue;
    // "price per product" groups by products; a measure of the row divides.
    return cursor.attempt(() => {
      cursor.eat(pattern);
      const mention = operandAt(cursor);
      return mention !== null && sharesTable(measure, mention) ? { operator, mention } : null;
    });
  }
  return null;
}

/** "the ratio of spent to budget": both columns of the same row. */
export function readRatio(cursor: Cursor): (Operation & { readonly of: Mention }) | null {
  return cursor.attempt(() => readPair(cursor));
}

function readPair(cursor: Cursor): (Operation & { readonly of: Mention }) | null {
  cursor.eat('the');
  const operator: RowOperator | null = cursor.eat('ratio of|between')
    ? 'per'
    : cursor.eat('difference between')
      ? 'minus'
      : cursor.eat('product of')
        ? 'times'
        : cursor.eat('sum of')
          ? 'plus'
          : null;
  const of = operator === null ? null : operandAt(cursor);
  const mention = of !== null && cursor.eat('to|and') ? operandAt(cursor) : null;
  const isPair = of !== null && mention !== null && sharesTable(of, mention);
  return isPair && operator !== null ? { operator, of, mention } : null;
}

function operandAt(cursor: Cursor): Mention | null {
  cursor.eat('the|its|their');
  const mention = cursor.mentionAt();
  return mention !== null && isQuantity(mention) ? cursor.take(mention) : null;
}

function isQuantity(mention: Mention): boolean {
  return namesMeasure(mention) && !namesTable(mention) && !isMostlyValue(mention);
}

function sharesTable(a: Mention, b: Mention): boolean {
  const best = (mention: Mention) =>
    mention.names.filter(
      ({ kind, score }) => kind === 'column' && score >= (mention.names[0]?.score ?? 0) - 0.15,
    );
  return best(a).some(({ table }) => best(b).some((other) => other.table === table));
}
