import type { Mention } from '../grounding/link.ts';
import type { Cursor } from './cursor.ts';
import type { Condition } from './frame.ts';
import type { LiteralList } from './literals.ts';
import { isMostlyValue, namesColumn } from './mentions.ts';

const CONTAINS = [
  'contain|contains|containing|contained|include|includes|including|like|have|has|having|with the|a|an? substring|word|phrase|letter|string|letters|words|text|character|prefix of?',
  'contain|contains|containing|contained|like',
  'includes|include|including',
];

/** "starts with the letter D", "contains 'x' in its name": a text that a column's values hold. */
export function readPattern(
  cursor: Cursor,
  { near }: { readonly near: Mention | null },
  hint: Mention | null,
  isNegated: boolean,
): Condition[] | null {
  const start = cursor.position;
  let operator: 'contains' | 'starts' | 'ends' | null = null;
  if (cursor.eat('start|starts|starting|begin|begins|beginning with')) operator = 'starts';
  else if (cursor.eat('end|ends|ending with')) operator = 'ends';
  else if (cursor.looksAt('end|ends|ending in') && cursor.peek(2)?.kind === 'quoted') {
    cursor.advance(2);
    operator = 'ends';
  } else if (CONTAINS.some((pattern) => cursor.eat(pattern))) operator = 'contains';
  else if (cursor.eat('substring|containing')) operator = 'contains';
  if (operator === null) return null;
  cursor.eat('the|a|an');
  cursor.eat(
    'substring|word|phrase|letter|string|letters|words|text|character|prefix|capital|suffix',
  );
  cursor.eat('letter|of');
  const token = cursor.peek();
  const isText =
    token !== null &&
    (token.kind === 'quoted' ||
      /^\p{L}$/u.test(token.text) ||
      /^\p{Lu}/u.test(token.text) ||
      hint !== null) &&
    token.kind !== 'punctuation';
  const mention = cursor.mentionAt();
  const isNoun =
    token?.kind !== 'quoted' &&
    mention !== null &&
    !isMostlyValue(mention) &&
    mention.names.length > 0 &&
    !/^\p{Lu}/u.test(mention.text);
  if (token === null || !isText || isNoun) {
    cursor.position = start;
    return null;
  }
  cursor.advance();
  const texts = [token.text];
  while (cursor.looksAt('or') && isShortText(cursor, 1)) {
    texts.push(cursor.peek(1)?.text ?? '');
    cursor.advance(2);
  }
  const column = hint ?? readPatternColumn(cursor);
  const patterns = texts.map(
    (text): Condition => ({
      kind: 'pattern',
      near,
      isNegated,
      hint: column,
      operator,
      text,
    }),
  );
  const [only] = patterns;
  return patterns.length === 1 && only !== undefined
    ? [only]
    : [{ kind: 'or', near, isNegated: false, conditions: patterns }];
}

function isShortText(cursor: Cursor, offset: number): boolean {
  const token = cursor.peek(offset);
  return token !== null && (token.kind === 'quoted' || /^\p{Lu}$/u.test(token.text));
}

/** "the letter D in their first name": the column follows the text. */
function readPatternColumn(cursor: Cursor): Mention | null {
  const start = cursor.position;
  if (!cursor.eat('in|within')) return null;
  cursor.eat('its|their|his|her|the');
  const mention = cursor.mentionAt();
  if (mention !== null && !isMostlyValue(mention) && namesColumn(mention))
    return cursor.take(mention);
  cursor.position = start;
  return null;
}

/** "have 'x' as a substring in the title" */
export function readContained(
  cursor: Cursor,
  { values }: LiteralList,
  near: Mention | null,
  isNegated: boolean,
): Condition[] | null {
  const [only] = values;
  if (values.length !== 1 || only === undefined || !cursor.eat('as a|the? substring|part'))
    return null;
  cursor.eat('in|of|within');
  cursor.eat('its|their|the');
  const mention = cursor.mentionAt();
  const hint = mention === null ? null : cursor.take(mention);
  return [{ kind: 'pattern', near, isNegated, hint, operator: 'contains', text: only.text }];
}
