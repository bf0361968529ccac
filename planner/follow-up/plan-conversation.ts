import type { CatalogSnapshot } from '../catalog.ts';
import { compileQuery } from '../compile/sql.ts';
import { describeQuery } from '../explain/describe-reading.ts';
import type { SchemaModel, TableModel } from '../grounding/schema-model.ts';
import { schemaModel } from '../grounding/schema-model.ts';
import type { Interpretation, Reading } from '../interpret.ts';
import { interpret } from '../interpret.ts';
import { danglingPronoun } from '../parse/dangling.ts';
import type { PlanOutcome } from '../plan.ts';
import { planReading, planRequest } from '../plan-request.ts';
import type { Expression, LogicalQuery } from '../query/logical.ts';
import { tablesOf } from '../resolve/join-tree.ts';
import { referringTables } from '../resolve/open-ranking.ts';
import {
  mergeConditions,
  mergeGrouping,
  mergeLimit,
  mergeMeasure,
  reversed,
} from './merge-query.ts';
import type { FollowUp } from './read-follow-up.ts';
import { readFollowUp } from './read-follow-up.ts';
import { isAmong, isPicked } from './rows-of.ts';
import type { Threshold } from './threshold.ts';
import { keepGroups, readThreshold } from './threshold.ts';

export interface PlanConversationInput {
  readonly request: string;
  /** Earlier questions of the conversation as they were typed, oldest first. */
  readonly earlier: readonly string[];
  readonly catalog: CatalogSnapshot;
  /** The ISO instant that counts as now. */
  readonly now: string;
}

/** Questions further back than this are not read again. */
const EARLIER_MAX = 20;
/** A delta below this confidence is a guess about words that were meant otherwise. */
const DELTA_CONFIDENCE_MIN = 0.3;

interface Understood {
  readonly interpretation: Interpretation;
  readonly reading: Reading;
}

/**
 * Plans a request that refers to the questions before it; null when it is a question of its own.
 * The state of a conversation is the query that its questions come to, read again from their
 * words: nothing else is remembered.
 */
export function planConversation(input: PlanConversationInput): PlanOutcome | null {
  const { request, catalog, now } = input;
  const context: Context = { model: schemaModel(catalog, now), catalog, now };
  let state: Understood | null = null;
  for (const question of input.earlier.slice(-EARLIER_MAX)) {
    state =
      continuation(question, state, context)?.understood ?? standalone(question, context) ?? state;
  }
  if (state !== null && heldGroups(request, state, context) === null) return unclearFigure();
  const merged = continuation(request, state, context);
  if (merged === null) return null;
  const { understood, change } = merged;
  const plan = planReading(request, understood.interpretation, understood.reading);
  const about = describeQuery(understood.reading.query);
  return {
    status: 'planned',
    plan: {
      ...plan,
      assumptions: [
        `the question continues the one before: ${change}; it asks for ${about}`,
        ...plan.assumptions,
      ],
    },
    alternatives: [],
  };
}

/** What a question comes to when it continues the state; null when it stands on its own. */
function continuation(
  question: string,
  state: Understood | null,
  context: Context,
): { readonly understood: Understood; readonly change: string } | null {
  if (state === null) return null;
  const held = heldGroups(question, state, context);
  if (held === null) return null;
  if (held !== 'foreign') {
    const { operator, value } = held.threshold;
    const change = `only those whose figure is ${operator} ${value}`;
    return { understood: combine(state, held.query, null), change };
  }
  const { isCertain, options } = readFollowUp(question);
  if (!isCertain && !(isFragment(question, options) && isAboutSameRows(question, state, context))) {
    const { catalog, now } = context;
    if (planRequest({ request: question, catalog, now }).status === 'planned') return null;
  }
  return followUp(options, state, context);
}

/** The groups of the state whose figure is compared with a number; null where nothing says which figure. */
function heldGroups(
  question: string,
  { reading }: Understood,
  { model }: Context,
): { readonly query: LogicalQuery; readonly threshold: Threshold } | 'foreign' | null {
  const threshold = readThreshold(question);
  if (threshold === null) return 'foreign';
  const query = keepGroups(reading.query, threshold, model);
  return query === null || query === 'foreign' ? query : { query, threshold };
}

function unclearFigure(): PlanOutcome {
  return {
    status: 'refused',
    reason: 'It is not clear which figure of the rows before is compared; name it.',
    unknownWords: [],
    suggestions: [],
  };
}

/** A few words that would be a question of their own only by chance. */
function isFragment(request: string, options: readonly FollowUp[]): boolean {
  return options.length > 0 && request.trim().split(/\s+/).length <= 3;
}

/** Whether a few words name no other rows than those the conversation is about. */
function isAboutSameRows(words: string, { reading }: Understood, { model, now }: Context): boolean {
  const known = new Set(tablesOf(reading.query.from));
  const { mentions } = interpret(words, model, now);
  return mentions.every(({ names: [best] }) => best?.kind !== 'table' || known.has(best.table));
}

interface Context {
  readonly model: SchemaModel;
  readonly catalog: CatalogSnapshot;
  readonly now: string;
}

function standalone(question: string, { model, now }: Context): Understood | null {
  const interpretation = interpret(question, model, now);
  const [reading] = interpretation.readings;
  if (reading === undefined || interpretation.unknown.length > 0) return null;
  if (danglingPronoun(interpretation.tokens, interpretation.mentions) !== null) return null;
  return { interpretation, reading };
}

function followUp(
  options: readonly FollowUp[],
  state: Understood,
  context: Context,
): { readonly understood: Understood; readonly change: string } | null {
  for (const option of options) {
    const result = apply(option, state, context);
    if (result === null) continue;
    const { query, delta } = result;
    return { understood: combine(state, query, delta), change: describeChange(option) };
  }
  return null;
}

interface Applied {
  readonly query: LogicalQuery;
  /** The reading of the follow-up's own words, or null when none were read. */
  readonly delta: Understood | null;
}

function apply(option: FollowUp, state: Understood, context: Context): Applied | null {
  const { query } = state.reading;
  const plain = (changed: LogicalQuery | null): Applied | null =>
    changed === null ? null : { query: changed, delta: null };
  switch (option.kind) {
    case 'count':
      return plain(counted(query));
    case 'everything':
      return plain({ ...query, where: [], having: [], limit: null });
    case 'reverse':
      return plain(reversed(query));
    case 'again':
      return plain(query);
    case 'limit':
      return applyLimit(option, state, context);
    case 'order':
      return applyOrder(option, state, context);
    case 'group':
      return applyGroup(option, state, context);
    case 'filter':
      return applyFilter(option, state, context);
    case 'measure':
      return applyMeasure(option, state, context);
    case 'sentence':
      return applySentence(option, state, context);
    default:
      return option satisfies never;
  }
}

function counted(query: LogicalQuery): LogicalQuery | null {
  if (query.isCounted) return query;
  return { ...query, orderBy: query.limit === null ? [] : query.orderBy, isCounted: true };
}

function applyLimit(
  { count, direction, by }: Extract<FollowUp, { kind: 'limit' }>,
  state: Understood,
  context: Context,
): Applied | null {
  const { query } = state.reading;
  if (by === null) return { query: mergeLimit(query, count, direction, []), delta: null };
  for (const entity of entitiesOf(query)) {
    const delta = read(`top ${count} ${nounOf(entity)} by ${by}`, context);
    if (delta === null || delta.reading.query.orderBy.length === 0) continue;
    if (!isWithin(delta.reading.query, query)) continue;
    return { query: mergeLimit(query, count, direction, delta.reading.query.orderBy), delta };
  }
  return null;
}

function applyOrder(
  { words, direction }: Extract<FollowUp, { kind: 'order' }>,
  state: Understood,
  context: Context,
): Applied | null {
  const { query } = state.reading;
  for (const entity of entitiesOf(query)) {
    const delta = read(`${nounOf(entity)} sorted by ${words}`, context);
    const order = delta?.reading.query.orderBy ?? [];
    if (delta === null || order.length === 0 || !isWithin(delta.reading.query, query)) continue;
    const orderBy = direction === null ? order : order.map((item) => ({ ...item, direction }));
    return { query: { ...query, isCounted: false, orderBy }, delta };
  }
  return null;
}

function applyGroup(
  { words, isAlso }: Extract<FollowUp, { kind: 'group' }>,
  state: Understood,
  context: Context,
): Applied | null {
  const { query } = state.reading;
  const ranked = isAlso ? null : applyRanking(words, state, context);
  if (ranked !== null) return ranked;
  for (const entity of entitiesOf(query)) {
    const delta = read(`number of ${nounOf(entity)} per ${words}`, context);
    if (delta === null) continue;
    const merged = mergeGrouping(query, delta.reading.query.groupBy, isAlso, {
      model: context.model,
      words: lemmasOf(delta),
    });
    if (merged !== null) return { query: merged, delta };
  }
  return null;
}

/** "And by orders?" after the top customers by revenue: the same ranking by another figure. */
function applyRanking(words: string, state: Understood, context: Context): Applied | null {
  const { query } = state.reading;
  const [order] = query.orderBy;
  const entity = query.from.joins.length === 0 ? query.from.root : (subjectOf(query) ?? null);
  if (query.limit === null || order === undefined || entity === null) return null;
  const rank = order.direction === 'desc' ? 'top' : 'bottom';
  const delta = read(`${rank} ${query.limit} ${nounOf(entity)} by ${words}`, context);
  const by = delta?.reading.query.orderBy[0]?.expression;
  if (delta === null || by === undefined || !isFigure(by, delta, entity, context.model))
    return null;
  const own = delta.reading.query;
  if (query.where.length === 0) return { query: own, delta };
  const merged = mergeConditions(own, { ...query, limit: null, orderBy: [] }, 'only', entity);
  return merged === null ? null : { query: merged, delta };
}

/** The table whose rows a ranking shows. */
function subjectOf({ select }: LogicalQuery): TableModel | null {
  const [first] = select;
  return first?.expression.kind === 'column' ? first.expression.column.table : null;
}

/** Whether rows are ranked by an amount, or by how many rows of another table refer to them. */
function isFigure(
  by: Expression,
  { interpretation, reading }: Understood,
  entity: TableModel,
  model: SchemaModel,
): boolean {
  const last = interpretation.mentions.at(-1);
  const choice = last === undefined ? undefined : reading.assignment.choices.get(last);
  if (choice?.kind === 'column') return choice.column.isMeasure;
  const isCount = by.kind === 'aggregate' && by.name === 'count';
  return (
    isCount && choice?.kind === 'table' && referringTables(entity, model).includes(choice.table)
  );
}

function applyFilter(
  { words, mode }: Extract<FollowUp, { kind: 'filter' }>,
  state: Understood,
  context: Context,
): Applied | null {
  const { query } = state.reading;
  for (const entity of entitiesOf(query)) {
    const noun = nounOf(entity);
    // An adjective, a complement or a phrase of its own: whichever of the three is English.
    for (const sentence of [`${noun} that are ${words}`, `${noun} ${words}`, `${words} ${noun}`]) {
      const delta = read(sentence, context);
      if (delta === null || !hasOnlyConditions(delta.reading.query)) continue;
      const merged = mergeConditions(query, delta.reading.query, mode, entity);
      if (merged !== null) return { query: merged, delta };
    }
  }
  return null;
}

function applyMeasure(
  { words }: Extract<FollowUp, { kind: 'measure' }>,
  state: Understood,
  context: Context,
): Applied | null {
  const { query } = state.reading;
  for (const entity of entitiesOf(query)) {
    for (const sentence of [`${words} of ${nounOf(entity)}`, `${nounOf(entity)} ${words}`]) {
      const delta = read(sentence, context);
      if (delta === null || delta.reading.query.where.length > 0) continue;
      if (delta.reading.query.starOf !== null) continue;
      const among = isPicked(query) ? isAmong(query, entity) : null;
      const own = delta.reading.query;
      if (among !== null && own.select.every(({ expression }) => expression.kind === 'aggregate')) {
        return { query: { ...own, where: [among] }, delta };
      }
      const merged = mergeMeasure(query, own, {
        model: context.model,
        words: lemmasOf(delta),
      });
      if (merged !== null) return { query: merged, delta };
    }
  }
  return null;
}

/** "Which of them are in Berlin?": its own question, over the rows of the one before. */
function applySentence(
  { text }: Extract<FollowUp, { kind: 'sentence' }>,
  state: Understood,
  context: Context,
): Applied | null {
  const { query } = state.reading;
  for (const entity of entitiesOf(query)) {
    const delta = read(text.replaceAll('{}', nounOf(entity)), context);
    if (delta === null || delta.reading.query.from.root !== entity) continue;
    const own = delta.reading.query;
    // Groups are no rows: "which of them are above 3000" asks for more than can be said of one.
    if (isPicked(query) || query.groupBy.length > 0) {
      const among = isAmong(query, entity);
      if (among === null || own.setOperation !== null) continue;
      return { query: { ...own, where: [...own.where, among] }, delta };
    }
    if (query.where.length === 0) return { query: own, delta };
    const merged = mergeConditions(own, query, 'only', entity);
    if (merged === null) continue;
    // A condition of the new sentence wins over an older one on the same column.
    return { query: mergeConditions(merged, own, 'only', entity) ?? merged, delta };
  }
  return null;
}

/** What the words say, when every word of them was understood. */
function read(sentence: string, { model, now }: Context): Understood | null {
  const interpretation = interpret(sentence, model, now);
  const [reading] = interpretation.readings;
  if (reading === undefined || interpretation.unknown.length > 0) return null;
  return reading.confidence < DELTA_CONFIDENCE_MIN ? null : { interpretation, reading };
}

function hasOnlyConditions(query: LogicalQuery): boolean {
  return query.where.length > 0 && query.setOperation === null && query.groupBy.length === 0;
}

function isWithin(delta: LogicalQuery, query: LogicalQuery): boolean {
  const known = new Set(tablesOf(query.from));
  return tablesOf(delta.from).every((table) => known.has(table));
}

/** The tables a follow-up may be about, the question's own subject first. */
function entitiesOf({ from }: LogicalQuery): readonly TableModel[] {
  return tablesOf(from);
}

function nounOf({ table }: TableModel): string {
  return table.name.replaceAll('_', ' ');
}

function lemmasOf({ interpretation }: Understood): ReadonlySet<string> {
  return new Set(interpretation.tokens.map(({ lemma }) => lemma));
}

function combine(state: Understood, query: LogicalQuery, delta: Understood | null): Understood {
  const mentions = [
    ...state.interpretation.mentions,
    ...(delta?.interpretation.mentions.filter(
      ({ text }) => !state.interpretation.mentions.some((known) => known.text === text),
    ) ?? []),
  ];
  const { assignment } = state.reading;
  const choices = new Map([...assignment.choices, ...(delta?.reading.assignment.choices ?? [])]);
  return {
    interpretation: { ...state.interpretation, mentions },
    reading: {
      ...state.reading,
      query,
      sql: compileQuery(query),
      assignment: { ...assignment, choices },
    },
  };
}

function describeChange(option: FollowUp): string {
  switch (option.kind) {
    case 'filter':
      return {
        only: `only ${option.words}`,
        also: `also ${option.words}`,
        not: `not ${option.words}`,
      }[option.mode];
    case 'group':
      return `${option.isAlso ? 'also ' : ''}per ${option.words}`;
    case 'limit':
      return `the ${option.direction} ${option.count}`;
    case 'order':
      return `sorted by ${option.words}`;
    case 'reverse':
      return 'in the opposite order';
    case 'again':
      return 'the same rows';
    case 'count':
      return 'how many there are';
    case 'everything':
      return 'without its conditions';
    case 'sentence':
      return 'about the same rows';
    case 'measure':
      return option.words;
    default:
      return option satisfies never;
  }
}
