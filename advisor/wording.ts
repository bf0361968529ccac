/** Lets a model word advice. What it says is shown only when every number in it is ours. */
import type { Advice } from './advisor.ts';

/** The part of a language model that wording needs. */
export interface AdviceModel {
  /** One short text for people, made of these facts only. */
  word(facts: string): Promise<string>;
}

const WORDED_CHARACTERS_MAX = 2000;

/** The advice with the model's summary, or as it was when that holds a number of its own. */
export async function wordAdvice(advice: Advice, model: AdviceModel): Promise<Advice> {
  const source = factsFor(advice);
  let text: string;
  try {
    text = (await model.word(source)).trim();
  } catch {
    // Advice does not hang on a model: its own words stand.
    return advice;
  }
  return isFaithful(text, source) ? { ...advice, summary: text } : advice;
}

/** What the model is given: plain lines, no rows of the database. */
function factsFor({ summary, recommendations }: Advice): string {
  const lines = recommendations.map(
    ({ finding, state, reason }) =>
      `${finding.id} (${state}): ${finding.what}. ${finding.whatToDo}${reason === null ? '' : ` Measured: ${reason}.`}`,
  );
  return [summary, ...lines].join('\n');
}

/** Whether every number of a text stands in its source, so that none was made up. */
export function isFaithful(text: string, source: string): boolean {
  if (text === '' || text.length > WORDED_CHARACTERS_MAX) return false;
  const numbers = (value: string): string[] =>
    (value.match(/\d[\d,]*(?:\.\d+)?/g) ?? []).map((number) => number.replaceAll(',', ''));
  const known = new Set(numbers(source));
  return numbers(text).every((number) => known.has(number));
}
