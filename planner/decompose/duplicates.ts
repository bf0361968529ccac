import type { ColumnModel } from '../grounding/schema-model.ts';
import type { Expression, LogicalQuery, Predicate } from '../query/logical.ts';
import { columnOf } from '../query/logical.ts';
import { sameExpression } from '../query/same-expression.ts';

/** A question for values that more than one row has, as a request for the values themselves. */
export interface Duplicates {
  readonly values: string;
  readonly asks: 'list' | 'number' | 'whether';
}

const OPENING =
  /^(?:(?<whether>(?:are|is) there(?: any)?|do we have(?: any)?|does .+? (?:have|contain)(?: any)?)|(?<number>how many)|(?:please |can you )?(?:find|show|list|give|get|which|what)(?: me)?(?: all)?(?: of)?(?: the)?|any|all|the)\s+/iu;
const ADJECTIVE = /^(?:duplicated?|repeated|repeating|non-?unique)\s+(?<things>.+)$/iu;
const NOUN = /^duplicates?\s+(?:of|in|among|by|on)\s+(?:the\s+)?(?<things>.+)$/iu;
const CLAUSE =
  /^(?<things>.+?)\s+(?:that|which|who)?\s*(?:occurs?|appears?|exists?|(?:is|are) (?:used|listed|entered|stored|recorded)|repeats?)(?:\s+in\s+\w+)?\s+(?:more than once|multiple times|several times|twice or more|at least twice)$/iu;

/** Reads "duplicate emails", "which emails appear more than once?"; null for anything else. */
export function readDuplicates(text: string): Duplicates | null {
  const sentence = text
    .trim()
    .replace(/[?.!\s]+$/, '')
    .replace(/\s+/g, ' ');
  const opening = OPENING.exec(sentence);
  const rest = sentence
    .slice(opening?.[0].length ?? 0)
    .replace(/\s+(?:are|is) there(?: in total)?$/i, '');
  const match = ADJECTIVE.exec(rest) ?? NOUN.exec(rest) ?? CLAUSE.exec(rest);
  const things = match?.groups?.things;
  if (things === undefined) return null;
  const { whether, number } = opening?.groups ?? {};
  const asks = whether !== undefined ? 'whether' : number !== undefined ? 'number' : 'list';
  return { values: things, asks };
}

const SHARED =
  /^(?<things>(?!pairs? of).+?)\s+(?:with|having|sharing|(?:(?:who|that|which)\s+)?(?:have|share|has))\s+(?:(?:the|an?)\s+(?:same|identical)|identical|duplicated?|(?<=(?:share|sharing)\s)an?)\s+(?<column>\S+(?:\s\S+)?)$/iu;

/** Reads "customers with the same name" as a request for pairs of them; null for anything else. */
export function readSharing(text: string): string | null {
  const sentence = text
    .trim()
    .replace(/[?.!\s]+$/, '')
    .replace(/\s+/g, ' ');
  const rest = sentence.slice(OPENING.exec(sentence)?.[0].length ?? 0);
  const { things, column } = SHARED.exec(rest)?.groups ?? {};
  if (things === undefined || column === undefined || /\b(as|how many)\b/i.test(rest)) return null;
  return `pairs of ${things} with the same ${column}`;
}

/** The rows that agree with another one in a column, in place of their pairs. */
export function rowsThatShare(query: LogicalQuery): LogicalQuery | null {
  const { pairedBy: by, ...rows } = query;
  if (by === undefined || rows.limit !== null || rows.starOf !== null) return null;
  const own = columnOf(by);
  const { root } = rows.from;
  const values = repeatedValues(
    { ...rows, select: [{ expression: own, alias: null }], orderBy: [] },
    { asks: 'number' },
  );
  if (values === null) return null;
  const shown = [...root.labels, by].map(columnOf);
  const select = shown.filter(
    (expression, index) =>
      shown.findIndex((earlier) => sameExpression(earlier, expression)) === index,
  );
  return {
    ...rows,
    select: select.map((expression) => ({ expression, alias: null })),
    where: [
      ...rows.where,
      { kind: 'inQuery', of: own, query: { ...values, isCounted: false }, isNegated: false },
    ],
    orderBy: [{ expression: own, direction: 'asc' }],
  };
}

/** The values that more than one of the query's rows has, with how many; null where it lists none. */
export function repeatedValues(
  query: LogicalQuery,
  { asks }: Pick<Duplicates, 'asks'>,
): LogicalQuery | null {
  const columns = query.select.flatMap(({ expression }): ColumnModel[] =>
    expression.kind === 'column' ? [expression.column] : [],
  );
  const isList =
    columns.length > 0 &&
    columns.length === query.select.length &&
    query.from.joins.length === 0 &&
    query.having.length === 0 &&
    query.setOperation === null &&
    query.limit === null &&
    !query.isCounted &&
    query.computed === undefined;
  // A key is never there twice: something else must have been meant.
  if (!isList || columns.some((column) => column === column.table.key)) return null;
  const count: Expression = { kind: 'aggregate', name: 'count', isDistinct: false, of: null };
  const repeated: Predicate = {
    kind: 'compare',
    left: count,
    operator: '>',
    right: { kind: 'number', value: 1 },
  };
  // What is not known is not the same.
  const known = columns
    .filter(({ column }) => column.nullCount !== 0)
    .map((column): Predicate => ({ kind: 'null', of: columnOf(column), isNegated: true }));
  return {
    ...query,
    select:
      asks === 'list' ? [...query.select, { expression: count, alias: 'count' }] : query.select,
    isDistinct: false,
    where: [...query.where, ...known],
    groupBy: columns.map(columnOf),
    having: [repeated],
    orderBy: asks === 'list' ? [{ expression: count, direction: 'desc' }] : [],
    isCounted: asks === 'number',
    ...(asks === 'whether' ? { isExistence: 'some' as const } : {}),
  };
}
