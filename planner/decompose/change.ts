import { compileQuery } from '../compile/sql.ts';
import type { LogicalQuery } from '../query/logical.ts';
import { combineQueries } from './combine.ts';

/** A figure at two times, as requests for each; the likelier wording of the figure comes first. */
export type Change = readonly { readonly before: string; readonly after: string }[];

const MONTH =
  'jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?';
const PERIOD = `(?:q[1-4] )?\\d{4}|(?:${MONTH})(?:,? \\d{4})?|(?:last|this|the (?:last|previous)) (?:week|month|quarter|year)`;
const SPAN = `(?:between|from|in|of|for) (?<before>${PERIOD}) (?:and|to|until|with|vs\\.?|versus|against) (?<after>${PERIOD})`;
const VERB =
  'change|changed|grow|grown|grew|develop|developed|evolve|evolved|increase|increased|decrease|decreased|rise|risen|rose|fall|fallen|fell|drop|dropped|differ|go up|go down';
const NOUN = 'change|growth|increase|decrease|development|rise|drop|decline';
const PATTERNS = [
  `^(?:how|(?:by )?how much) (?:did|has|have|do|does) (?<figure>.+?) (?:${VERB}) ${SPAN}$`,
  `^(?:what (?:is|was) |show(?: me)? |calculate )?(?:the )?(?:${NOUN}) (?:in|of) (?<figure>.+?) ${SPAN}$`,
  `^compare (?<figure>.+?) ${SPAN}$`,
].map((pattern) => new RegExp(pattern, 'iu'));
const AGGREGATE =
  /^(?:number|count|total|sum|average|mean|median|minimum|maximum|highest|lowest|amount)\b/i;

/** Reads "how did revenue change between 2024 and 2025?"; null for anything else. */
export function readChange(text: string): Change | null {
  const sentence = text
    .trim()
    .replace(/[?.!\s]+$/, '')
    .replace(/\s+/g, ' ');
  for (const pattern of PATTERNS) {
    const { figure, before, after } = pattern.exec(sentence)?.groups ?? {};
    if (figure === undefined || before === undefined || after === undefined) continue;
    const name = figure.replace(/^(?:the|our) /i, '');
    const year = /\d{4}$/.exec(after)?.[0];
    // "between March and April 2025": the year is said once.
    const isShort = year !== undefined && !/\d{4}$|last|this|previous/i.test(before);
    const first = isShort ? `${before} ${year}` : before;
    const names = AGGREGATE.test(name) ? [name] : [`total ${name}`, `number of ${name}`];
    return names.map((asked) => ({
      before: `What is the ${asked} ${during(first)}`,
      after: `What is the ${asked} ${during(after)}`,
    }));
  }
  return null;
}

function during(period: string): string {
  return /^(?:last|this|the)\b/i.test(period) ? period : `in ${period}`;
}

/** One row of both figures with their difference; null where they are not the same figure. */
export function changeBetween(before: LogicalQuery, after: LogicalQuery): LogicalQuery | null {
  const whole = (query: LogicalQuery) => compileQuery({ ...query, where: [] });
  const isSame =
    before.where.length > 0 && after.where.length > 0 && whole(before) === whole(after);
  return isSame ? combineQueries('change', before, after) : null;
}
