import type { KeyEdge } from '../grounding/key-graph.ts';
import { other } from '../grounding/key-graph.ts';
import type { SchemaModel, TableModel } from '../grounding/schema-model.ts';
import type { JoinTree } from '../query/logical.ts';

/**
 * Connects the tables along the cheapest key paths, starting from the first.
 * Returns null when some table cannot be reached. `words` of the request decide between
 * several keys that join the same two tables ("destination" against "source").
 */
export function joinTables(
  tables: readonly TableModel[],
  model: SchemaModel,
  words: ReadonlySet<string>,
): JoinTree | null {
  const [root] = tables;
  if (root === undefined) return null;
  const joined: TableModel[] = [root];
  const joins: { table: TableModel; edge: KeyEdge }[] = [];
  const open = tables.filter((table) => table !== root);
  while (open.length > 0) {
    let best: { cost: number; from: TableModel; to: TableModel } | null = null;
    for (const to of open) {
      for (const from of joined) {
        const cost = model.keys.distance(from, to);
        if (Number.isFinite(cost) && (best === null || cost < best.cost - 1e-9))
          best = { cost, from, to };
      }
    }
    if (best === null) return null;
    let at = best.from;
    for (const step of model.keys.path(best.from, best.to) ?? []) {
      const next = other(step, at);
      if (!joined.includes(next)) {
        joins.push({ table: next, edge: chooseEdge(at, next, step, model, words) });
        joined.push(next);
        const index = open.indexOf(next);
        if (index >= 0) open.splice(index, 1);
      }
      at = next;
    }
  }
  return { root, joins };
}

/** Among parallel keys, the one whose column is spoken of in the request. */
export function chooseEdge(
  a: TableModel,
  b: TableModel,
  fallback: KeyEdge,
  model: SchemaModel,
  words: ReadonlySet<string>,
): KeyEdge {
  let best = fallback;
  let bestScore = Number.NEGATIVE_INFINITY;
  for (const edge of model.keys.edgesBetween(a, b)) {
    const { roles, spoken } = spokenRoles(edge, model, words);
    const score = spoken * 2 - edge.cost - roles * 0.05 + (edge === fallback ? 0.01 : 0);
    if (score > bestScore) [best, bestScore] = [edge, score];
  }
  return best;
}

/** What a key adds to the names of the tables it joins, and how much of it the request says. */
export function spokenRoles(
  edge: KeyEdge,
  model: SchemaModel,
  words: ReadonlySet<string>,
): { readonly roles: number; readonly spoken: number } {
  const roles = edge.fromColumns.flatMap((column) =>
    model.names.wordsOf(column).filter(
      (word) =>
        !edge.to.words.includes(word) &&
        // A word of the referring table names its rows, not the role of one of its keys.
        !edge.from.words.some(
          (named) => named === word || named.startsWith(word) || word.startsWith(named),
        ) &&
        word !== 'id' &&
        word !== 'code',
    ),
  );
  const spoken = roles.filter((role) =>
    [...words].some(
      (word) => word === role || (model.names.similarWords(word).get(role) ?? 0) > 0.7,
    ),
  ).length;
  return { roles: roles.length, spoken };
}

/** Every table of a join tree. */
export function tablesOf(tree: JoinTree): readonly TableModel[] {
  return [tree.root, ...tree.joins.map(({ table }) => table)];
}

/** Whether joining can repeat a row of `table`: some other table is reached from its "one" side. */
export function isRepeated(tree: JoinTree, table: TableModel): boolean {
  const seen = new Set([table]);
  const queue = [table];
  while (queue.length > 0) {
    const at = queue.shift();
    for (const { edge } of tree.joins) {
      if (at === undefined || (edge.from !== at && edge.to !== at)) continue;
      const next = other(edge, at);
      if (seen.has(next)) continue;
      if (edge.to === at && !isUniqueEnd(edge)) return true;
      seen.add(next);
      queue.push(next);
    }
  }
  return false;
}

function isUniqueEnd(edge: KeyEdge): boolean {
  const [column] = edge.fromColumns;
  return (
    edge.fromColumns.length === 1 &&
    column !== undefined &&
    column.column.distinctCount !== null &&
    column.column.distinctCount === edge.from.table.rowCount
  );
}
