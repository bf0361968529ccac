import type { LogicalQuery, SelectItem } from '../query/logical.ts';

const PATTERN =
  /\b(?:running|cumulative)(?<kind> (?:total|sum|count|number))?(?: of)?\b(?: the)?/iu;

/** "Running total of sales by month": the request for the totals; null for anything else. */
export function readRunningTotal(text: string): string | null {
  const match = PATTERN.exec(text);
  if (match === null) return null;
  const isCount = /count|number/i.test(match.groups?.kind ?? '');
  return text.replace(PATTERN, isCount ? 'number of' : 'total');
}

/** The query with the figure of each span of time added to those before; null where it has none. */
export function runningTotal(query: LogicalQuery): LogicalQuery | null {
  const figures = query.select.filter(({ expression }) => expression.kind === 'aggregate');
  const [span, ...others] = query.groupBy;
  const isSpan =
    others.length === 0 &&
    (span?.kind === 'truncated' || (span?.kind === 'part' && span.part === 'year'));
  if (figures.length !== 1 || !isSpan || query.limit !== null || query.setOperation !== null)
    return null;
  const select = query.select.map(
    (item): SelectItem =>
      item.expression.kind === 'aggregate' && /^(count|sum)$/.test(item.expression.name)
        ? {
            expression: { kind: 'running', of: item.expression, along: span },
            alias: 'running_total',
          }
        : item,
  );
  return select.some(({ expression }) => expression.kind === 'running')
    ? { ...query, select }
    : null;
}
