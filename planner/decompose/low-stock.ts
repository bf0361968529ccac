import type { ColumnModel, SchemaModel, TableModel } from '../grounding/schema-model.ts';
import type { LogicalQuery, Predicate } from '../query/logical.ts';
import { numberOf } from '../query/logical.ts';
import { isRepeated, joinTables, tablesOf } from '../resolve/join-tree.ts';
import type { RewritingReader } from './rewriting.ts';
import { said } from './rewriting.ts';

const IS = '(?:(?:that|which|who)? ?(?:are|is) )?';
const REORDER = '(?:re-?order(?:ed|ing)?|re-?stock(?:ed|ing)?|replenish(?:ed|ing|ment)?)';
const LOW = new RegExp(
  [
    `${IS}(?:running )?(?:low|short) (?:on|in|of) (?:stock|inventory|supply)`,
    `${IS}running (?:low|out)(?: of stock)?`,
    `(?:that|which)? ?(?:need|needs|have|has) (?:to be )?${REORDER}`,
    `${IS}(?:below|under|beneath) (?:the |their |its )?(?:re-?order (?:level|point)|minimum(?: stock)?(?: level)?|min(?:imum)? stock|safety stock)`,
    '(?<=\\b)low[- ]stock(?= \\p{L})',
  ].join('|'),
  'iu',
);
const LIMIT = /^(reorder|minimum|threshold|safety|replenish)$/;
const KEPT = ['available', 'stock', 'hand', 'inventory', 'quantity'];

interface StockLevel {
  readonly table: TableModel;
  readonly kept: ColumnModel;
  readonly limit: ColumnModel;
}

/** "Products low on stock": those of which less is left than the level at which more is ordered. */
export const readLowStock: RewritingReader = (request, model) => {
  if (!LOW.test(request)) return null;
  const [level, other] = model.tables.flatMap((table) => levelOf(table) ?? []);
  if (level === undefined || other !== undefined) return null;
  const rest = request.replace(LOW, ' ').replace(/\s+/g, ' ').trim();
  return said(rest, (query) => belowLimit(query, level, model));
};

function levelOf(table: TableModel): StockLevel | null {
  const numbers = table.columns.filter(({ isMeasure }) => isMeasure);
  const limit = numbers.find(({ words }) => words.some((word) => LIMIT.test(word)));
  const rest = numbers.filter((column) => column !== limit);
  const kept = KEPT.map((word) => rest.find(({ words }) => words.includes(word))).find(
    (column) => column !== undefined,
  );
  return limit === undefined || kept === undefined ? null : { table, kept, limit };
}

function belowLimit(
  query: LogicalQuery,
  { table, kept, limit }: StockLevel,
  model: SchemaModel,
): LogicalQuery | null {
  const tables = tablesOf(query.from);
  const from = tables.includes(table)
    ? query.from
    : joinTables([...tables, table], model, new Set());
  if (from === null || isRepeated(from, query.from.root) || query.setOperation !== null)
    return null;
  const low: Predicate = {
    kind: 'compare',
    left: numberOf(kept),
    operator: '<',
    right: numberOf(limit),
  };
  const assumed = [...(query.assumed ?? []), `low is ${kept.column.name} < ${limit.column.name}`];
  return { ...query, from, where: [...query.where, low], assumed };
}
