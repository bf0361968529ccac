import type { ColumnModel, SchemaModel, TableModel } from '../grounding/schema-model.ts';
import type { AggregateName } from '../language/lexicon.ts';
import { aggregateOf } from '../language/lexicon.ts';
import { tokenize } from '../language/tokenize.ts';
import { columnsRead } from '../query/columns-read.ts';
import type { Expression, LogicalQuery, SelectItem } from '../query/logical.ts';
import { columnOf } from '../query/logical.ts';
import { sameExpression } from '../query/same-expression.ts';
import { isRepeated, joinTables, tablesOf } from '../resolve/join-tree.ts';
import type { RewritingReader } from './rewriting.ts';
import { said } from './rewriting.ts';

const OPENING = `(?:(?:what|show|give|find|list|calculate|compute|get|tell|me|us|the|is|was|are|were|our|a|please)(?:'s)?\\s+)*`;
const OUTER = `(?<outer>average|avg|mean|median|typical|highest|largest|biggest|greatest|maximum|max|lowest|smallest|minimum|min)`;
/** "Average order value": the entity, then what its rows come to. */
const VALUE = new RegExp(
  `^${OPENING}${OUTER} (?<entity>\\p{L}+(?: \\p{L}+)?) (?:value|total|amount|sum|revenue)s?(?<rest>(?: (?:of|per|by|in|for|from|during|since|across|last|this|with|placed|made) .+?)?)[?.!\\s]*$`,
  'iu',
);
/** "Average total fare per flight": the figure, then the entity that it is added up for. */
const PER = new RegExp(
  `^${OPENING}${OUTER} (?<figure>\\p{L}+(?: \\p{L}+){0,2}?) per (?<entity>\\p{L}+)(?<rest>(?: (?:of|per|by|in|for|from|during|since|across|last|this) .+?)?)[?.!\\s]*$`,
  'iu',
);
const MAXIMUM = /^(highest|largest|biggest|greatest)$/i;
const MINIMUM = /^(lowest|smallest)$/i;
/** What a table keeps as the amount of a whole row. */
const AMOUNT = /^(amount|total|value|sum|revenue|price|subtotal)$/;
const PARTS = /^(line|item|detail|position|entry)$/;

/**
 * "Average order value", where the order has no amount but its lines have: what the lines of each
 * order come to is added up first. Null for anything else.
 */
export const readNestedTotal: RewritingReader = (request, model) => {
  const text = request.trim();
  const [value, per] = [VALUE.exec(text)?.groups, PER.exec(text)?.groups];
  for (const groups of [value, per]) {
    const { outer = '', entity = '', rest = '' } = groups ?? {};
    const owner = groups === undefined ? null : tableNamed(entity, model);
    const name = nameOf(outer);
    if (owner === null || name === null || owner.columns.some(isAmount)) continue;
    const figure = groups?.figure?.replace(/^total /i, '') ?? 'amount';
    if (/\b(number|count|of)\b/i.test(figure)) continue;
    const isTotal = groups === per && /^total /i.test(groups?.figure ?? '');
    const ask = `total ${figure} of ${plural(entity)}${rest}`;
    const rewriting = said(ask, (query) => nested(query, { owner, name, model, isTotal }));
    // "Average salary per department" is the average of each department where nothing is added up.
    return { ...rewriting, isGuess: groups === per && !isTotal };
  }
  return null;
};

interface Nesting {
  readonly owner: TableModel;
  readonly name: AggregateName;
  readonly model: SchemaModel;
  /** The request itself says that the figure is added up. */
  readonly isTotal: boolean;
}

/** The aggregate of the sums of each row of the owner; null where the query adds up something else. */
function nested(
  query: LogicalQuery,
  { owner, name, model, isTotal }: Nesting,
): LogicalQuery | null {
  const figures = query.select.filter(({ expression }) => expression.kind === 'aggregate');
  const groups = query.select.filter(({ expression }) => expression.kind !== 'aggregate');
  const sum = figures[0]?.expression;
  const of = sum?.kind === 'aggregate' && sum.name === 'sum' ? sum.of : null;
  if (sum === undefined || of?.kind !== 'column' || figures.length !== 1) return null;
  const isPlain =
    query.having.length === 0 &&
    query.limit === null &&
    query.setOperation === null &&
    query.rankedWithin === undefined &&
    query.summarizedBy === undefined;
  const parts = of.column.table;
  const isPrice = of.column.words.some((word) => /^(price|unit)$/.test(word));
  const isOfParts =
    isTotal ||
    of.column.lineAmount !== null ||
    (parts.words.some((word) => PARTS.test(word)) && !isPrice);
  const key = keyIn(query, owner, parts, model);
  if (!isPlain || !isOfParts || parts === owner || key === null) return null;
  if (isRepeated(query.from, parts) || !isOneEach(query, { owner, parts, model })) return null;
  const figure: SelectItem = { expression: sum, alias: 'figure' };
  const known = columnsRead(key, 'own').every(({ column }) => column.nullCount === 0)
    ? []
    : [{ kind: 'null' as const, of: key, isNegated: true }];
  const said = `${owner.table.name} without rows in ${parts.table.name} are left out`;
  return {
    ...query,
    select: [...groups, figure],
    where: [...query.where, ...known],
    groupBy: query.groupBy.some((item) => sameExpression(item, key))
      ? query.groupBy
      : [...query.groupBy, key],
    summarizedBy: name,
    summarizedWithin: query.groupBy,
    assumed: [...(query.assumed ?? []), said],
  };
}

/** What tells the owner's rows apart in the query: its key, or the key of the parts that refers to it. */
function keyIn(
  { from }: LogicalQuery,
  owner: TableModel,
  parts: TableModel,
  { keys }: SchemaModel,
): Expression | null {
  if (tablesOf(from).includes(owner)) return owner.key === null ? null : columnOf(owner.key);
  const edges = keys.edgesBetween(parts, owner).filter((edge) => edge.from === parts);
  const [edge, other] = edges;
  const [column, second] = edge?.fromColumns ?? [];
  return column === undefined || second !== undefined || other !== undefined
    ? null
    : columnOf(column);
}

/** Whether each row of the owner is in one group, and meets the conditions as a whole. */
function isOneEach(
  { groupBy, where, from }: LogicalQuery,
  { owner, parts, model }: Pick<Nesting, 'owner' | 'model'> & { readonly parts: TableModel },
): boolean {
  const read = columnsRead([groupBy, where], 'own').map(({ table }) => table);
  const around = read.filter((table) => table !== owner);
  if (around.includes(parts)) return false;
  const upwards = joinTables([parts, owner], model, new Set());
  const tree = joinTables([owner, ...new Set(around)], model, new Set());
  return (
    upwards !== null &&
    !isRepeated(upwards, parts) &&
    tree !== null &&
    !isRepeated(tree, owner) &&
    tree.joins.every(({ edge }) => from.joins.some((join) => join.edge === edge))
  );
}

function isAmount({ isMeasure, words }: ColumnModel): boolean {
  return isMeasure && words.some((word) => AMOUNT.test(word));
}

function nameOf(word: string): AggregateName | null {
  if (MAXIMUM.test(word)) return 'max';
  if (MINIMUM.test(word)) return 'min';
  return /^typical$/i.test(word) ? 'avg' : aggregateOf(word.toLowerCase());
}

function plural(noun: string): string {
  return /s$/i.test(noun) ? noun : `${noun}s`;
}

/** The table that a noun surely names; null where none is called so, or a column is. */
function tableNamed(noun: string, model: SchemaModel): TableModel | null {
  const words = tokenize(noun).map(({ lemma }) => lemma);
  const [best] = model.names.find(words);
  return best?.kind === 'table' && best.score > 0.7 ? best.table : null;
}
