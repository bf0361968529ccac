import { aggregateOf, superlativeOf } from '../language/lexicon.ts';
import type { Token } from '../language/tokenize.ts';
import type { ArithmeticOperator } from '../query/logical.ts';

/** A request for a number that is computed from two others, with a request for each. */
export interface Arithmetic {
  readonly operator: ArithmeticOperator;
  readonly left: string;
  readonly right: string;
}

/** Reads "what percentage of …", "the ratio of … to …", "the difference between … and …". */
export function readArithmetic(text: string, tokens: readonly Token[]): Arithmetic | null {
  const sentence = withoutEnd(tokens);
  if (sentence.some(({ lower }) => /^([.?!;]|if|suppose|assume|assuming)$/.test(lower)))
    return null;
  const phrase = new Phrase(text, sentence);
  return (
    readShare(phrase) ??
    readDifference(phrase) ??
    readRatio(phrase) ??
    readSurplus(phrase) ??
    readBoth(phrase) ??
    readMajority(phrase)
  );
}

/** A stretch of the request as words and as text. */
class Phrase {
  readonly #text: string;
  readonly tokens: readonly Token[];

  constructor(text: string, tokens: readonly Token[]) {
    this.#text = text;
    this.tokens = tokens;
  }

  word(index: number): string {
    const token = this.tokens[index];
    return token === undefined || token.kind === 'quoted' ? '' : token.lower;
  }

  find(pattern: RegExp, from = 0): number {
    return this.tokens.findIndex((_, index) => index >= from && pattern.test(this.word(index)));
  }

  slice(from: number, to = this.tokens.length): string {
    const [first, last] = [this.tokens[from], this.tokens[to - 1]];
    return first === undefined || last === undefined || to <= from
      ? ''
      : this.#text.slice(first.start, last.end);
  }

  part(from: number, to = this.tokens.length): Phrase {
    return new Phrase(this.#text, this.tokens.slice(from, to));
  }

  /** Whether only words that ask stand before the position. */
  isAskedAt(index: number): boolean {
    return this.tokens.slice(0, index).every(({ lower }) => ASKING.test(lower));
  }
}

const ASKING =
  /^(what|which|is|are|was|were|the|a|give|me|us|show|find|calculate|compute|determine|tell|return|list|'s|please|i|want|to|know|get|report|can|you|could|,)$/;
const SHARES: Readonly<Record<string, ArithmeticOperator>> = {
  percentage: 'percentage',
  percent: 'percentage',
  '%': 'percentage',
  share: 'percentage',
  proportion: 'proportion',
  fraction: 'proportion',
};
const MAIN_VERB =
  /^(is|are|was|were|has|have|had|do|does|did|can|could|belong|belongs|come|comes|came|contain|contains|cost|costs|live|lives|use|uses|used|exceed|exceeds|got|get|made)$/;
const MODIFIER =
  /^(with|without|that|who|which|whose|where|in|from|by|at|on|to|for|having|under|over|above|below|before|after|than|located|made|called|named|more|less|older|younger|,)$/;

function readShare(phrase: Phrase): Arithmetic | null {
  const at = phrase.find(/^(percentage|percent|%|share|proportion|fraction)$/);
  const operator = SHARES[phrase.word(at)];
  if (operator === undefined) return null;
  if (phrase.word(at + 1) === 'of') {
    const opening = readOpening(phrase, at);
    if (opening === null) return null;
    const among = phrase.find(/^(among|amongst)$/, at + 2);
    if (among > at + 2) {
      const whole = phrase.slice(withoutTotal(phrase, among + 1));
      const part = phrase.slice(withoutTotal(phrase, at + 2), among);
      return { operator, left: `How many ${part}`, right: `How many ${whole}` };
    }
    return shareOf(operator, phrase.part(at + 2), opening);
  }
  // "Of the wines cheaper than 40, what percentage have …"
  const comma = phrase.find(/^,$/);
  const start = /^(of|among|amongst|from)$/.test(phrase.word(0))
    ? 1
    : phrase.word(1) === 'of'
      ? 2
      : 0;
  const isPartitive = start > 0 && comma > start && phrase.part(comma, at).isAskedAt(at - comma);
  if (!isPartitive || !MAIN_VERB.test(phrase.word(at + 1))) return null;
  const whole = phrase.slice(withoutTotal(phrase, start), comma);
  return {
    operator,
    left: `How many ${whole} ${phrase.slice(at + 1)}`,
    right: `How many ${whole}`,
  };
}

/** What stands before "what percentage": nothing, or "for each country", which divides the answer. */
function readOpening(phrase: Phrase, at: number): string | null {
  if (phrase.isAskedAt(at)) return '';
  const comma = phrase.find(/^,$/);
  const isEach = /^(for|in|per|by)$/.test(phrase.word(0)) && comma > 0 && comma < at;
  return isEach && phrase.part(comma, at).isAskedAt(at - comma) ? phrase.slice(0, comma) : null;
}

function shareOf(operator: ArithmeticOperator, whole: Phrase, opening: string): Arithmetic | null {
  const isTotal = /^(total|sum|overall)$/.test(whole.word(whole.word(0) === 'the' ? 1 : 0));
  const start = withoutTotal(whole, 0);
  const isMeasure = isTotal && !isCounted(whole);
  const ask = isMeasure ? 'What is the total' : 'How many';
  const rest = whole.part(start);
  const group = rest.tokens.findIndex((_, index) => startsGroup(rest, index));
  const end = outOfTotal(rest.part(0, group < 0 ? undefined : group));
  const suffix = `${group < 0 ? '' : ` ${groupOf(rest, group)}`}${opening === '' ? '' : ` ${opening}`}`;
  const verb = rest.tokens.findIndex(
    (_, index) =>
      index > 0 &&
      index < end &&
      MAIN_VERB.test(rest.word(index)) &&
      !/^(who|that|which|whose|and|or|not)$/.test(rest.word(index - 1)),
  );
  const modifier = rest.tokens.findIndex((token, index) => index > 0 && isModifier(token));
  const stop = verb > 0 && !followsRelative(rest, verb) ? verb : modifier;
  if (stop <= 0 || stop >= end) return null;
  return {
    operator,
    left: `${ask} ${rest.slice(0, end)}${suffix}`,
    right: `${ask} ${rest.slice(0, stop)}${suffix}`,
  };
}

function isModifier({ lower, kind }: Token): boolean {
  return kind === 'word' ? MODIFIER.test(lower) || /ed$/.test(lower) : lower === ',';
}

/** "wines that have a score": the verb belongs to the relative clause. */
function followsRelative(phrase: Phrase, verb: number): boolean {
  return phrase.tokens.slice(0, verb).some(({ lower }) => /^(who|that|which|whose)$/.test(lower));
}

function startsGroup(phrase: Phrase, index: number): boolean {
  const next = phrase.word(index + 1);
  return (
    (/^(for|in|by|of|per|across)$/.test(phrase.word(index)) && /^(each|every)$/.test(next)) ||
    /^(per|by|across)$/.test(phrase.word(index))
  );
}

/** "by city" after "are insured" would be by whom; "for each city" is not. */
function groupOf(phrase: Phrase, index: number): string {
  const isShort = /^(by|across)$/.test(phrase.word(index));
  return isShort && !/^(each|every)$/.test(phrase.word(index + 1))
    ? `for each ${phrase.slice(index + 1)}`
    : phrase.slice(index);
}

/** Passes "the total number of", "all the". */
function withoutTotal(phrase: Phrase, from: number): number {
  let at = from;
  while (/^(the|all|total|number|count|sum|overall|our|of)$/.test(phrase.word(at))) at++;
  return at;
}

function isCounted(phrase: Phrase): boolean {
  return phrase.find(/^(number|count)$/) >= 0 && phrase.find(/^(number|count)$/) < 3;
}

/** "… in the total number of players", "out of all players" repeats the whole. */
function outOfTotal(phrase: Phrase): number {
  const at = phrase.tokens.findIndex(
    (_, index) =>
      index > 0 &&
      /^(in|of|from)$/.test(phrase.word(index)) &&
      ((phrase.word(index - 1) === 'out' && /^(all|the)$/.test(phrase.word(index + 1))) ||
        (/^(the|all)$/.test(phrase.word(index + 1)) &&
          /^(total|overall)$/.test(phrase.word(index + 2)))),
  );
  if (at < 0) return phrase.tokens.length;
  return phrase.word(at - 1) === 'out' ? at - 1 : at;
}

function readDifference(phrase: Phrase): Arithmetic | null {
  const at = phrase.find(/^difference$/);
  const between = phrase.find(/^between$/, at);
  if (at < 0 || between < 0) return null;
  const opening = readAmong(phrase, at);
  if (opening === null) return null;
  const measure = phrase.word(at + 1) === 'in' ? phrase.slice(at + 2, between) : '';
  if (measure === '' && between !== at + 1) return null;
  const sides = splitSides(phrase.part(between + 1), /^and$/);
  if (sides === null) return null;
  const what = opening === '' ? 'What is' : 'what is';
  const ask = measure === '' ? what : `${what} the ${measure.replace(/^the /i, '')} of`;
  const [left, right] = [sides[0], withHead(sides[1], sides[0])];
  return {
    operator: 'difference',
    left: `${opening}${ask} ${left}`,
    right: `${opening}${ask} ${right}`,
  };
}

/** "Out of the wines with 98 points, …": which rows both sides are about; null where something else opens. */
function readAmong(phrase: Phrase, at: number): string | null {
  if (phrase.isAskedAt(at)) return '';
  const comma = phrase.find(/^,$/);
  const start = phrase.word(0) === 'out' && phrase.word(1) === 'of' ? 2 : 1;
  const isAmong = /^(among|amongst|of|for|out)$/.test(phrase.word(0)) && comma > start;
  if (!isAmong || comma > at || !phrase.part(comma, at).isAskedAt(at - comma)) return null;
  return `Among ${phrase.slice(start, comma)}, `;
}

/** "… and those held in Italy": what the other side names before it is modified. */
function withHead(side: string, other: string): string {
  const those = /^(?:those|that|the ones?)\s+(?=\S)/i.exec(side)?.[0];
  if (those === undefined) return side;
  const words = other.split(/\s+/);
  const end = words.findIndex(
    (word, index) => index > 0 && (MODIFIER.test(word) || /(ed|held|made|born)$/i.test(word)),
  );
  return end <= 0 ? side : `${words.slice(0, end).join(' ')} ${side.slice(those.length)}`;
}

function readRatio(phrase: Phrase): Arithmetic | null {
  const at = phrase.find(/^ratio$/);
  if (at < 0 || !phrase.isAskedAt(at)) return null;
  if (phrase.tokens.some((_, index) => startsGroup(phrase, index))) return null;
  const joint = phrase.word(at + 1) === 'between' ? /^and$/ : /^(to|over|versus|vs|against)$/;
  if (!/^(of|between)$/.test(phrase.word(at + 1))) return null;
  const sides = splitSides(phrase.part(at + 2), joint);
  if (sides === null) return null;
  const [left, right] = sides.map((side) =>
    isNumber(side) ? `What is ${side}` : `How many ${side}`,
  );
  return left === undefined || right === undefined ? null : { operator: 'ratio', left, right };
}

/** "How many more men than women are there" */
function readSurplus(phrase: Phrase): Arithmetic | null {
  const at = phrase.find(/^how$/);
  if (at < 0 || phrase.word(at + 1) !== 'many' || phrase.word(at + 2) !== 'more') return null;
  const than = phrase.find(/^than$/, at + 3);
  if (than < 0 || !phrase.isAskedAt(at)) return null;
  const isThere =
    /^(are|were|is)$/.test(phrase.word(than - 2)) && phrase.word(than - 1) === 'there';
  const left = phrase.slice(at + 3, isThere ? than - 2 : than);
  const right = phrase.slice(than + 1).replace(/\s+(are|were) there$/i, '');
  if (left === '' || right === '' || /^\d/.test(right)) return null;
  return { operator: 'difference', left: `How many ${left}`, right: `How many ${right}` };
}

/** "How many orders and customers are there": two counts that have nothing to do with each other. */
function readBoth(phrase: Phrase): Arithmetic | null {
  const isCounted = phrase.word(0) === 'how' && phrase.word(1) === 'many';
  const and = phrase.find(/^and$/);
  const are = phrase.find(/^are$/);
  const isThere = are === phrase.tokens.length - 2 && phrase.word(are + 1) === 'there';
  const isShort = and > 2 && and <= 4 && are - and > 1 && are - and <= 3;
  if (!isCounted || !isThere || !isShort) return null;
  const [left, right] = [phrase.slice(2, and), phrase.slice(and + 1, are)];
  // "male and female students": two adjectives of one noun.
  const isAdjective = !/(s|men|people|children)$/i.test(left) && /\s/.test(right);
  if (isAdjective) return null;
  return { operator: 'both', left: `How many ${left}`, right: `How many ${right}` };
}

/** "Are there more flights from Berlin than from Paris": the thing counted is said once. */
function readMajority(phrase: Phrase): Arithmetic | null {
  const operator = { more: 'more', fewer: 'fewer', less: 'fewer' }[phrase.word(2)];
  const than = phrase.find(/^than$/, 4);
  const isAsked = /^(are|were)$/.test(phrase.word(0)) && phrase.word(1) === 'there';
  if (!isAsked || than < 0 || (operator !== 'more' && operator !== 'fewer')) return null;
  const left = phrase.slice(3, than);
  const right = phrase.slice(than + 1);
  if (right === '' || phrase.tokens[than + 1]?.number != null) return null;
  const isModified = MODIFIER.test(phrase.word(than + 1));
  const modifier = phrase.tokens.findIndex((_, at) => at > 3 && MODIFIER.test(phrase.word(at)));
  const head = isModified && modifier > 0 ? `${phrase.slice(3, Math.min(modifier, than))} ` : '';
  return { operator, left: `How many ${left}`, right: `How many ${head}${right}` };
}

/** The two sides around a joining word; "the highest and lowest price of …" shares its end. */
function splitSides(phrase: Phrase, joint: RegExp): readonly [string, string] | null {
  const at = phrase.find(joint, 1);
  if (at < 0 || at === phrase.tokens.length - 1) return null;
  const isBare = phrase.tokens
    .slice(0, at)
    .every(
      ({ lower }) =>
        lower === 'the' || aggregateOf(lower) !== null || superlativeOf(lower) !== null,
    );
  let shared = at + 1;
  while (
    phrase.word(shared) === 'the' ||
    aggregateOf(phrase.word(shared)) !== null ||
    superlativeOf(phrase.word(shared)) !== null
  ) {
    shared++;
  }
  const left = phrase.slice(0, at);
  if (!isBare) return [left, phrase.slice(at + 1)];
  const article = phrase.word(0) === 'the' && phrase.word(at + 1) !== 'the' ? 'the ' : '';
  return [`${left} ${phrase.slice(shared)}`, article + phrase.slice(at + 1)];
}

function isNumber(side: string): boolean {
  return /^(the )?(total|number|count|sum|average|mean|maximum|minimum|max|min|highest|lowest)\b/i.test(
    side,
  );
}

function withoutEnd(tokens: readonly Token[]): readonly Token[] {
  let end = tokens.length;
  while (end > 0 && /^[.?!]$/.test(tokens[end - 1]?.text ?? '')) end--;
  return tokens.slice(0, end);
}
