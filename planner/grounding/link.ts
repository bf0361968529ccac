import { lemma } from '../language/lemma.ts';
import {
  aggregateOf,
  expandAbbreviation,
  isFunctionWord,
  isLightVerb,
} from '../language/lexicon.ts';
import { splitName } from '../language/names.ts';
import type { Token } from '../language/tokenize.ts';
import type { NameCandidate } from './name-index.ts';
import type { ColumnModel, SchemaModel } from './schema-model.ts';
import { isClause, isStructural } from './sentence-frame.ts';
import { deniedStates, isStateColumn } from './state-columns.ts';
import type { ValueCandidate } from './value-index.ts';

/** A phrase of the request with everything in the database it may stand for. */
export interface Mention {
  /** Token positions, end exclusive. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly names: readonly NameCandidate[];
  readonly values: readonly ValueCandidate[];
  readonly isQuoted: boolean;
}

const NAME_TOKENS_MAX = 6;
const VALUE_TOKENS_MAX = 9;
/** Function words that nevertheless name columns or tables often enough to be looked up. */
const NAMING_WORDS = new Set(
  `name order number value first last list type state record detail information kind total count rank
  people person score date top sex up place use table title individual sum open group form result entry use user
  start end description code id average max min maximum minimum mean left other available`.split(
    /\s+/,
  ),
);
/** These are looked up only beside another naming word: "first name", "maximum temperature". */
const DEPENDENT_WORDS = new Set(
  `number first last list total top value detail information record kind sort up place use table average max min maximum mean sum
  minimum count sum group form result entry open highest lowest average other available`.split(
    /\s+/,
  ),
);
const INNER_WORDS = new Set([
  'per',
  'was',
  'were',
  'is',
  'it',
  'of',
  'the',
  'in',
  'to',
  'at',
  'for',
  'by',
  'and',
  'on',
  'from',
  'a',
  'or',
  "'s",
]);

interface Linked {
  readonly mention: Mention;
  readonly weight: number;
}

/**
 * Covers the request with the phrases that are best explained by names and stored values.
 * Longer phrases win over their parts; words of pure structure are left to the parser.
 */
export function linkMentions(
  text: string,
  tokens: readonly Token[],
  model: SchemaModel,
): readonly Mention[] {
  const byStart = tokens.map((_, start) => mentionsAt(text, tokens, start, model));
  // Best cover from the right: weight of the best choice of phrases from each position on.
  const best: { weight: number; choice: Linked | null }[] = [];
  best[tokens.length] = { weight: 0, choice: null };
  for (let start = tokens.length - 1; start >= 0; start--) {
    let weight = best[start + 1]?.weight ?? 0;
    let choice: Linked | null = null;
    for (const linked of byStart[start] ?? []) {
      const total = linked.weight + (best[linked.mention.end]?.weight ?? 0);
      if (total > weight + 1e-9) [weight, choice] = [total, linked];
    }
    best[start] = { weight, choice };
  }
  const mentions: Mention[] = [];
  for (let at = 0; at < tokens.length; ) {
    const choice = best[at]?.choice ?? null;
    if (choice !== null) mentions.push(choice.mention);
    at = choice?.mention.end ?? at + 1;
  }
  return shareNouns(mentions, tokens, model);
}

/** "first and last name": the noun at the end belongs to every adjective before it. */
function shareNouns(
  mentions: readonly Mention[],
  tokens: readonly Token[],
  model: SchemaModel,
): readonly Mention[] {
  const shared: Mention[] = [];
  for (const mention of mentions) {
    const noun = tokens[mention.end - 1];
    if (
      mention.end - mention.start < 2 ||
      noun === undefined ||
      mention.names[0]?.kind !== 'column'
    )
      continue;
    let at = mention.start - 1;
    while (/^(and|or|,|\/)$/.test(tokens[at]?.lower ?? '')) {
      while (/^(and|or|,|\/)$/.test(tokens[at]?.lower ?? '')) at--;
      const word = tokens[at];
      if (
        word === undefined ||
        word.kind !== 'word' ||
        (isFunctionWord(word.lower) &&
          !/^(first|last|min|max|minimum|maximum|start|end)$/.test(word.lower))
      )
        break;
      const owner = mentions.find(({ start, end }) => start <= at && at < end);
      if (owner !== undefined && owner.end - owner.start > 1) break;
      const names = model.names
        .find([word.lemma, noun.lemma])
        .filter(
          (name) =>
            name.kind === 'column' &&
            name.score > 0.8 &&
            name.score > (owner?.names[0]?.score ?? 0),
        );
      if (names.length === 0 || model.names.similarWords(word.lemma).size === 0) break;
      shared.push({
        start: at,
        end: at + 1,
        text: `${word.text} ${noun.text}`,
        names,
        values: [],
        isQuoted: false,
      });
      at--;
    }
  }
  const kept = mentions.filter((mention) => !shared.some(({ start }) => start === mention.start));
  return [...kept, ...shared].sort((a, b) => a.start - b.start);
}

function mentionsAt(
  text: string,
  tokens: readonly Token[],
  start: number,
  model: SchemaModel,
): Linked[] {
  const first = tokens[start];
  if (first === undefined) return [];
  const found: Linked[] = [];
  if (first.kind === 'quoted') {
    const values = model.values.find(first.text);
    const words = namingWords([first]);
    const names = words === null ? [] : model.names.find(words).filter(({ score }) => score > 0.9);
    const mention = { start, end: start + 1, text: first.text, names, values, isQuoted: true };
    return [{ mention, weight: 3 }];
  }
  for (let end = start + 1; end <= Math.min(tokens.length, start + VALUE_TOKENS_MAX); end++) {
    const span = tokens.slice(start, end);
    const last = span.at(-1);
    if (last === undefined || last.kind === 'quoted') break;
    const phrase = text.slice(first.start, last.end);
    const names = end - start <= NAME_TOKENS_MAX ? findNames(tokens, start, end, model) : [];
    const spelled = findValues(tokens, start, end, phrase, model);
    // "Toys" where "Toys & Games" is stored.
    const isPart = names.length + spelled.length === 0 && start > 0 && end === start + 1;
    const values =
      isPart && /^\p{Lu}\p{L}{3,}$/u.test(phrase) ? model.values.findWord(phrase) : spelled;
    if (names.length === 0 && values.length === 0) continue;
    const mention = { start, end, text: phrase, names, values, isQuoted: false };
    found.push({ mention, weight: mentionWeight(mention, span) });
  }
  return found;
}

function mentionWeight(mention: Mention, span: readonly Token[]): number {
  const content = span.filter((token) => !INNER_WORDS.has(token.lower)).length;
  const length = content ** 1.25;
  const name = (mention.names[0]?.score ?? 0) * length;
  const isMarked = span.length > 1 || /^\p{Lu}/u.test(mention.text);
  const value = (mention.values[0]?.score ?? 0) * (isMarked ? 1.15 : 0.9) * length;
  return Math.max(name, value);
}

/** The words of a span that may name something; null when the span cannot be a name. */
function namingWords(span: readonly Token[]): string[] | null {
  const words: string[] = [];
  let isNaming = false;
  for (const [index, token] of span.entries()) {
    const isEdge = index === 0 || index === span.length - 1;
    if (token.kind === 'punctuation' && token.lower !== "'s") return null;
    if (token.kind === 'number') {
      if (index === 0) return null;
      words.push(token.lower);
      continue;
    }
    if (INNER_WORDS.has(token.lower)) {
      if (!isEdge) continue;
      // "date valid from": a closing preposition may belong to the name.
      if (index === 0 || !/^(from|to|in|at|on|by)$/.test(token.lower)) return null;
      words.push(token.lower);
      continue;
    }
    if (/^(named|called|titled)$/.test(token.lower)) return null;
    const isFunction = isFunctionWord(token.lower);
    if (isFunction && !NAMING_WORDS.has(token.lower) && !NAMING_WORDS.has(token.lemma)) return null;
    if (!DEPENDENT_WORDS.has(token.lower)) isNaming = true;
    if (token.lower.includes('_')) {
      words.push(...splitName(token.text));
      continue;
    }
    const expanded = expandAbbreviation(token.lower);
    // The parts of "full-time" have not been reduced yet; a whole word has, and "saving" is no "save".
    const parts = token.lemma.split('-');
    words.push(...(expanded ?? (parts.length === 1 ? parts : parts.map((part) => lemma(part)))));
  }
  return isNaming && words.length > 0 ? words : null;
}

function findNames(
  tokens: readonly Token[],
  start: number,
  end: number,
  model: SchemaModel,
): readonly NameCandidate[] {
  const span = tokens.slice(start, end);
  const words = namingWords(span) ?? sortedBy(tokens, start, end, model);
  if (words === null || isStructural(tokens, start, end)) return [];
  // "products cost more than 100": the verb is no part of the noun before it.
  const isVerb = /^(cost|costs|weigh|weighs|last|lasts|earn|earns)$/.test(span.at(-1)?.lower ?? '');
  if (isVerb && span.length > 1 && isClause(tokens, start, end)) return [];
  // "books published after 2010": what is said of books is no part of their name.
  if (isParticipleOf(tokens, start, end, model)) return [];
  const last = span.at(-1)?.lower ?? '';
  if (INNER_WORDS.has(last)) {
    return model.names
      .find(words)
      .filter(
        (name) => name.kind === 'column' && name.column.words.at(-1) === last && name.score > 0.95,
      );
  }
  const isAggregate = aggregateOf(first(span)) !== null && span.length > 1;
  const glued =
    words.length === 2 && first(span).includes('-') ? model.names.find([words.join('')]) : [];
  const named = inner(span) === 0 ? labelCandidates(words, model) : [];
  const split = [...model.names.find(words.flatMap((word) => known(word, model))), ...named].sort(
    (a, b) => b.score - a.score,
  );
  if (words.join(' ') === 'name' || words.join(' ') === 'full name') {
    return nameCandidates(words.length === 2, model);
  }
  const denied = span.length === 1 && split.length === 0 ? deniedStates(first(span), model) : [];
  if (denied.length > 0) return denied;
  const close = damped(span, (glued[0]?.score ?? 0) > (split[0]?.score ?? 0) ? glued : split);
  // "Active members" are members; the column that says so is only the adjective.
  const names = close.filter((name) => !isStateOfNoun(name, span));
  // "total amount" is a column only where some column is called just that.
  if (inner(span) === 0) return isAggregate ? names.filter(({ score }) => score > 0.9) : names;
  const tail = span.findLastIndex((token) => token.lower === 'of');
  const owner =
    tail < 0
      ? null
      : namingWords(span.slice(tail + 1).filter(({ lower }) => lower !== 'the' && lower !== 'a'));
  const namesTable = (name: NameCandidate) => name.kind === 'table' && name.score > 0.95;
  if (owner !== null && model.names.find(owner).some(namesTable)) return [];
  const isJoined = span.some(({ lower }) => /^(and|or|of)$/.test(lower));
  // "date of birth" may be one name; "name of student" is a column of a table.
  return names
    .filter(
      (candidate) =>
        candidate.kind === 'column' &&
        candidate.score - 0.08 > 0.85 &&
        words.every((word) =>
          (isJoined ? ownWords(candidate.column) : candidate.column.words).some(
            (own) => (model.names.similarWords(word).get(own) ?? 0) > 0.8,
          ),
        ),
    )
    .map((candidate) => ({ ...candidate, score: candidate.score - 0.08 }));
}

const PARTICIPLE = /(ed|en)$|^(born|built|bought|sold|sent|paid|held|won|lost|made|lent)$/;

/** "books published after": a table's rows and a participle with what it governs. */
function isParticipleOf(
  tokens: readonly Token[],
  start: number,
  end: number,
  model: SchemaModel,
): boolean {
  const last = tokens[end - 1];
  const next = tokens[end]?.lower ?? '';
  if (end - start < 2 || last === undefined || !PARTICIPLE.test(last.lower)) return false;
  if (last.lemma === last.lower) return false;
  if (
    !/^(after|before|in|since|between|on|during|until|by|from|at|more|less|over|under|last|this|earlier|later)$/.test(
      next,
    )
  )
    return false;
  const words = namingWords(tokens.slice(start, end - 1));
  return (
    words !== null &&
    model.names.find(words).some(({ kind, score }) => kind === 'table' && score >= 0.95)
  );
}

/** "sorted by total", "average total of": a word of sentences names a column where it can be nothing else. */
function sortedBy(
  tokens: readonly Token[],
  start: number,
  end: number,
  model: SchemaModel,
): string[] | null {
  const [word, next] = [tokens[start], tokens[end]];
  if (end - start !== 1 || word === undefined || !DEPENDENT_WORDS.has(word.lower)) return null;
  if (
    !/^(by|average|avg|mean|highest|lowest|maximum|minimum|max|min)$/.test(
      tokens[start - 1]?.lower ?? '',
    )
  )
    return null;
  const isLast =
    next === undefined ||
    next.kind === 'punctuation' ||
    /^(in|and|of|for|per|descending|ascending|desc|asc|from|then)$/.test(next.lower);
  const isColumn = model.columns.some(({ words }) => words.length === 1 && words[0] === word.lemma);
  return isLast && isColumn ? [word.lemma] : null;
}

function isStateOfNoun(name: NameCandidate, span: readonly Token[]): boolean {
  const noun = span.at(-1)?.lemma ?? '';
  return (
    span.length > 1 &&
    name.kind === 'column' &&
    isStateColumn(name.column) &&
    name.table.words.at(-1) === noun &&
    !name.column.words.includes(noun)
  );
}

/** How many words of a span only hold it together. */
function inner(span: readonly Token[]): number {
  return span.filter((token) => INNER_WORDS.has(token.lower)).length;
}

/** "film name" and "film id" are what tells films apart, however the column is called. */
function labelCandidates(words: readonly string[], model: SchemaModel): readonly NameCandidate[] {
  const last = words.at(-1) ?? '';
  if (words.length < 2 || !/^(name|id)$/.test(last)) return [];
  return model.names.find(words.slice(0, -1)).flatMap((candidate): NameCandidate[] => {
    if (candidate.kind !== 'table' || candidate.score < 0.95) return [];
    const { table } = candidate;
    const columns = last === 'id' ? (table.key === null ? [] : [table.key]) : table.labels;
    const [only] = columns;
    if (only === undefined || (last === 'name' && only.kind !== 'text')) return [];
    return columns.length === 1
      ? [{ kind: 'column', table, column: only, score: 0.97 }]
      : [{ kind: 'table', table, score: 0.97 }];
  });
}

/** "name" means whatever tells rows apart for people, also where no column is called so. */
function nameCandidates(isFull: boolean, model: SchemaModel): readonly NameCandidate[] {
  const found = isFull
    ? model.names.find(['full', 'name']).filter(({ score }) => score > 0.95)
    : model.names.find(['name']);
  const named = new Set(found.filter(({ score }) => score > 0.9).map(({ table }) => table));
  const others = model.tables.flatMap((table): NameCandidate[] => {
    const [label] = table.labels;
    if (named.has(table) || label === undefined || label.kind !== 'text') return [];
    if (table.labels.length === 1 && label.words.at(-1) === 'name' && !isFull)
      return [{ kind: 'column', table, column: label, score: 0.88 }];
    if (table.labels.length > 1) return [{ kind: 'table', table, score: 0.85 }];
    if (isFull) return [{ kind: 'column', table, column: label, score: 0.7 }];
    return label.words.includes('name')
      ? []
      : [{ kind: 'column', table, column: label, score: 0.74 }];
  });
  return [...found, ...others].sort((a, b) => b.score - a.score);
}

function first(span: readonly Token[]): string {
  return span[0]?.lower ?? '';
}

/** What a column's name adds to its table's; "status of orders" is the status *of* something. */
function ownWords(column: ColumnModel): readonly string[] {
  const own = column.words.filter((word) => !column.table.words.includes(word));
  return own.length === 0 ? column.words : own;
}

/** A word that no name has may be two words that names have: "bedroom". */
function known(word: string, model: SchemaModel): readonly string[] {
  const similar = model.names.similarWords(word);
  if (similar.has(word)) return [word];
  const parts = splitName(word);
  return parts.length > 1 && parts.every((part) => model.names.similarWords(part).size > 0)
    ? parts
    : [word];
}

/** "trips that started": a verb form that is not itself part of a name is weak evidence for it. */
function damped(span: readonly Token[], names: readonly NameCandidate[]): readonly NameCandidate[] {
  const verbs = span.filter(
    ({ lower, lemma }) => /(ed|ing)$/.test(lower) && lemma !== lower && isLightVerb(lemma),
  );
  // "wines priced lower than 40": a participle after its noun says something about it.
  const last = span.at(-1);
  if (
    span.length > 1 &&
    last !== undefined &&
    /ed$/.test(last.lower) &&
    last.lemma !== last.lower
  ) {
    return names.filter((name) => writtenName(name).includes(last.lower));
  }
  if (verbs.length === 0) return names;
  return names
    .filter((name) => name.kind === 'column' || !verbs.some(({ lemma }) => isDoer(name, lemma)))
    .map((name) => {
      const isWritten = verbs.every(({ lower }) => writtenName(name).includes(lower));
      return isWritten ? name : { ...name, score: name.score * 0.72 };
    })
    .sort((a, b) => b.score - a.score);
}

/** "Matches that were played" are no matches of players: the table's rows only do what is said. */
function isDoer({ table: { words } }: NameCandidate, verb: string): boolean {
  return words.length === 1 && [`${verb}er`, `${verb}r`, `${verb}or`].includes(words[0] ?? '');
}

function writtenName(name: NameCandidate): string {
  const written = name.kind === 'table' ? name.table.table.name : name.column.column.name;
  return written.toLowerCase();
}

function findValues(
  tokens: readonly Token[],
  start: number,
  end: number,
  phrase: string,
  model: SchemaModel,
): readonly ValueCandidate[] {
  const span = tokens.slice(start, end);
  const [first, last] = [span[0], span.at(-1)];
  if (first === undefined || last === undefined) return [];
  if (first.kind === 'punctuation' || last.kind === 'punctuation') return [];
  if (span.length === 1) {
    if (first.kind === 'number') return [];
    const gender = genderValues(first.lemma, model);
    if (gender.length > 0) return gender;
    if (isFunctionWord(first.lower) && !/^\p{Lu}{2,}$/u.test(first.text)) return [];
    if (first.text.length === 1 && !/^\p{Lu}$/u.test(first.text)) return [];
    if (first.text === 'A' || first.text === 'I') return [];
  } else if (span.every((token) => isFunctionWord(token.lower))) {
    return [];
  }
  const isSmall = /^\p{Ll}/u.test(phrase);
  // "runs" does not spell the code RUN.
  return model.values
    .find(phrase)
    .filter(({ value, match }) => !(isSmall && match !== 'exact' && /^[A-Z0-9]{1,5}$/.test(value)));
}

const GENDERS: Readonly<Record<string, string>> = {
  female: 'f',
  woman: 'f',
  girl: 'f',
  male: 'm',
  man: 'm',
  boy: 'm',
};

/** "female" for a column that stores F and M, or spells the words out. */
function genderValues(word: string, model: SchemaModel): readonly ValueCandidate[] {
  const letter = Object.hasOwn(GENDERS, word) ? GENDERS[word] : undefined;
  if (letter === undefined) return [];
  return model.columns.flatMap((column) => {
    const { values, valuesAreComplete } = column.column;
    if (!valuesAreComplete || values.length === 0 || values.length > 4) return [];
    if (!values.every((value) => /^(m|f|male|female|u|o|other|unknown)$/i.test(value))) return [];
    const value = values.find((stored) => stored.toLowerCase().startsWith(letter));
    return value === undefined ? [] : [{ column, value, match: 'stemmed' as const, score: 0.95 }];
  });
}
