import { lemma } from '../language/lemma.ts';
import { isFunctionWord } from '../language/lexicon.ts';
import { tokenize } from '../language/tokenize.ts';

/** A question with SQL that a person has verified. */
export interface VerifiedQuestion {
  readonly question: string;
  readonly sql: string;
}

const SIMILARITY_MIN = 0.15;

/** The verified questions most like a question, best first; by shared content words, rare ones more. */
export function similarQuestions(
  question: string,
  verified: readonly VerifiedQuestion[],
  count: number,
): readonly VerifiedQuestion[] {
  const words = verified.map(({ question: text }) => contentWords(text));
  const frequency = new Map<string, number>();
  for (const set of words)
    for (const word of set) frequency.set(word, (frequency.get(word) ?? 0) + 1);
  const weight = (word: string): number =>
    Math.log(1 + (verified.length + 1) / (1 + (frequency.get(word) ?? 0)));
  const asked = contentWords(question);
  const total = (set: ReadonlySet<string>) => [...set].reduce((sum, word) => sum + weight(word), 0);
  return verified
    .map((pair, index) => {
      const own = words[index] ?? new Set<string>();
      const shared = new Set([...asked].filter((word) => own.has(word)));
      const union = total(new Set([...asked, ...own]));
      return { pair, index, score: union === 0 ? 0 : total(shared) / union };
    })
    .filter(({ score }) => score >= SIMILARITY_MIN)
    .sort((a, b) => b.score - a.score || a.index - b.index)
    .slice(0, count)
    .map(({ pair }) => pair);
}

/** The verified question that is this question but for case, spacing and final punctuation. */
export function sameQuestion(
  question: string,
  verified: readonly VerifiedQuestion[],
): VerifiedQuestion | null {
  const asked = questionKey(question);
  return verified.findLast((pair) => questionKey(pair.question) === asked) ?? null;
}

/** A question's identity: its words, whatever their case and spacing. */
export function questionKey(question: string): string {
  return question
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[?.!\s]+$/, '');
}

function contentWords(text: string): ReadonlySet<string> {
  return new Set(
    tokenize(text)
      .filter(({ kind, lower }) => kind !== 'punctuation' && !isFunctionWord(lower))
      .map((token) => token.lemma || lemma(token.lower)),
  );
}
