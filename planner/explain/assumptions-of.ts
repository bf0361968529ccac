import { lineAmountSaid } from '../grounding/line-amounts.ts';
import { columnsRead } from '../query/columns-read.ts';
import type { LogicalQuery } from '../query/logical.ts';

/** What was decided where the request leaves it open, in words for people. */
export function assumptionsOf(query: LogicalQuery): readonly string[] {
  const amounts = columnsRead(query, 'all').map(lineAmountSaid);
  return [...new Set([emptyGroupsSaid(query), ...amounts])].filter((text) => text !== null);
}

function emptyGroupsSaid({ from, summarizedBy }: LogicalQuery): string | null {
  const counted = from.joins[0]?.table.table.name;
  if (from.isOuter !== true || summarizedBy !== undefined || counted === undefined) return null;
  return `${from.root.table.name} without any of ${counted} are listed with 0`;
}
