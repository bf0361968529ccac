import type { SchemaModel } from '../grounding/schema-model.ts';
import { lemma } from '../language/lemma.ts';

const CAUSE =
  /^(?:so |and |but )?(?:(?:please )?(?:explain|tell (?:me|us)) )?(?:why|how come) \S+ \S+|^what (?:caused|causes|is causing|explains|led to)\b/iu;
const ADVICE =
  /^(?:should|shall) (?:we|i|they|you)\b|^(?:how|what) (?:can|could|might|do) (?:we|i|one) (?:best )?(?:do to )?(?:increase|improve|reduce|decrease|grow|boost|avoid|prevent|fix|raise|lower|attract|retain|motivate|convince|persuade)\b|^(?:please )?(?:recommend|advise)\b/iu;
const OPINION =
  /\b(?:do|does) (?:you|people|everyone|they|[\p{L}]+s) (?:think|believe|feel)\b|\bin your opinion\b|\bhow (?:do|does) [^?]* feel\b/iu;
/** A day or a week of the year, whatever the year. */
const BIRTHDAY =
  /\bbirthdays?\b[^.?!]*\b(?:today|tomorrow|yesterday|(?:this|next|last) week|soon|coming up)\b/iu;
/** What people hold of something, which few databases keep. */
const ESTEEM =
  /\b(?:most|least|best|worst|more|less|better|well)[ -](liked|loved|beloved|hated|disliked|trusted|respected|admired|enjoyed|interesting|boring|looking|dressed|behaved|mannered|beautiful|attractive|handsome|friendly|talented|annoying)\b/iu;

/** Why a request asks for what no rows can say; null where rows may. What has a name may be kept. */
export function beyondData(request: string, model: SchemaModel): string | null {
  const text = request.trim();
  const isKept = (...words: readonly string[]) =>
    words.some((word) => model.names.similarWords(lemma(word)).has(lemma(word)));
  if (CAUSE.test(text) && !isKept('reason', 'cause')) {
    return 'The data say what happened, not why; ask for the figures that may explain it.';
  }
  if (ADVICE.test(text)) {
    return 'The data hold no advice; ask for the figures that the decision depends on.';
  }
  if (OPINION.test(text) && !isKept('opinion', 'rating', 'review', 'sentiment', 'feedback')) {
    return 'The data hold no opinions; ask for what is recorded.';
  }
  if (BIRTHDAY.test(text)) {
    return 'Birthdays are found by their month: ask for those in May, or this month.';
  }
  const esteem = ESTEEM.exec(text)?.[1];
  const isRated =
    /(ed|ing)$/.test(esteem ?? '') && !/^(looking|dressed|behaved|mannered)$/.test(esteem ?? '');
  const ratings = isRated ? ['rating', 'review', 'like', 'popularity', 'vote'] : [];
  if (esteem !== undefined && !isKept(esteem, ...ratings)) {
    return `Nothing in the database says what is "${esteem}"; say the column to rank by.`;
  }
  return null;
}
