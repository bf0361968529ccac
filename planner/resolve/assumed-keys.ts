import type { KeyEdge } from '../grounding/key-graph.ts';
import type { TableModel } from '../grounding/schema-model.ts';
import type { JoinTree } from '../query/logical.ts';
import type { BuildContext } from './build.ts';
import { spokenRoles } from './join-tree.ts';

/** Keys of one column that refer from the first table to the second; several where a match has two teams. */
export function parallelKeys(
  child: TableModel,
  parent: TableModel,
  { model }: BuildContext,
): readonly KeyEdge[] {
  return model.keys
    .edgesBetween(child, parent)
    .filter(
      ({ from, to, fromColumns }) => from === child && to === parent && fromColumns.length === 1,
    );
}

/** Whether the request says which of parallel keys is meant: "home", "to". */
export function isKeySpoken(keys: readonly KeyEdge[], { model, words }: BuildContext): boolean {
  return keys.some((key) => spokenRoles(key, model, words).spoken > 0);
}

/** Which of parallel keys joins the tables, where the request does not say it. */
export function assumedKeys({ joins }: JoinTree, context: BuildContext): readonly string[] {
  return joins.flatMap(({ edge }) => {
    const [child, parent] = [edge.from, edge.to];
    const keys = parallelKeys(child, parent, context);
    if (keys.length < 2 || isKeySpoken(keys, context)) return [];
    const others = keys.filter((key) => key !== edge).map(columnOfKey);
    return [
      `${parent.table.name} of ${child.table.name} are those by ${columnOfKey(edge)}, not by ${others.join(' or ')}`,
    ];
  });
}

export function columnOfKey({ fromColumns: [column] }: KeyEdge): string {
  return column?.column.name ?? '';
}
