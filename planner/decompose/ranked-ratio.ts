import type { SchemaModel, TableModel } from '../grounding/schema-model.ts';
import { tokenize } from '../language/tokenize.ts';
import type { Expression, JoinTree, LogicalQuery } from '../query/logical.ts';
import { columnOf } from '../query/logical.ts';
import { isRepeated, joinTables, tablesOf } from '../resolve/join-tree.ts';
import type { RewritingReader } from './rewriting.ts';
import { said } from './rewriting.ts';

const PATTERN =
  /^(?:which|what) (?<group>[^,?]+?) (?<verb>spends?|spent|pays?|paid|earns?|earned|has|have|had|makes?|made|generates?|generated|brings? in|gets?|got|places?|placed|receives?|received|buys?|bought) (?:the )?(?<end>most|highest|largest|biggest|least|lowest|fewest|smallest)(?<figure>(?: [^,?]+?)?) per (?<entity>[^,?]+?)(?<rest>(?: (?:in|since|during) [^,?]+)?)[?.!\s]*$/iu;

/** "Which country spends the most per customer": groups ranked by what comes to one of their rows. */
export const readRankedRatio: RewritingReader = (request, model) => {
  const groups = PATTERN.exec(request.trim())?.groups;
  const { group, verb, end, entity, rest = '' } = groups ?? {};
  if (group === undefined || end === undefined || entity === undefined) return null;
  const words = tokenize(entity).map(({ lemma }) => lemma);
  const [named] = model.names
    .find(words)
    .flatMap(({ kind, table, score }) => (kind === 'table' && score > 0.7 ? [table] : []));
  if (named === undefined) return null;
  const figure = (groups?.figure ?? '').trim();
  const isMoney = /^(spen|pa|earn)/i.test(verb ?? '');
  const asked = figure === '' ? (isMoney ? 'total amount' : null) : figure;
  if (asked === null) return null;
  const direction = /least|lowest|fewest|smallest/i.test(end) ? 'asc' : 'desc';
  return said(`${asked} per ${group}${rest}`, (query) => ratio(query, named, { direction, model }));
};

/** The figures of groups divided by how many rows of the entity each has, and the first of them. */
function ratio(
  query: LogicalQuery,
  entity: TableModel,
  { direction, model }: { readonly direction: 'asc' | 'desc'; readonly model: SchemaModel },
): LogicalQuery | null {
  const figures = query.select.filter(({ expression }) => expression.kind === 'aggregate');
  const groups = query.select.filter(({ expression }) => expression.kind === 'column');
  const figure = figures[0]?.expression;
  const isPlain = figures.length === 1 && groups.length + 1 === query.select.length;
  if (figure?.kind !== 'aggregate' || !isPlain || groups.length === 0) return null;
  if (entity.key === null || query.setOperation !== null || query.having.length > 0) return null;
  if (!tablesOf(query.from).includes(entity)) return null;
  const left = perRow(figure, query);
  if (left === null) return null;
  const right: Expression = {
    kind: 'aggregate',
    name: 'count',
    isDistinct: true,
    of: columnOf(entity.key),
  };
  const expression: Expression = { kind: 'arithmetic', operator: 'per', left, right };
  const { name } = entity.table;
  const all = query.where.length === 0 ? fromAll(entity, query, model) : null;
  const part = `${name} that have none of what is counted are left out of the average`;
  return {
    ...query,
    from: all ?? query.from,
    select: [...groups, { expression, alias: `per_${name}` }],
    orderBy: [{ expression, direction }],
    limit: 1,
    assumed: [...(query.assumed ?? []), ...(all === null ? [part] : [])],
  };
}

/** The joins from every row of the entity, also those that nothing refers to. */
function fromAll(entity: TableModel, { from }: LogicalQuery, model: SchemaModel): JoinTree | null {
  const others = tablesOf(from).filter((table) => table !== entity);
  const whole = joinTables([entity, ...others], model, new Set());
  const isSame = whole?.joins.every(({ edge }) => from.joins.some((join) => join.edge === edge));
  return whole === null || isSame !== true ? null : { ...whole, isOuter: true };
}

/** The figure as it is over rows that the joins may repeat; null where they would be added twice. */
function perRow(
  figure: Extract<Expression, { kind: 'aggregate' }>,
  { from }: LogicalQuery,
): Expression | null {
  if (figure.of === null) {
    const { key } = from.root;
    return key === null
      ? null
      : { ...figure, isDistinct: isRepeated(from, from.root), of: columnOf(key) };
  }
  const isOwn = figure.of.kind === 'column' && !isRepeated(from, figure.of.column.table);
  return isOwn || figure.isDistinct ? figure : null;
}
