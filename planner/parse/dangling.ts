import type { Mention } from '../grounding/link.ts';
import type { Token } from '../language/tokenize.ts';

/**
 * A pronoun that stands for something the request does not say, as in "which customer placed it?"
 * or "how many of them are gold?"; null where there is none. What it stands for may be in an
 * earlier question; alone, the request asks about rows that nobody has named.
 */
export function danglingPronoun(
  tokens: readonly Token[],
  mentions: readonly Mention[],
): string | null {
  for (const [position, { text, lower }] of tokens.entries()) {
    const isPartOf = tokens[position - 1]?.lower === 'of';
    const isAlone = lower === 'they' || (/^(it|them)$/.test(lower) && isAtEnd(tokens, position));
    if (!(isPartOf && /^(it|them|those|these)$/.test(lower)) && !isAlone) continue;
    // "Of those who stayed": what follows says which.
    if (isPartOf && !isAtEnd(tokens, position) && startsClause(tokens[position + 1])) continue;
    const before = mentions.filter(({ start, end }) => start >= 0 && end <= position);
    const [only, ...others] = before;
    if (only === undefined) return text;
    if (others.length > 0) continue;
    // The only noun before it is what is done or who does it, unless a clause has ended in between.
    const between = tokens.slice(only.end, position);
    if (!between.some(({ lower: word }) => /^(and|or|but|then|,|;|\.)$/.test(word))) return text;
  }
  return null;
}

function isAtEnd(tokens: readonly Token[], position: number): boolean {
  return tokens.slice(position + 1).every(({ lower }) => /^[.?!]+$/.test(lower));
}

function startsClause(token: Token | undefined): boolean {
  return token !== undefined && /^(who|that|which|whose|with|without|in|from)$/.test(token.lower);
}
