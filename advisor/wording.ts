/** Lets a model word advice. What it says is shown only when all of it is ours. */
import type { Advice } from './advice.ts';

/** The part of a language model that wording needs. */
export interface AdviceModel {
  /** One short text for people, made of these facts only. */
  word(facts: string): Promise<string>;
}

const WORDED_CHARACTERS_MAX = 2000;

/** The advice with the model's summary, or as it was when that says something of its own. */
export async function wordAdvice(advice: Advice, model: AdviceModel): Promise<Advice> {
  const source = factsFor(advice);
  let text: string;
  try {
    text = (await model.word(source)).trim();
  } catch {
    // Advice does not hang on a model: its own words stand.
    return { ...advice, wording: 'refused' };
  }
  return isFaithful(text, source)
    ? { ...advice, summary: text, wording: 'model' }
    : { ...advice, wording: 'refused' };
}

/** What the model is given: plain lines, no rows of the database. */
function factsFor({ summary, recommendations }: Advice): string {
  const lines = recommendations.map(
    ({ finding, state, reason }) =>
      `${finding.id} (${state}): ${finding.what}. ${finding.whatToDo}${reason === null ? '' : ` Measured: ${reason}.`}`,
  );
  return [summary, ...lines].join('\n');
}

/**
 * Whether a text says nothing that its source does not: every number with its unit, every name and
 * statement of SQL, and most words of every sentence stand there. Numbers in words are not taken.
 */
export function isFaithful(text: string, source: string): boolean {
  if (text === '' || text.length > WORDED_CHARACTERS_MAX) return false;
  return (
    hasOurNumbers(text, source) && hasOurNames(text, source) && sentencesOf(text).every(isGrounded)
  );

  function isGrounded(sentence: string): boolean {
    const words = contentWords(sentence);
    const known = new Set(contentWords(source).map(stem));
    const ours = words.filter((word) => known.has(stem(word))).length;
    return ours >= words.length * GROUNDED_SHARE_MIN;
  }
}

/** Words of a sentence that have to be ours, as a share of those that mean something. */
const GROUNDED_SHARE_MIN = 0.5;

const NUMBER_WORDS =
  /\b(two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundreds?|thousands?|millions?|dozens?|twice|thrice|(two|three|four|five|ten)fold|doubl(e|es|ed|ing)|tripl(e|es|ed|ing)|half|halves|halv(ed|ing)|quarter)\b/gi;

/** A number, and the unit behind it where that is one. */
const NUMBERS =
  /(\d[\d,]*(?:\.\d+)?)\s?(×|x\b|times\b|fold\b|-fold\b|%|percent\b|ms\b|µs\b|s\b|seconds?\b|[KMG]iB\b)?/g;

function hasOurNumbers(text: string, source: string): boolean {
  const words = (value: string): string[] =>
    (value.match(NUMBER_WORDS) ?? []).map((word) => word.toLowerCase());
  const numbers = (value: string) =>
    [...value.matchAll(NUMBERS)].map(([, number = '', unit = '']) => ({
      number: number.replaceAll(',', ''),
      unit: unitOf(unit),
    }));
  const known = numbers(source);
  const isKnown = (given: { readonly number: string; readonly unit: string }): boolean =>
    known.some(
      ({ number, unit }) => number === given.number && (given.unit === '' || given.unit === unit),
    );
  const ourWords = new Set(words(source));
  return numbers(text).every(isKnown) && words(text).every((word) => ourWords.has(word));
}

function unitOf(text: string): string {
  if (/^(×|x|times|-?fold)$/.test(text)) return '×';
  if (/^(%|percent)$/.test(text)) return '%';
  return /^seconds?$/.test(text) ? 's' : text;
}

/** Names of tables, columns and procedures, ids of findings and words of SQL. */
const NAMES = /[A-Za-z]\w*_\w+|\b[a-z]\w*\.[a-z]\w*|\b[A-Z]{3,}\b|\b[PRSM]\d{3}\b/g;

function hasOurNames(text: string, source: string): boolean {
  const known = source.toLowerCase();
  return (text.match(NAMES) ?? []).every((name) => known.includes(name.toLowerCase()));
}

function sentencesOf(text: string): string[] {
  return text.split(/(?<=[.!?])\s+|\n+/).filter((sentence) => sentence.trim() !== '');
}

/** Words that carry no claim of their own. */
const CONNECTIVES = new Set(
  'about after also always because been before being both could does done each every finding findings first from have having here into just like made make makes more most much must need needs only other over should some still such than that their them then there these they thing things this those through very want what when where which while will with would your'.split(
    ' ',
  ),
);

function contentWords(text: string): string[] {
  const words = text.toLowerCase().match(/\p{L}{4,}/gu) ?? [];
  return words.filter((word) => !CONNECTIVES.has(word));
}

/** Enough of a word to know its other forms by. */
function stem(word: string): string {
  return word.slice(0, 5);
}
