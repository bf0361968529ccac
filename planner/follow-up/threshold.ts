/** "Which of them are above 500": keeps groups by the figure that was shown of each. */
import type { SchemaModel } from '../grounding/schema-model.ts';
import { lemma } from '../language/lemma.ts';
import type { ComparisonOperator } from '../language/lexicon.ts';
import { areSynonyms } from '../language/lexicon.ts';
import { tokenize } from '../language/tokenize.ts';
import { columnsRead } from '../query/columns-read.ts';
import type { Expression, LogicalQuery, Predicate } from '../query/logical.ts';
import { sameExpression } from '../query/same-expression.ts';

export interface Threshold {
  readonly operator: ComparisonOperator;
  readonly value: number;
  /** What is said to be compared: "more than 3 orders"; empty where nothing is. */
  readonly figure: readonly string[];
  /** What the rows are called: "which countries"; empty for "which of them". */
  readonly noun: readonly string[];
  readonly isCounted: boolean;
}

const OPERATORS: readonly (readonly [RegExp, ComparisonOperator])[] = [
  [/^(?:at least|no less than|not less than)$/, '>='],
  [/^(?:at most|no more than|not more than|up to)$/, '<='],
  [/^(?:above|over|beyond|exceed(?:s|ed|ing)?|(?:more|greater|higher|larger|bigger) than)$/, '>'],
  [/^(?:below|under|(?:less|fewer|lower|smaller) than)$/, '<'],
  [/^exactly$/, '='],
];
const SENTENCE =
  /^(?:(?:and|but|ok|okay|now|so|then|what about|how about),? )*(?:(?<count>how many)|which|what|who|list|show(?: me)?|give me)?(?<noun>(?: (?!of |ones?\b|are |is |have |has |had |with |come |were |was |only |just |that |those )\p{L}+){0,3}?)(?:(?:^| )(?:of (?:them|those|these)|ones?|those|the ones?|only|just))*(?: (?:that|which|who|whose))?(?: (?:are|is|were|was|lie|lies|have|has|had|with|having|got|come to|came to|make|made))?(?: the| an?| a (?:value|figure|total) (?:of|that is))? ?\b(?<operator>(?:at least|at most|up to|above|over|beyond|exceeds?|exceeded|exceeding|below|under|exactly|(?:no |not )?(?:more|greater|higher|larger|bigger|less|fewer|lower|smaller) than)) [$€£]?(?<number>-?\d[\d,]*(?:\.\d+)?)(?<scale>k|m|bn| thousand| million| billion)?(?: ?(?:%|percent|dollars?|euros?|pounds|usd|eur|gbp))?(?<figure>(?: \p{L}+){0,3})$/iu;
const SCALES: Readonly<Record<string, number>> = {
  k: 1e3,
  thousand: 1e3,
  m: 1e6,
  million: 1e6,
  bn: 1e9,
  billion: 1e9,
};

/** Reads a bare comparison with a number; null for anything else. */
export function readThreshold(request: string): Threshold | null {
  const text = request
    .trim()
    .replace(/[?.!\s]+$/, '')
    .replace(/\s+/g, ' ');
  const groups = SENTENCE.exec(text)?.groups;
  const { operator = '', number, scale = '', noun = '', figure = '', count } = groups ?? {};
  const sign = OPERATORS.find(([pattern]) => pattern.test(operator.toLowerCase()))?.[1];
  if (number === undefined || sign === undefined) return null;
  return {
    operator: sign,
    value: Number(number.replaceAll(',', '')) * (SCALES[scale.trim().toLowerCase()] ?? 1),
    figure: wordsOf(figure).filter((word) => !/^(in|of|total)$/.test(word)),
    noun: wordsOf(noun),
    isCounted: count !== undefined,
  };
}

function wordsOf(text: string): readonly string[] {
  return tokenize(text).map((token) => lemma(token.lower));
}

/**
 * The query with only the groups whose figure holds. `foreign` where the threshold is about something
 * else than the groups; null where it is not clear which figure is meant.
 */
export function keepGroups(
  query: LogicalQuery,
  threshold: Threshold,
  model: SchemaModel,
): LogicalQuery | 'foreign' | null {
  const { operator, value, figure: words, noun, isCounted } = threshold;
  if (query.groupBy.length === 0 || query.isCounted) return 'foreign';
  if (noun.length > 0 && !namesGroup(noun, query, model)) return 'foreign';
  const figures = figuresOf(query).filter(
    (item) => words.length === 0 || isCalled(words, item, query),
  );
  const [only, other] = figures;
  if (only === undefined && words.length > 0) return 'foreign';
  const isPlain =
    query.setOperation === null &&
    query.rankedWithin === undefined &&
    query.summarizedBy === undefined &&
    query.pairedBy === undefined &&
    query.isExistence === undefined &&
    query.computed === undefined;
  if (only === undefined || other !== undefined || !isPlain || !canFilter(only)) return null;
  if (query.limit !== null && !keepsFirst(query, only, operator)) return null;
  const kept: Predicate = {
    kind: 'compare',
    left: only,
    operator,
    right: { kind: 'number', value },
  };
  const having = query.having.filter(
    (old) =>
      !(
        old.kind === 'compare' &&
        sameExpression(old.left, only) &&
        sign(old.operator) === sign(operator)
      ),
  );
  return { ...query, having: [...having, kept], isCounted };
}

function sign(operator: ComparisonOperator): string {
  return operator.charAt(0);
}

/** What is shown of each group, or what groups are ranked by where nothing is. */
function figuresOf({ select, orderBy }: LogicalQuery): readonly Expression[] {
  const isFigure = ({ expression: { kind } }: { readonly expression: Expression }) =>
    !/^(column|truncated|part|referred)$/.test(kind);
  const shown = select.filter(isFigure).map(({ expression }) => expression);
  return shown.length > 0 ? shown : orderBy.filter(isFigure).map(({ expression }) => expression);
}

/** What is computed across groups is not there yet when they are filtered. */
function canFilter({ kind }: Expression): boolean {
  return kind === 'aggregate' || kind === 'share' || kind === 'arithmetic';
}

/** Whether the first rows above a bound are those of the first rows that are above it. */
function keepsFirst(
  { orderBy: [first] }: LogicalQuery,
  figure: Expression,
  operator: ComparisonOperator,
): boolean {
  return (
    first !== undefined &&
    sameExpression(first.expression, figure) &&
    sign(operator) === (first.direction === 'desc' ? '>' : '<')
  );
}

function namesGroup(noun: readonly string[], { groupBy }: LogicalQuery, { names }: SchemaModel) {
  const columns = columnsRead(groupBy, 'own');
  return names
    .find(noun)
    .some((name) =>
      columns.some(
        (column) =>
          column.table === name.table && (name.kind === 'table' || name.column === column),
      ),
    );
}

/** Whether words say which figure it is: the orders that are counted, the totals that are summed. */
function isCalled(
  words: readonly string[],
  figure: Expression,
  { from, select }: LogicalQuery,
): boolean {
  const alias = select.find(({ expression }) => expression === figure)?.alias ?? '';
  const columns = columnsRead(figure, 'own');
  const isCount = figure.kind === 'aggregate' && figure.name === 'count';
  const tables = isCount
    ? columns.length > 0
      ? columns.map(({ table }) => table)
      : [from.root]
    : [];
  const known = [
    ...wordsOf(alias.replaceAll('_', ' ')),
    ...(isCount ? [] : columns.flatMap((column) => column.words)),
    ...tables.flatMap((table) => table.words),
  ];
  return words.every((word) => known.some((name) => name === word || areSynonyms(word, name)));
}
