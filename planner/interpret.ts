import { compileQuery } from './compile/sql.ts';
import { spellOutAbsence } from './decompose/absent-since.ts';
import { readActiveRows } from './decompose/active-rows.ts';
import type { Arithmetic } from './decompose/arithmetic.ts';
import { readArithmetic } from './decompose/arithmetic.ts';
import { readBestSelling, readHighestRevenue, readTopPerGroup } from './decompose/best-selling.ts';
import { spellOutBirthdays } from './decompose/birthday.ts';
import { readBusiest } from './decompose/busiest.ts';
import { changeBetween, readChange } from './decompose/change.ts';
import { combineQueries } from './decompose/combine.ts';
import { countedList, readCountAndList } from './decompose/count-and-list.ts';
import { inlineDefinition } from './decompose/definition.ts';
import {
  readDuplicates,
  readSharing,
  repeatedValues,
  rowsThatShare,
} from './decompose/duplicates.ts';
import { readFirstOfTheirOwn } from './decompose/first-of-their-own.ts';
import { withoutFraming } from './decompose/framing.ts';
import { readGrowth } from './decompose/growth.ts';
import { readLikeThings } from './decompose/like-things.ts';
import { readLinkedRows } from './decompose/linked-rows.ts';
import { readLowStock } from './decompose/low-stock.ts';
import { readNestedTotal } from './decompose/nested-total.ts';
import { readNewRows } from './decompose/new-rows.ts';
import { readOnAverage } from './decompose/on-average.ts';
import { readOverdue } from './decompose/overdue.ts';
import { partOfTotal, readPartOfTotal } from './decompose/part-of-total.ts';
import { readRankedRatio } from './decompose/ranked-ratio.ts';
import { readRepeatRows } from './decompose/repeat-rows.ts';
import type { RewritingReader } from './decompose/rewriting.ts';
import { readRunningTotal, runningTotal } from './decompose/running-total.ts';
import { spellOutShare } from './decompose/share-of.ts';
import { comparedSides, readTwoSides } from './decompose/two-sides.ts';
import { oneOfTwo, readWhichOfTwo } from './decompose/which-of-two.ts';
import { decidingQuery, readYesNo } from './decompose/yes-no.ts';
import type { Mention } from './grounding/link.ts';
import { linkMentions } from './grounding/link.ts';
import type { SchemaModel, TableModel } from './grounding/schema-model.ts';
import { isFunctionWord, isLightVerb, isState, isStateWord } from './language/lexicon.ts';
import type { Token } from './language/tokenize.ts';
import { tokenize } from './language/tokenize.ts';
import type { Frame } from './parse/frame.ts';
import { isMostlyValue, namesTable } from './parse/mentions.ts';
import { parseRequest } from './parse/request.ts';
import { procedureOf } from './procedures/tasks.ts';
import type { LogicalQuery } from './query/logical.ts';
import { askForPeople } from './resolve/asked-person.ts';
import type { Assignment } from './resolve/assign.ts';
import { assign } from './resolve/assign.ts';
import { buildQuery } from './resolve/build.ts';
import { isRepeated, spokenRoles } from './resolve/join-tree.ts';
import { keyLookup } from './resolve/key-lookup.ts';
import { openRanking } from './resolve/open-ranking.ts';
import { isSenseless, ranksSingles } from './resolve/sense.ts';
import type { Slot } from './resolve/slots.ts';
import { collectSlots } from './resolve/slots.ts';
import { confidenceOf } from './score/confidence.ts';
import type { Features } from './score/features.ts';
import { measureReading } from './score/features.ts';

/** One way to read a request, as a query. */
export interface Reading {
  readonly query: LogicalQuery;
  readonly sql: string;
  readonly assignment: Assignment;
  /** Fit of the words; comparable between readings of one request. */
  readonly score: number;
  readonly features: Features;
  /** The chance that this is what was meant, by its words alone. */
  readonly confidence: number;
  /** Asks for the row with a certain key: that there is none is an answer. */
  readonly isLookup: boolean;
}

/** What to ask back, and the readings that the answers lead to. */
export interface OpenQuestion {
  readonly question: string;
  readonly readings: readonly { readonly label: string; readonly reading: Reading }[];
}

interface Understanding {
  readonly frame: Frame;
  readonly slots: readonly Slot[];
  readonly drafts: readonly Draft[];
}

interface Draft {
  readonly query: LogicalQuery;
  readonly sql: string;
  readonly assignment: Assignment;
}

/** Everything that was understood of a request. */
export interface Interpretation {
  readonly tokens: readonly Token[];
  readonly mentions: readonly Mention[];
  readonly frame: Frame;
  /** Best first. */
  readonly readings: readonly Reading[];
  /** Content words that nothing in the database answers to. */
  readonly unknown: readonly Token[];
  /** A word that turns an answer around, and that no part of the request could be read with. */
  readonly lostWord: string | null;
  /** What the request leaves open although it can be said, with the readings that say it. */
  readonly open: OpenQuestion | null;
}

/** Passing over one of these answers another question. */
const DECISIVE = /^(than|less|fewer|not|never|neither|nor|without|except|excluding|between)$/;
const UNIT = /^(seconds?|minutes?|hours?|days?|weeks?|months?|years?)$/;
/** Asks about every row of a table, not about the groups that happen to have rows. */
const EVERY_ENTITY = /^how many [^.?!]+ (?:does|do|did|has|have) (?:each|every) [^.?!]+[.?!]?$/i;
const READINGS_MAX = 6;
const ASSIGNMENTS_MAX = 24;

/** Reads a request against a database. */
export function interpret(text: string, model: SchemaModel, now: string): Interpretation {
  const request = spellOutAbsence(withoutFraming(spellOutBirthdays(text, now)));
  const tokens = tokenize(request);
  const change = compareTimes(request, model, now);
  if (change !== null) return change;
  const sides = compareSides(request, model, now);
  if (sides !== null) return sides;
  const arithmetic = readArithmetic(request, tokens);
  const computed =
    arithmetic === null ? computeShare(request, model, now) : compute(arithmetic, model, now);
  return computed ?? rewritten(request, model, now) ?? interpretTokens(request, tokens, model, now);
}

/** "add up the totals per customer" asks for their sum. */
const ADDED_UP = /^(?:please\s+)?(?:add|sum)(?:\s+up)?\s+(?=(?:the|all|their)\s)/i;

function computeShare(request: string, model: SchemaModel, now: string): Interpretation | null {
  const share = spellOutShare(request);
  const parts = share === null ? null : readArithmetic(share, tokenize(share));
  const computed = parts === null ? null : compute(parts, model, now);
  return computed !== null && computed.readings.length > 0 ? computed : null;
}

/** What is read as another request whose queries are then changed; null where nothing is. */
function rewritten(request: string, model: SchemaModel, now: string): Interpretation | null {
  if (ADDED_UP.test(request)) {
    const sum = request.replace(ADDED_UP, 'sum of ');
    return interpretTokens(sum, tokenize(sum), model, now);
  }
  const listed = readCountAndList(request);
  if (listed !== null) return changed(listed, { model, now }, countedList);
  const duplicates = readDuplicates(request);
  if (duplicates !== null) {
    return changed(duplicates.values, { model, now }, (query) => repeatedValues(query, duplicates));
  }
  const sharing = readSharing(request);
  if (sharing !== null) {
    const rows = changed(sharing, { model, now }, rowsThatShare);
    if (rows.readings.length > 0) return rows;
  }
  const yesNo = readYesNo(request, tokenize(request));
  if (yesNo !== null) {
    const rows = inlineDefinition(yesNo.rows) ?? yesNo.rows;
    return changed(rows, { model, now }, (query) => decidingQuery(query, yesNo));
  }
  const alike = readLikeThings(request, model);
  if (alike !== null) {
    const { left, right, combine } = alike;
    const list = both(left, right, { combine, isComputed: false, model, now });
    if (list.readings.length > 0) return list;
  }
  const averaged = readOnAverage(request);
  if (averaged !== null) {
    const average = interpretTokens(averaged, tokenize(averaged), model, now);
    // Words that nobody said are not to be named as those that nothing answers to.
    if (average.readings.length > 0 || !/\bhow long\b/i.test(request)) return average;
  }
  const running = readRunningTotal(request);
  if (running !== null) return changed(running, { model, now }, runningTotal);
  const better = readWhichOfTwo(request, model).map((one) =>
    changed(one, { model, now }, oneOfTwo),
  );
  // One of the two is asked for: no list of rows says which.
  const one = better.find(({ readings }) => readings.length > 0) ?? better[0];
  if (one !== undefined) return one;
  const figures = readPartOfTotal(request);
  if (figures !== null) {
    const parts = changed(figures, { model, now }, partOfTotal);
    return parts.readings.length > 0 || parts.unknown.length > 0 ? parts : null;
  }
  const everyday = otherwiseSaid(request, model, now);
  if (everyday !== null) return everyday;
  const inlined = inlineDefinition(request);
  return inlined === null ? null : interpretTokens(inlined, tokenize(inlined), model, now);
}

const FORMS: readonly RewritingReader[] = [
  readFirstOfTheirOwn,
  readBestSelling,
  readTopPerGroup,
  readHighestRevenue,
  readGrowth,
  readBusiest,
  readNestedTotal,
  readLinkedRows,
  readNewRows,
  readRepeatRows,
  readRankedRatio,
  readLowStock,
  readOverdue,
  readActiveRows,
];

/** What a request comes to that is said in other words; null where no form of those fits. */
function otherwiseSaid(request: string, model: SchemaModel, now: string): Interpretation | null {
  for (const read of FORMS) {
    const form = read(request, model, now);
    if (form === null) continue;
    const tried = form.asked.map(({ label, request: words }) => ({
      label,
      interpretation: changed(words, { model, now }, form.change),
    }));
    const readable = tried.filter(({ interpretation: { readings } }) => readings.length > 0);
    const [only, other] = readable;
    if (only === undefined) {
      const first = form.isGuess === true ? undefined : tried[0]?.interpretation;
      if (first !== undefined) return { ...first, readings: [], open: null };
      continue;
    }
    if (other === undefined) return only.interpretation;
    const readings = readable.flatMap(({ label, interpretation }) =>
      interpretation.readings.slice(0, 1).map((reading) => ({ label, reading })),
    );
    return { ...only.interpretation, readings: [], open: { question: form.question, readings } };
  }
  return null;
}

/** The readings of a request with their queries changed; those that cannot be are left out. */
function changed(
  request: string,
  { model, now }: { readonly model: SchemaModel; readonly now: string },
  change: (query: LogicalQuery) => LogicalQuery | null,
): Interpretation {
  const interpretation = interpretTokens(request, tokenize(request), model, now, true);
  const readings = interpretation.readings.flatMap((reading): Reading[] => {
    // What a procedure computes is planned in tasks of its own.
    const query = procedureOf(reading.query) === null ? change(reading.query) : null;
    return query === null ? [] : [{ ...reading, query, sql: compileQuery(query) }];
  });
  // Where the likeliest reading cannot be changed, the others are no answer to the request.
  const [best] = interpretation.readings;
  if (best !== undefined && readings[0]?.assignment !== best.assignment) {
    return { ...interpretation, readings: [] };
  }
  return { ...interpretation, readings };
}

/** Reads a figure at two times; null where no such thing is asked. */
function compareTimes(request: string, model: SchemaModel, now: string): Interpretation | null {
  const wordings = (readChange(request) ?? []).map(({ before, after }) =>
    both(before, after, { combine: changeBetween, isComputed: false, model, now }),
  );
  return wordings.find(({ readings }) => readings.length > 0) ?? wordings[0] ?? null;
}

/** Reads one figure of two groups; null where no such thing is asked, or it can mean something else. */
function compareSides(request: string, model: SchemaModel, now: string): Interpretation | null {
  const sides = readTwoSides(request);
  if (sides === null) return null;
  const combine = (a: LogicalQuery, b: LogicalQuery) => comparedSides(sides, a, b);
  const tried = sides.wordings.map(({ left, right }) =>
    both(left, right, { combine, isComputed: false, model, now }),
  );
  const found = tried.find(({ readings, unknown }) => readings.length > 0 && unknown.length === 0);
  if (found !== undefined || !sides.isCertain) return found ?? null;
  // Words that nobody said are not to be named as those that nothing answers to.
  const first = tried[0] ?? interpretTokens(request, tokenize(request), model, now);
  const said = new Set(tokenize(request).map(({ lower }) => lower));
  const unknown = first.unknown.filter(({ lower }) => said.has(lower));
  return { ...first, readings: [], unknown, open: null };
}

/** Reads the two parts of a computation; null where they do not give numbers to compute with. */
function compute(
  { operator, left, right }: Arithmetic,
  model: SchemaModel,
  now: string,
): Interpretation | null {
  const combine = (a: LogicalQuery, b: LogicalQuery) => combineQueries(operator, a, b);
  const interpretation = both(left, right, { combine, isComputed: true, model, now });
  const { readings, unknown } = interpretation;
  return readings.length === 0 && unknown.length === 0 ? null : interpretation;
}

interface Combination {
  readonly combine: (left: LogicalQuery, right: LogicalQuery) => LogicalQuery | null;
  /** The two ask for different things, which is riskier than asking for one thing twice. */
  readonly isComputed: boolean;
  readonly model: SchemaModel;
  readonly now: string;
}

/** The readings of two requests put together; those that do not fit together are left out. */
function both(
  left: string,
  right: string,
  { combine, isComputed, model, now }: Combination,
): Interpretation {
  const part = interpretTokens(left, tokenize(left), model, now);
  const whole = interpretTokens(right, tokenize(right), model, now);
  const readings: Reading[] = [];
  for (const own of part.readings) {
    for (const other of whole.readings) {
      const query = combine(own.query, other.query);
      if (query === null) continue;
      const sql = compileQuery(query);
      if (readings.some((known) => known.sql === sql)) continue;
      const features = isComputed ? { ...own.features, isComputed: 1 } : own.features;
      readings.push({
        ...own,
        query,
        sql,
        features,
        score: own.score + other.score,
        confidence: confidenceOf(features, 'words'),
      });
    }
  }
  readings.sort((a, b) => b.score - a.score);
  const unknown = eachOnce([...part.unknown, ...whole.unknown]);
  return { ...part, readings: readings.slice(0, READINGS_MAX), unknown };
}

/** The first word that was passed over although it says which rows are meant; null where none was. */
function lostWordOf(
  tokens: readonly Token[],
  mentions: readonly Mention[],
  { covered }: Frame,
): string | null {
  const state = tokens.find((_, at) => isLostState(tokens, at, mentions));
  if (state !== undefined) return state.text;
  const lost = tokens.find((token, at) => {
    if (covered.has(at)) return false;
    const isSpan = token.number !== null && UNIT.test(tokens[at + 1]?.lower ?? '');
    return DECISIVE.test(token.lower) || isSpan || isState(token, tokens[at - 1], tokens[at + 1]);
  });
  return lost?.text ?? null;
}

/** "Open alarms", where nothing in the database says which are: those are not all alarms. */
function isLostState(tokens: readonly Token[], at: number, mentions: readonly Mention[]): boolean {
  const noun = mentions.find(({ start }) => start === at + 1);
  const isNamed = mentions.some(({ start, end }) => start <= at && at < end);
  const before = tokens[at - 1]?.lower ?? '';
  const isAdjective =
    /^(|the|all|any|of|many|our|which|what|list|show|me|with|without|no|and)$/.test(before);
  return (
    noun !== undefined &&
    !isNamed &&
    isAdjective &&
    namesTable(noun) &&
    !isMostlyValue(noun) &&
    isStateWord(tokens[at])
  );
}

/** Whether a query only repeats what the request says: the title of the book with that title. */
function saysNothing({ select, where, isCounted }: LogicalQuery): boolean {
  const fixed = where.flatMap((item) =>
    item.kind === 'compare' && item.operator === '=' && item.left.kind === 'column'
      ? [item.left.column]
      : [],
  );
  return (
    !isCounted &&
    select.length > 0 &&
    select.every(
      ({ expression }) => expression.kind === 'column' && fixed.includes(expression.column),
    )
  );
}

/** The table of the first column that is shown. */
function tableShown({ select, from }: LogicalQuery): TableModel {
  const [first] = select;
  return first?.expression.kind === 'column' ? first.expression.column.table : from.root;
}

function eachOnce(tokens: readonly Token[]): readonly Token[] {
  const known = new Set<string>();
  return tokens.filter(({ lower }) => !known.has(lower) && known.add(lower));
}

function interpretTokens(
  request: string,
  tokens: readonly Token[],
  model: SchemaModel,
  now: string,
  isSubjectImplied = false,
): Interpretation {
  const mentions = linkMentions(request, tokens, model);
  const frame = parseRequest(tokens, mentions, now);
  frame.isSubjectImplied ||= isSubjectImplied;
  frame.keepsEmptyGroups = EVERY_ENTITY.test(request.trim());
  const isAsked = !isSubjectImplied && /^(who|what|which)$/.test(tokens[0]?.lower ?? '');
  const lostWord = lostWordOf(tokens, mentions, frame);
  const isClear = lostWord === null && (tokens[0]?.lower !== 'who' || askForPeople(frame, model));
  const words = new Set(tokens.filter(({ kind }) => kind === 'word').map(({ lemma }) => lemma));
  const understood = (meant: Frame): Understanding => {
    const slots = collectSlots(meant, model);
    const drafts: Draft[] = [];
    let ranked: TableModel | null = null;
    for (const assignment of assign(slots, model).slice(0, ASSIGNMENTS_MAX)) {
      const query = buildQuery(meant, assignment, { model, words, now });
      if (query === null || (isAsked && saysNothing(query))) continue;
      // What cannot be ranked in this way is not to be replaced by something else that can.
      if (ranksSingles(query)) ranked ??= tableShown(query);
      const countsRows = meant.orders.some(
        ({ mention }) => mention !== null && assignment.choices.get(mention)?.kind === 'table',
      );
      if (ranked !== null && (tableShown(query) !== ranked || !countsRows)) continue;
      if (isSenseless(query, meant, assignment.choices)) continue;
      const sql = compileQuery(query);
      if (drafts.some((draft) => draft.sql === sql)) continue;
      drafts.push({ query, sql, assignment });
      if (drafts.length >= READINGS_MAX) break;
    }
    return { frame: meant, slots, drafts };
  };
  const understanding: Understanding = isClear
    ? understood(frame)
    : { frame, slots: [], drafts: [] };
  const lost = tokens.filter(
    (token, index) =>
      token.kind === 'word' &&
      !frame.covered.has(index) &&
      !isFunctionWord(token.lower) &&
      !isLightVerb(token.lemma) &&
      token.number === null,
  );
  const unknown = eachOnce(lost);
  const verbsLost = tokens.filter(
    (token, index) =>
      token.kind === 'word' && !frame.covered.has(index) && isLightVerb(token.lemma),
  ).length;
  const measured = ({ frame: meant, slots, drafts }: Understanding) =>
    drafts.map((draft): Reading => {
      const { query, assignment } = draft;
      const rival = drafts.find((other) => other !== draft);
      const features = measureReading({
        tokens,
        frame: meant,
        slots,
        assignment,
        query,
        unknownCount: unknown.length,
        verbsLost,
        rivalScore: rival?.assignment.score ?? null,
        repeatsRows: isRepeated(query.from, query.from.root),
        hasParallelKeys: query.from.joins.some(
          ({ edge }) =>
            model.keys.edgesBetween(edge.from, edge.to).length > 1 &&
            spokenRoles(edge, model, words).spoken === 0,
        ),
      });
      return {
        ...draft,
        score: assignment.score,
        features,
        confidence: confidenceOf(features, 'words'),
        isLookup: keyLookup(query) !== null,
      };
    });
  const readings = measured(understanding);
  const isOpen = isClear && readings.length === 0 && verbsLost === 0;
  const ranking = isOpen ? openRanking(frame, model) : null;
  const rankings = (ranking?.options ?? []).flatMap(({ label, frame: meant }) =>
    measured(understood(meant))
      .slice(0, 1)
      .map((reading) => ({ label, reading })),
  );
  const open =
    ranking === null
      ? null
      : { question: `By what should ${ranking.entity} be ranked?`, readings: rankings };
  return { tokens, mentions, frame, readings, unknown, lostWord, open };
}
