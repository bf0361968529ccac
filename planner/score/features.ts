import { aggregateOf, comparativeOf, superlativeOf } from '../language/lexicon.ts';
import type { Token } from '../language/tokenize.ts';
import type { Condition, Frame } from '../parse/frame.ts';
import type { LogicalQuery } from '../query/logical.ts';
import type { Assignment } from '../resolve/assign.ts';
import type { Slot } from '../resolve/slots.ts';
import type { Probe } from './probe.ts';
import { probeRowsMax } from './probe.ts';

/** What a reading is judged by; every value is a count or lies between 0 and 1. */
export type Features = Readonly<Record<FeatureName, number>>;

const probeFeatureNames = [
  'isEmpty',
  'isAllNull',
  'isZero',
  'hasDuplicates',
  'isOneRow',
  'manyRows',
  'rivals',
  'emptyRivals',
  'agreeing',
  'rivalAgrees',
  'rivalHasAsMany',
] as const;

type ProbeFeatureName = (typeof probeFeatureNames)[number];

export const featureNames = [
  'unknownWords',
  'structureLost',
  'verbsLost',
  'numbersLost',
  'valuesLost',
  'strayColumns',
  'strayTables',
  'weakLinks',
  'linkMean',
  'linkMin',
  'unknownValues',
  'ties',
  'margin',
  'joins',
  'projections',
  'misplacedColumns',
  'conditions',
  'hasOr',
  'hasNegation',
  'hasSubquery',
  'hasSetOperation',
  'hasGroup',
  'hasHaving',
  'hasOrder',
  'hasLimit',
  'sumsCounted',
  'isStar',
  'isRowCount',
  'isKeyOnly',
  'repeatsRows',
  'selectsComputed',
  'sentences',
  'tokens',
  'commas',
  'nestedClauses',
  'isComputed',
  'rowsOnce',
  'impliedLabels',
  'partialValues',
  'silentTables',
  'implicitGroup',
  'parallelKeys',
  ...probeFeatureNames,
] as const;

/** What the probes of a request's readings say about one of them; all 0 when it was not run. */
export function probeFeatures(
  own: Probe | null,
  others: readonly (Probe | null)[],
): Record<ProbeFeatureName, number> {
  const rivals = others.filter((probe) => probe !== null);
  const [rival] = rivals;
  const isKnown = own?.digest != null;
  return {
    isEmpty: flag(own?.rowCount === 0),
    isAllNull: flag(own?.isAllNull ?? false),
    isZero: flag(own?.isZero ?? false),
    hasDuplicates: flag(own?.hasDuplicates ?? false),
    isOneRow: flag(own?.rowCount === 1),
    manyRows: own === null ? 0 : own.rowCount / probeRowsMax,
    rivals: own === null ? 0 : rivals.length,
    emptyRivals: own === null ? 0 : rivals.filter(({ rowCount }) => rowCount === 0).length,
    agreeing: isKnown ? rivals.filter(({ digest }) => digest === own.digest).length : 0,
    rivalAgrees: flag(isKnown && rival?.digest === own.digest),
    rivalHasAsMany: flag(own !== null && rival?.rowCount === own.rowCount),
  };
}

export type FeatureName = (typeof featureNames)[number];

export interface ReadingFacts {
  readonly tokens: readonly Token[];
  readonly frame: Frame;
  readonly slots: readonly Slot[];
  readonly assignment: Assignment;
  readonly query: LogicalQuery;
  readonly unknownCount: number;
  readonly verbsLost: number;
  /** Score of the best reading with another query, or null. */
  readonly rivalScore: number | null;
  readonly repeatsRows: boolean;
  /** Some tables are joined by one of several keys of which the request names none. */
  readonly hasParallelKeys: boolean;
}

/** Measures a reading; pure, and independent of which database it is about. */
export function measureReading(facts: ReadingFacts): Features {
  const { tokens, frame, slots, assignment, query } = facts;
  const lost = tokens.filter((_, index) => !frame.covered.has(index));
  const conditions = flatten(frame.conditions);
  const links = slots.map((slot) => {
    const choice = assignment.choices.get(slot.subject);
    return slot.options.find((option) => option.choice === choice)?.score ?? 0;
  });
  const choiceOf = (subject: object) => assignment.choices.get(subject);
  const stray = frame.related.map(choiceOf);
  const used = new Set(
    [...frame.projections.map(({ mention }) => mention), ...frame.projections.map(({ of }) => of)]
      .flatMap((mention) => (mention === null ? [] : [choiceOf(mention)?.table]))
      .filter((table) => table !== undefined),
  );
  const shown = query.select.map(({ expression }) => expression);
  return {
    unknownWords: facts.unknownCount,
    structureLost: lost.filter((token) => isStructure(token)).length,
    verbsLost: facts.verbsLost,
    numbersLost: lost.filter(({ number }) => number !== null).length,
    valuesLost: lost.filter((token) => token.kind === 'quoted' || /^\p{Lu}\p{Ll}/u.test(token.text))
      .length,
    strayColumns: stray.filter((choice) => choice?.kind === 'column').length,
    strayTables: stray.filter((choice) => choice?.kind === 'table' && !used.has(choice.table))
      .length,
    weakLinks: links.filter((score) => score < 0.75).length,
    linkMean: links.length === 0 ? 1 : links.reduce((sum, score) => sum + score, 0) / links.length,
    linkMin: Math.min(1.2, ...links),
    unknownValues: unknownValues(slots, assignment),
    ties: slots.filter(isTied).length,
    margin: facts.rivalScore === null ? 1 : Math.min(1, assignment.score - facts.rivalScore),
    joins: query.from.joins.length,
    projections: query.select.length,
    misplacedColumns: slots.filter((slot) => isMisplaced(slot, assignment)).length,
    conditions: conditions.length,
    hasOr: flag(conditions.some(({ kind }) => kind === 'or')),
    hasNegation: flag(conditions.some(({ isNegated }) => isNegated)),
    hasSubquery: flag(
      conditions.some(
        (condition) => condition.kind === 'compare' && condition.operand.kind === 'query',
      ),
    ),
    hasSetOperation: flag(query.setOperation !== null),
    hasGroup: flag(frame.groups.length + frame.timeGroups.length > 0),
    hasHaving: flag(query.having.length > 0),
    hasOrder: flag(query.orderBy.length > 0),
    hasLimit: flag(query.limit !== null),
    sumsCounted: flag(
      frame.projections.some(({ aggregate }) => aggregate === 'count') &&
        shown.some((expression) => expression.kind === 'aggregate' && expression.name === 'sum'),
    ),
    isStar: flag(query.starOf !== null),
    isRowCount: flag(shown.length === 1 && shown[0]?.kind === 'aggregate' && shown[0].of === null),
    isKeyOnly: flag(
      shown.length === 1 && shown[0]?.kind === 'column' && shown[0].column.isForeignKey,
    ),
    repeatsRows: flag(
      facts.repeatsRows &&
        shown.every(({ kind }) => kind === 'column') &&
        !query.isDistinct &&
        query.groupBy.length === 0,
    ),
    selectsComputed: flag(
      shown.some(
        (expression) => expression.kind === 'column' && expression.column.procedure !== null,
      ),
    ),
    sentences: tokens.filter(({ text }) => /^[.?!]$/.test(text)).length,
    tokens: tokens.length / 20,
    commas: tokens.filter(({ text }) => text === ',').length,
    nestedClauses: tokens.filter(({ lower }) => /^(who|whose|which|that|where|if)$/.test(lower))
      .length,
    isComputed: 0,
    rowsOnce: flag(
      !frame.isDistinct &&
        shown.every(({ kind }) => kind === 'column') &&
        (query.isDistinct || (query.groupBy.length > 0 && query.having.length === 0)) &&
        query.orderBy.every(({ expression }) => expression.kind === 'column'),
    ),
    impliedLabels: frame.projections.filter(
      ({ aggregate, mention }) =>
        aggregate === null && mention !== null && choiceOf(mention)?.kind === 'table',
    ).length,
    partialValues: [...assignment.choices.values()].filter(
      (choice) => choice.kind === 'value' && choice.match === 'contains',
    ).length,
    silentTables: query.from.joins.filter(({ table }) => !assignment.tables.includes(table)).length,
    implicitGroup: flag(
      query.groupBy.length > 0 && frame.groups.length + frame.timeGroups.length === 0,
    ),
    parallelKeys: flag(facts.hasParallelKeys),
    ...probeFeatures(null, []),
  };
}

function flag(value: boolean): number {
  return value ? 1 : 0;
}

/** Words that change what a query means; passing over one is rarely harmless. */
function isStructure({ lower }: Token): boolean {
  return (
    comparativeOf(lower) !== null ||
    superlativeOf(lower) !== null ||
    aggregateOf(lower) !== null ||
    /^(not|no|never|without|except|or|both|each|every|per|only|same|other|than|least|difference|ratio|percent|percentage|rate|ratio|if|between)$/.test(
      lower,
    )
  );
}

function flatten(conditions: readonly Condition[]): Condition[] {
  return conditions.flatMap((condition) => {
    if (condition.kind === 'or' || condition.kind === 'and') {
      return [condition, ...flatten(condition.conditions)];
    }
    return condition.kind === 'exists'
      ? [condition, ...flatten(condition.frame.conditions)]
      : [condition];
  });
}

/** Values that no stored value spells although all of them are known. */
function unknownValues(slots: readonly Slot[], assignment: Assignment): number {
  return slots.filter((slot) => {
    const choice = assignment.choices.get(slot.subject);
    if (choice?.kind !== 'value' || choice.match === 'contains') return false;
    const { values, valuesAreComplete } = choice.column.column;
    return valuesAreComplete && !values.includes(choice.value);
  }).length;
}

function isTied(slot: Slot): boolean {
  const [first, second] = slot.options;
  return first !== undefined && second !== undefined && first.score - second.score < 0.05;
}

function isMisplaced(slot: Slot, assignment: Assignment): boolean {
  if (slot.context === null) return false;
  const own = assignment.choices.get(slot.subject);
  const context = assignment.choices.get(slot.context);
  return own !== undefined && context !== undefined && own.table !== context.table;
}
