import type { Token } from '../language/tokenize.ts';
import type { LogicalQuery, Predicate } from '../query/logical.ts';

/** A question for yes or no, with the request for the rows that decide it. */
export interface YesNo {
  readonly rows: string;
  /** `some` asks whether there is such a row, `all` whether its last claim holds for every row. */
  readonly quantifier: 'some' | 'all';
  /** What the rows must be claimed to be, beside being named; one who is named exists anyway. */
  readonly claimsMin: number;
}

const THERE = /^(is|are|was|were)$/;
const AUXILIARY = /^(is|are|was|were|do|does|did|has|have|had)$/;

/** Reads "are there any …", "does … have …", "is … a …", "are all …"; null for anything else. */
export function readYesNo(text: string, tokens: readonly Token[]): YesNo | null {
  const [first, second, third] = tokens.map(({ lower }) => lower);
  const end = tokens.findIndex(({ text: mark }) => /^[.?!;]$/.test(mark));
  const isOne = end < 0 || end === tokens.length - 1;
  // "Is it good or bad?" asks which one.
  if (first === undefined || !AUXILIARY.test(first) || !isOne || hasChoice(tokens)) return null;
  const from = (index: number) => {
    const start = tokens[index]?.start;
    return start === undefined ? '' : text.slice(start).replace(/[.?!;\s]+$/, '');
  };
  if (THERE.test(first) && second === 'there') {
    // More than what is said is compared, not looked for.
    if (/^(more|fewer|less|as)$/.test(third ?? '') && tokens.some(({ lower }) => lower === 'than'))
      return null;
    return some(from(skip(tokens, 2)), 1);
  }
  if (
    /^(we|you|they|i)$/.test(second ?? '') &&
    /^(have|has|had|got|sell|own|keep)$/.test(third ?? '')
  ) {
    return some(from(skip(tokens, 3)), 1);
  }
  if (/^(all|every|each)$/.test(second ?? '')) {
    const start = third === 'of' || third === 'the' ? 3 : 2;
    const count = (end < 0 ? tokens.length : end) - start;
    // "Are all members active?": the adjective is claimed, not listed.
    const claim = tokens[start + 1];
    const rows =
      count === 2 && claim !== undefined && THERE.test(first)
        ? `${text.slice(tokens[start]?.start, claim.start)}that are ${from(start + 1)}`
        : from(start);
    return { rows, quantifier: 'all', claimsMin: 1 };
  }
  const start = skip(tokens, 1);
  return some(from(start), start > 1 ? 1 : 2);
}

function some(rows: string, claimsMin: number): YesNo | null {
  return rows === '' ? null : { rows, quantifier: 'some', claimsMin };
}

/** Passes "any", "some", "a", "at least one". */
function skip(tokens: readonly Token[], from: number): number {
  let at = from;
  if (tokens[at]?.lower === 'at' && tokens[at + 1]?.lower === 'least') at += 2;
  while (/^(any|some|a|an|one|still|currently)$/.test(tokens[at]?.lower ?? '')) at++;
  return at;
}

function hasChoice(tokens: readonly Token[]): boolean {
  return tokens.at(-3)?.lower === 'or' || tokens.at(-2)?.lower === 'or';
}

/** The query that says yes or no; null where the rows are claimed to be too little. */
export function decidingQuery(
  query: LogicalQuery,
  { quantifier, claimsMin }: YesNo,
): LogicalQuery | null {
  const claims =
    query.where.length +
    query.having.length +
    Math.min(1, query.from.joins.length) +
    (query.setOperation === null ? 0 : 1);
  if (claims < claimsMin || query.computed !== undefined || query.limit !== null) return null;
  const rows: LogicalQuery = { ...query, orderBy: [], isExistence: 'some' };
  if (quantifier === 'some') return rows;
  const claim = query.where.at(-1);
  const isSimple = query.having.length === 0 && query.setOperation === null && !query.isCounted;
  if (claim === undefined || !isSimple) return null;
  const failed: Predicate = { kind: 'untrue', of: claim };
  return { ...rows, isExistence: 'none', where: [...query.where.slice(0, -1), failed] };
}
