import { compileConditions, compileQuery } from '../compile/sql.ts';
import { aggregateOf, comparativeOf, superlativeOf } from '../language/lexicon.ts';
import { columnsRead } from '../query/columns-read.ts';
import type { ArithmeticOperator, LogicalQuery } from '../query/logical.ts';
import { combineQueries } from './combine.ts';

/** One figure of two groups that is compared: "did Berlin sell more than Munich". */
export interface TwoSides {
  readonly operator: Extract<ArithmeticOperator, 'more' | 'fewer' | 'difference'>;
  /** A request for each side; the likelier wording comes first. */
  readonly wordings: readonly Wording[];
  /** Read as anything else, the request would be misunderstood. */
  readonly isCertain: boolean;
  /** The sides may be of different things: customers and suppliers. */
  readonly isMixed?: boolean;
}

export interface Wording {
  readonly left: string;
  readonly right: string;
}

const MONTH =
  'jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?';
const SPAN = `(?:(?:in|during|since|before|after|until) (?:the year )?(?:q[1-4] )?(?:\\d{4}|(?:${MONTH})(?:,? \\d{4})?)|(?:in |during )?(?:this|last|the (?:last|past|previous)) (?:\\d+ )?(?:day|week|month|quarter|year)s?|today|yesterday)`;
const WHEN = new RegExp(`^(.*\\S) (${SPAN})$`, 'iu');
const IS_WHEN = new RegExp(`^${SPAN}$`, 'iu');
const PREPOSITION = /^(?:in|from|at|on|of|for|with|by|to) /i;
const PRONOUN = /^(?:we|you|they|i|there)$/i;
/** What is compared with these is no group of rows beside another. */
const NO_GROUP =
  /^(?:any|every|each|all|some|most|no|the (?:average|mean|median|total|usual|others?|rest)|(?:an? )?average|twice|double|half|their|its|his|her|expected|usual|before|ever|other|\d|one|two|three)\b|(?:one|body)$/i;
const ASK =
  "(?:(?:what (?:is|was|are)|what's|show(?: me)?|give me|calculate|compute|find) )?(?:the )?";

const DID =
  /^(?<aux>did|does|do|has|have|had) (?<first>.+?) (?<verb>\p{L}+(?: in)?) (?<degree>more|fewer|less)(?: (?<things>.+?))? than (?<second>.+?)(?: (?:did|does|do|has|have|had))?$/iu;
const FIGURE_IS =
  /^(?:is|are|was|were) (?<figure>(?:the |our )?(?:[\p{L}-]+ ){0,4}?[\p{L}-]+) (?<joint>of|in|for|from|by|at|on) (?<first>.+?) (?<degree>higher|greater|larger|bigger|more|lower|less|smaller|fewer) than (?<second>.+)$/iu;
const HOW_MANY_MORE =
  /^how many (?<degree>more|fewer|less) (?<things>.+?) (?<aux>did|does|do|has|have|had) (?<first>.+?) (?<verb>\p{L}+) than (?<second>.+?)(?: (?:did|does|do|has|have|had))?$/iu;
const HOW_MANY_THAN =
  /^how many (?<degree>more|fewer|less) (?<things>.+?) than (?<second>.+?) (?<aux>did|does|do|has|have|had) (?<first>.+?) (?<verb>have|has|place|get|make|own|sell|buy|book|own)$/iu;
const HOW_MUCH_MORE =
  /^(?:by )?how much (?<degree>more|less) (?<aux>did|does|do|has|have|had) (?<first>.+?) (?<verb>\p{L}+) than (?<second>.+?)(?: (?:did|does|do|has|have|had))?$/iu;
const HOW_MUCH_ER = [
  /^(?:by )?how much (?<degree>more expensive|\p{L}+er) (?:is|are|was|were) (?<first>.+?) than (?<second>.+)$/iu,
  /^by how much (?:is|are|was|were) (?<first>.+?) (?<degree>more expensive|\p{L}+er) than (?<second>.+)$/iu,
];
const BETWEEN = new RegExp(
  `^${ASK}difference between (?<number>the (?:total )?number of |the count of )?(?<first>.+?) and (?<second>.+)$`,
  'iu',
);

/** Reads a comparison of two groups of rows; null for anything else. */
export function readTwoSides(request: string): TwoSides | null {
  const text = request
    .trim()
    .replace(/[?.!\s]+$/, '')
    .replace(/\s+/g, ' ');
  return (
    readDone(text) ??
    readFigure(text) ??
    readSurplus(text) ??
    readMuchMore(text) ??
    readComparative(text) ??
    readBetween(text)
  );
}

/** Both sides are about the same figure of the same rows, and differ in what these are; null where not. */
export function comparedSides(
  { operator, isMixed }: TwoSides,
  left: LogicalQuery,
  right: LogicalQuery,
): LogicalQuery | null {
  if (isMixed === true) return combineQueries(operator, left, right);
  const whole = (query: LogicalQuery) => compileQuery({ ...query, where: [] });
  if (whole(left) !== whole(right) || columnsOf(left) !== columnsOf(right)) return null;
  const where = (query: LogicalQuery) => compileConditions(query.where, ({ id }) => `c${id}`);
  if (left.where.length === 0 || where(left) === where(right)) return null;
  return combineQueries(operator, left, right);
}

function columnsOf({ where }: LogicalQuery): string {
  return where
    .map((item) => columnsRead(item, 'own').map(({ id }) => id))
    .map((ids) => ids.join())
    .sort()
    .join(';');
}

/** "Did Berlin sell more than Munich", "did Anna place more orders than Ben in 2025". */
function readDone(text: string): TwoSides | null {
  const { aux, first, verb, degree, things, second } = DID.exec(text)?.groups ?? {};
  if (aux === undefined || first === undefined || verb === undefined || second === undefined)
    return null;
  if (NO_GROUP.test(first) || NO_GROUP.test(second)) return null;
  if (/\b(?:that|who|which)\b/i.test(first)) return null;
  const operator = degree?.toLowerCase() === 'more' ? 'more' : 'fewer';
  const isOurs = PRONOUN.test(first);
  // "Did we sell more in 2025 than in 2024": the times are compared.
  if (things !== undefined && (IS_WHEN.test(things) || PREPOSITION.test(things))) {
    const isLike = IS_WHEN.test(second) || PREPOSITION.test(second);
    const figures = isLike ? figuresOf(verb, isOurs ? '' : first) : [];
    const wordings = figures.map((ask) => ({
      left: `${ask} ${things}`,
      right: `${ask} ${second}`,
    }));
    return { operator, wordings, isCertain: true };
  }
  if (isOurs) {
    // What was sold of two things is said in pieces, in orders or in money: nothing says in which.
    const isCounted = /^(?:have|has|had|got|own)$/i.test(verb);
    const like = likeFirst(second, things ?? '');
    const wordings = isCounted ? [{ left: `How many ${things}`, right: `How many ${like}` }] : [];
    return { operator, wordings, isCertain: true, isMixed: like === second };
  }
  const [other, when] = whenOf(second, `${first} ${things ?? ''}`);
  const side = (name: string) => inTime(name, when);
  if (things !== undefined) {
    const ask = (name: string) => `How many ${things} ${aux} ${name} ${verb}`;
    const left = side(ask(first));
    const right = side(ask(likeFirst(other, first)));
    return { operator, wordings: [{ left, right }], isCertain: true };
  }
  const wordings = figuresOf(verb, '{}').map((ask) => ({
    left: side(ask.replace('{}', first)),
    right: side(ask.replace('{}', likeFirst(other, first))),
  }));
  return wordings.length === 0 ? null : { operator, wordings, isCertain: true };
}

/** What a verb says of someone as figures that can be asked for; none where it says no figure. */
export function figuresOf(verb: string, owner: string): readonly string[] {
  const of = owner === '' ? '' : ` of ${owner}`;
  if (/^(?:sell|sells|sold)$/i.test(verb)) return [`What are the total sales${of}`];
  if (/^(?:makes?|made|generates?|generated|brings? in|brought in|takes? in|took in)$/i.test(verb))
    return [`What is the total revenue${of}`];
  if (/^(?:spends?|spent|pays?|paid)$/i.test(verb))
    return owner === '' ? [] : [`How much did ${owner} spend`];
  if (/^(?:orders?|ordered)$/i.test(verb))
    return owner === '' ? ['How many orders are there'] : [`How many orders does ${owner} have`];
  return [];
}

/** "Is the revenue of Germany higher than that of France", "are sales in Berlin lower than in Munich". */
function readFigure(text: string): TwoSides | null {
  const { figure = '', joint, first, degree, second } = FIGURE_IS.exec(text)?.groups ?? {};
  if (joint === undefined || first === undefined || second === undefined) return null;
  const plain = figure.replace(/^(?:the|our) /i, '');
  if (/^(?:there|any|all|every|each)\b/i.test(plain)) return null;
  const rest = second
    .replace(new RegExp(`^(?:the |our )?${plain}(?= |$)`, 'i'), '')
    .trim()
    .replace(/^(?:that|those|the one|the ones) /i, '')
    .replace(PREPOSITION, '');
  if (rest === '' || NO_GROUP.test(first) || NO_GROUP.test(rest)) return null;
  const operator = /^(?:lower|less|smaller|fewer)$/i.test(degree ?? '') ? 'fewer' : 'more';
  const [other, when] = whenOf(rest, first);
  const ask = (name: string) => inTime(`What is the ${plain} ${joint} ${name}`, when);
  return { operator, wordings: [{ left: ask(first), right: ask(other) }], isCertain: false };
}

/** "How many more orders does Anna have than Ben", "how many more orders than Ben does Anna have". */
function readSurplus(text: string): TwoSides | null {
  const groups = HOW_MANY_MORE.exec(text)?.groups ?? HOW_MANY_THAN.exec(text)?.groups ?? {};
  const { aux, first, verb, degree, things, second } = groups;
  if (aux === undefined || first === undefined || second === undefined || verb === undefined)
    return null;
  if (PRONOUN.test(first) || NO_GROUP.test(first) || NO_GROUP.test(second)) return null;
  const [other, when] = whenOf(second, first);
  const ask = (name: string) => inTime(`How many ${things} ${aux} ${name} ${verb}`, when);
  const sides: Wording = { left: ask(first), right: ask(likeFirst(other, first)) };
  return surplus([sides], degree, true);
}

/** "How much more did Anna spend than Ben", "how much less does the lamp cost than the table". */
function readMuchMore(text: string): TwoSides | null {
  const { first, verb = '', degree, second } = HOW_MUCH_MORE.exec(text)?.groups ?? {};
  if (first === undefined || second === undefined) return null;
  if (PRONOUN.test(first) || NO_GROUP.test(first) || NO_GROUP.test(second)) return null;
  const figures = /^costs?$/i.test(verb)
    ? ['What is the price of {}', 'What is the cost of {}']
    : /^weighs?$/i.test(verb)
      ? ['What is the weight of {}']
      : /^(?:earn|earns)$/i.test(verb)
        ? ['What is the salary of {}', 'How much does {} earn']
        : figuresOf(verb, '{}');
  const [other, when] = whenOf(second, first);
  const wordings = figures.map((ask) => ({
    left: inTime(ask.replace('{}', first), when),
    right: inTime(ask.replace('{}', likeFirst(other, first)), when),
  }));
  return surplus(wordings, degree, true);
}

/** "How much more expensive is the table than the lamp", "by how much is Algebra longer than Optics". */
function readComparative(text: string): TwoSides | null {
  const found = HOW_MUCH_ER.map((pattern) => pattern.exec(text)?.groups).find(Boolean);
  const { first, degree = '', second } = found ?? {};
  if (first === undefined || second === undefined || NO_GROUP.test(second)) return null;
  const word = degree.toLowerCase() === 'more expensive' ? 'pricier' : degree.toLowerCase();
  const comparative = comparativeOf(word);
  if (comparative === null) return null;
  const wordings = comparative.measures.map((measure) => ({
    left: `What is the ${measure} of ${first}`,
    right: `What is the ${measure} of ${second}`,
  }));
  return surplus(wordings, comparative.operator === '<' ? 'less' : 'more', true);
}

function surplus(
  wordings: readonly Wording[],
  degree: string | undefined,
  isCertain: boolean,
): TwoSides {
  const isLess = /^(?:fewer|less)$/i.test(degree ?? '');
  return {
    operator: 'difference',
    wordings: isLess ? wordings.map(({ left, right }) => ({ left: right, right: left })) : wordings,
    isCertain,
  };
}

/** "Difference between delivered and cancelled orders", "between the average salary of Sales and Legal". */
function readBetween(text: string): TwoSides | null {
  const { number, first, second } = BETWEEN.exec(text)?.groups ?? {};
  if (first === undefined || second === undefined) return null;
  // "Between the highest and lowest price": two figures of the same rows.
  if (first.split(' ').every((word) => word === 'the' || isExtreme(word))) return null;
  const isFigure =
    /^(?:the )?(?:total|average|mean|median|sum|maximum|minimum|highest|lowest|revenue|sales|turnover)\b/i;
  const isAsked = number === undefined && isFigure.test(first);
  const ask = isAsked ? 'What is ' : 'How many ';
  const wordings = sharedParts(first, second)
    .filter(({ left, right }) => isAsked || !(isFigure.test(left) || isFigure.test(right)))
    .map(({ left, right }) => ({ left: ask + left, right: ask + right }));
  return wordings.length === 0 ? null : { operator: 'difference', wordings, isCertain: false };
}

function isExtreme(word: string): boolean {
  return aggregateOf(word) !== null || superlativeOf(word) !== null;
}

/** What two sides joined by "and" say once, said for each of them. */
function sharedParts(first: string, second: string): readonly Wording[] {
  const own = first.split(' ');
  const others = second.split(' ');
  const found: Wording[] = [];
  // "orders in Berlin and Munich": what stands before the name of the first.
  const joint = own.findIndex((word, index) => index > 0 && PREPOSITION.test(`${word} `));
  const isShort = !others.some((word) => PREPOSITION.test(`${word} `)) || PREPOSITION.test(second);
  if (joint > 0 && isShort) {
    const rest = PREPOSITION.test(second) ? others.slice(1) : others;
    found.push({ left: first, right: [...own.slice(0, joint + 1), ...rest].join(' ') });
  }
  const those = /^(?:those|the ones?|that) /i.exec(second)?.[0];
  if (those !== undefined && joint > 0) {
    const head = own.slice(0, joint).join(' ');
    return [{ left: first, right: `${head} ${second.slice(those.length)}` }];
  }
  // "delivered and cancelled orders": the noun stands at the end of the second.
  if (others.length > own.length) {
    const noun = others.slice(own.length).join(' ');
    found.push({ left: `${first} ${noun}`, right: second });
  }
  found.push({ left: first, right: second });
  return found;
}

/** "… than those in Munich", "… than in Munich": what the other side says before it. */
function likeFirst(second: string, first: string): string {
  const bare = second.replace(/^(?:those|the ones?|that) /i, '');
  if (bare === second && !PREPOSITION.test(second)) return second;
  const words = first.split(' ');
  const joint = words.findIndex((word, index) => index > 0 && PREPOSITION.test(`${word} `));
  return joint < 0 ? second : `${words.slice(0, joint).join(' ')} ${bare}`;
}

/** "… than Munich in 2025": the time is said once, of both. */
function whenOf(second: string, first: string): readonly [string, string] {
  const [, name, when] = WHEN.exec(second) ?? [];
  return name === undefined || when === undefined || WHEN.test(first) ? [second, ''] : [name, when];
}

function inTime(request: string, when: string): string {
  return when === '' ? request : `${request} ${when}`;
}
