import { other } from '../grounding/key-graph.ts';
import { columnsRead } from '../query/columns-read.ts';
import type { LogicalQuery, Predicate } from '../query/logical.ts';
import { columnOf, rowsWhere } from '../query/logical.ts';
import { columnOfKey, isKeySpoken, parallelKeys } from './assumed-keys.ts';
import type { BuildContext } from './build.ts';
import { mentionsTable } from './predicate-parts.ts';

/**
 * "matches of Red Star": where two keys of a row refer to the same table and the request says
 * neither ("home", "to"), the row is meant when either of them refers to the named one.
 */
export function withEitherKey(query: LogicalQuery, context: BuildContext): LogicalQuery {
  const { from, where } = query;
  for (const { table, edge } of from.joins) {
    const child = other(edge, table);
    const parallel = parallelKeys(child, table, context);
    if (edge.from !== child || parallel.length < 2 || isKeySpoken(parallel, context)) continue;
    const about = where.filter((item) => mentionsTable(item, table));
    const isAlone =
      about.length > 0 &&
      about.every((item) => columnsRead(item, 'own').every((column) => column.table === table)) &&
      !from.joins.some(
        (join) => join.edge !== edge && [join.edge.from, join.edge.to].includes(table),
      ) &&
      ![query.select, query.groupBy, query.having, query.orderBy].some((part) =>
        columnsRead(part, 'own').some((column) => column.table === table),
      );
    if (!isAlone || query.starOf === table || query.setOperation !== null) continue;
    const either = parallel.flatMap(({ fromColumns, toColumns }): Predicate[] => {
      const [own, theirs] = [fromColumns[0], toColumns[0]];
      if (own === undefined || theirs === undefined) return [];
      const named = rowsWhere({
        select: [{ expression: columnOf(theirs), alias: null }],
        from: { root: table, joins: [] },
        where: about,
      });
      return [{ kind: 'inQuery', of: columnOf(own), query: named, isNegated: false }];
    });
    return {
      ...query,
      from: { ...from, joins: from.joins.filter((join) => join.edge !== edge) },
      where: [...where.filter((item) => !about.includes(item)), { kind: 'or', of: either }],
      assumed: [
        `${child.table.name} count whether ${parallel.map(columnOfKey).join(' or ')} refers to what is named of ${table.table.name}`,
      ],
    };
  }
  return query;
}
