import { columnsRead } from '../query/columns-read.ts';
import type { LogicalQuery } from '../query/logical.ts';
import type { PredicateOptions } from './predicate-parts.ts';
import { referringColumn } from './predicate-parts.ts';
import type { Choice } from './slots.ts';

/** "pairs of members in the same city": rows of one table that agree in one of its columns. */
export function pairedQuery(
  query: LogicalQuery,
  by: Choice | null,
  { subject, context }: Pick<PredicateOptions, 'subject' | 'context'>,
): LogicalQuery | null {
  if (by === null || subject === null || subject.key === null) return null;
  const isOwn = by.kind === 'column' && by.table === subject;
  const column = isOwn ? by.column : referringColumn(by.table, { context, subject });
  const isAlone = query.where.every((item) =>
    columnsRead(item, 'own').every(({ table }) => table === subject),
  );
  const isPlain = query.groupBy.length + query.having.length === 0 && isAlone;
  if (column === null || !isPlain) return null;
  return { ...query, from: { root: subject, joins: [] }, orderBy: [], pairedBy: column };
}
