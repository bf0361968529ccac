import type { Mention } from '../grounding/link.ts';
import { lemma } from '../language/lemma.ts';
import type { Token } from '../language/tokenize.ts';
import type { Frame } from './frame.ts';

/**
 * "Novels longer than 300 pages": where a stored kind is said like a noun and nothing else is, the
 * rows of that kind are meant. Null where a name is said, or something is that has a kind.
 */
export function categoryNoun(frame: Frame, tokens: readonly Token[]): Mention | null {
  const [first] = frame.conditions;
  const literal = first?.kind === 'value' && !first.isNegated ? first.values[0] : undefined;
  const mention = literal?.mention ?? null;
  if (first?.kind !== 'value' || mention === null || mention.isQuoted || first.hint !== null)
    return null;
  const opening = tokens.slice(0, mention.start);
  const isHead = opening.every(({ lower }) =>
    /^(the|all|any|our|which|what|list|show|find|give|get|me|us|are|there|display)$/.test(lower),
  );
  if (!isHead || !isPlural(mention)) return null;
  const names = mention.values.flatMap(({ column, score, match }) =>
    column.table.labels.includes(column) || column.isKey || match === 'word'
      ? []
      : [{ kind: 'table' as const, table: column.table, score }],
  );
  return names.length === 0 ? null : { ...mention, names, values: [] };
}

/** A name in its plural form is rare: "toys" are things, and "Paris" is not. */
function isPlural({ text, start, values }: Mention): boolean {
  const word = text.toLowerCase();
  // At the beginning every word has a capital: what is stored in the singular is no name.
  const isSmall = /^\p{Ll}/u.test(text) || (start === 0 && values[0]?.match === 'stemmed');
  return isSmall && lemma(word) !== word && word.endsWith('s');
}
