import type { LogicalQuery } from '../query/logical.ts';

const PATTERN =
  /^(?:please )?(?:(?:tell|show) me )?how many (?<things>.+?)(?: (?:are|is) there| do (?:we|you) have| exist)?,? and (?:(?:please )?(?:list|show|name|give)(?: me| us)? (?:them|all of them|them all|their names|the list)|(?:who|which|what)(?: ones)? (?:are they|they are))\s*[?.!]*$/iu;

/** "How many customers are there and list them": the request for the list; null for others. */
export function readCountAndList(text: string): string | null {
  const things = PATTERN.exec(text.trim())?.groups?.things;
  return things === undefined ? null : `list ${things}`;
}

/** The list, of which the answer says how many rows it has; null where no rows are listed. */
export function countedList(query: LogicalQuery): LogicalQuery | null {
  const isList =
    !query.isCounted && query.select.every(({ expression }) => expression.kind === 'column');
  if (!isList || query.limit !== null) return null;
  const said =
    'the rows are listed, and their number is the count; where an answer does not hold them all, ask for the count alone';
  return { ...query, assumed: [...(query.assumed ?? []), said] };
}
