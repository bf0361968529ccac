import type { LogicalQuery, SelectItem } from '../query/logical.ts';

const VERBS = `is|are|was|were|does|do|did|has|have|comes? from|come from|goes? to|belongs? to|falls? into`;
const ENDINGS = `have|has|hold|holds|make up|makes up|account for|accounts for|represent|represents|contribute|contributes|generate|generates|bring in|brings in|belong to|belongs to|go to|goes to|come from|comes from|make|makes|get|gets`;
const OPENING = `(?:(?:what|which|show|give|find|list|calculate|compute|get|tell|me|the|is|are|a|please)\\s+)*`;
const PATTERN = new RegExp(
  `^${OPENING}(?:percentages?|percent|share|%)\\s+of\\s+(?:the\\s+)?(total\\s+|all\\s+|overall\\s+)?(?<things>[^,;?]+?)\\s+` +
    `(?:(?:(?:${VERBS}|for|in|from|of)\\s+(?:each|every))|by|per|across)\\s+(?<group>[^,;?]+?)(?:\\s+(?:${ENDINGS}))?[?.!\\s]*$`,
  'iu',
);
/** What has a condition of its own asks for the share of the rows that meet it. */
const CONDITIONAL =
  /\b(is|are|was|were|has|have|had|that|who|which|with|without|not|than|above|below|over|under|more|less|where|whose)\b/i;

/** "share of orders by country": the request for the figures whose parts in their total are asked for. */
export function readPartOfTotal(text: string): string | null {
  const groups = PATTERN.exec(text.trim())?.groups;
  const { things, group } = groups ?? {};
  if (things === undefined || group === undefined) return null;
  if (CONDITIONAL.test(things) || CONDITIONAL.test(group)) return null;
  const isTotal = /\bof\s+(?:the\s+)?(total|overall)\s/i.test(text);
  const ask = isTotal ? 'What is the total' : 'How many';
  return `${ask} ${things.replace(/^(number|count) of /i, '')} for each ${group}`;
}

/** The query with each group's part in the total in place of its figure; null where it has none. */
export function partOfTotal(query: LogicalQuery): LogicalQuery | null {
  const figures = query.select.filter(({ expression }) => expression.kind === 'aggregate');
  const isPlain =
    figures.length === 1 &&
    query.select.length > 1 &&
    query.groupBy.length > 0 &&
    query.setOperation === null &&
    query.limit === null;
  if (!isPlain) return null;
  const select = query.select.map(
    (item): SelectItem =>
      item.expression.kind === 'aggregate' && /^(count|sum)$/.test(item.expression.name)
        ? { expression: { kind: 'part of total', of: item.expression }, alias: 'percentage' }
        : item,
  );
  return select.some(({ expression }) => expression.kind === 'part of total')
    ? { ...query, select }
    : null;
}
