import { comparison } from './comparison.ts';
import type { Scope } from './conditions.ts';
import type { Cursor } from './cursor.ts';
import type { Condition } from './frame.ts';
import { newFrame } from './frame.ts';
import { isMostlyValue } from './mentions.ts';
import { readModifiers } from './modifiers.ts';
import { readReferredRow } from './named-row.ts';

/** "in the same department as Clara": equal to what the named row has. */
export function readSame(cursor: Cursor, scope: Scope, isNegated: boolean): Condition[] | null {
  const start = cursor.position;
  cursor.eat('the');
  if (!cursor.eat('same')) return null;
  const mention = cursor.mentionAt();
  if (mention === null || isMostlyValue(mention)) {
    cursor.position = start;
    return null;
  }
  cursor.take(mention);
  if (!cursor.eat('as|with|of')) {
    if (scope.frame.isPaired) {
      scope.frame.pairedBy = mention;
      return [];
    }
    cursor.position = start;
    return null;
  }
  const referred = readReferredRow(cursor);
  if (referred !== null) {
    return [comparison(scope, { mention, operator: '=', operand: referred, isNegated })];
  }
  cursor.eat('that of');
  cursor.eat('the');
  const frame = newFrame(cursor.covered);
  if (scope.near !== null) frame.related.push(scope.near);
  readModifiers(cursor, frame, scope.near, { isInner: true });
  if (frame.conditions.length === 0) {
    cursor.position = start;
    return null;
  }
  const operand = { kind: 'query', aggregate: null, quantifier: null, mention, frame } as const;
  return [comparison(scope, { mention, operator: '=', operand, isNegated })];
}
