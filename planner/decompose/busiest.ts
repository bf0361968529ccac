import type { SchemaModel, TableModel } from '../grounding/schema-model.ts';
import type { LogicalQuery } from '../query/logical.ts';
import type { Rewriting, RewritingReader } from './rewriting.ts';

const PATTERN =
  /^(?:(?:what|which|when|show|is|was|are|were|me|our|the|'s)\s+)*(?<end>busiest|quietest|slowest|most active|least active|peak)\s+(?<grain>day of the week|weekday|day|hour of the day|hour|week|month|quarter|year)s?(?:\s+(?:for|of|in terms of|by|with)\s+(?:the\s+)?(?<things>\p{L}[\p{L} _]*?))?(?<rest>\s+(?:in|during|since|last|this)\s+.+)?$/iu;

/** "Busiest weekday", "peak hour for orders": the span of time with the most rows. */
export const readBusiest: RewritingReader = (request, model) => {
  const groups = PATTERN.exec(request.trim().replace(/[?.!\s]+$/, ''))?.groups;
  const { end, grain, things, rest = '' } = groups ?? {};
  if (end === undefined || grain === undefined) return null;
  const isLeast = /quietest|slowest|least/i.test(end);
  const nouns =
    things === undefined ? datedTables(model, /hour/i.test(grain)).map(nounOf) : [things];
  return {
    asked: nouns.map((noun) => ({
      label: `by the number of ${noun}`,
      request: `number of ${noun} by ${grain}${rest}`,
    })),
    question: `By what is the ${end.toLowerCase()} ${grain.toLowerCase()} found?`,
    change: (query) => first(query, isLeast ? 'asc' : 'desc'),
  } satisfies Rewriting;
};

/** Tables of what happens: their rows have a time and refer to something. */
function datedTables({ tables }: SchemaModel, needsHours: boolean): readonly TableModel[] {
  const isTime = needsHours ? /^timestamp$/ : /^(date|timestamp)$/;
  return tables
    .filter(
      ({ columns }) =>
        columns.some(({ kind, words }) => isTime.test(kind) && !words.includes('birth')) &&
        columns.some(({ isForeignKey, refersToOwnTable }) => isForeignKey && !refersToOwnTable),
    )
    .sort((a, b) => b.table.rowCount - a.table.rowCount)
    .slice(0, TABLES_MAX);
}

const TABLES_MAX = 4;

function nounOf({ table }: TableModel): string {
  return table.name.replaceAll('_', ' ');
}

function first(query: LogicalQuery, direction: 'asc' | 'desc'): LogicalQuery | null {
  const [figure, ...others] = query.select.filter(
    ({ expression }) => expression.kind === 'aggregate',
  );
  if (figure === undefined || others.length > 0 || query.groupBy.length === 0) return null;
  const [span] = query.groupBy;
  if (span?.kind !== 'truncated' && span?.kind !== 'part') return null;
  // Of equally busy ones the first is taken, so that the answer is always the same.
  const orderBy: LogicalQuery['orderBy'] = [
    { expression: figure.expression, direction },
    { expression: span, direction: 'asc' },
  ];
  return { ...query, orderBy, limit: 1 };
}
