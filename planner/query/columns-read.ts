import type { KeyEdge } from '../grounding/key-graph.ts';
import type { ColumnModel } from '../grounding/schema-model.ts';

/** Whether a member only says which tables there are and what joins them; "time since" has a `from`, too. */
function isStructure(name: string, member: unknown): boolean {
  if (/^(starOf|edge|pairedBy)$/.test(name)) return true;
  return name === 'from' && typeof member === 'object' && member !== null && 'root' in member;
}

/**
 * The columns that a part of a query reads; keys that only join are left out. `own` are those of the
 * query's own tables, without what its subqueries read; `all` are these and theirs.
 */
export function columnsRead(part: unknown, scope: 'own' | 'all'): ColumnModel[] {
  if (part === null || typeof part !== 'object') return [];
  const kind = 'kind' in part ? part.kind : null;
  if (kind === 'column' && 'column' in part) return [part.column as ColumnModel];
  if (kind === 'referred' && 'edge' in part && 'column' in part) {
    const keys = (part.edge as KeyEdge).fromColumns;
    return scope === 'own' ? [...keys] : [...keys, part.column as ColumnModel];
  }
  if (scope === 'own' && (kind === 'subquery' || kind === 'inQuery')) return [];
  return Object.entries(part).flatMap(([name, member]) =>
    isStructure(name, member) ? [] : columnsRead(member, scope),
  );
}
