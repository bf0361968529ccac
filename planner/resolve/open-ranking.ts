import type { Mention } from '../grounding/link.ts';
import type { ColumnModel, SchemaModel, TableModel } from '../grounding/schema-model.ts';
import type { Frame, Order } from '../parse/frame.ts';
import { MONEY } from '../parse/noun-phrase.ts';

/** A frame that ranks by something the request does not say. */
export interface OpenRanking {
  /** The rows that are to be ranked, as the request calls them. */
  readonly entity: string;
  /** The frame completed, once for each figure that the rows have, and what that is for people. */
  readonly options: readonly { readonly label: string; readonly frame: Frame }[];
}

/** Rows that are shown of "the best customers", as of "the top customers by revenue". */
const RANKED_MAX = 10;
const FIGURES_MAX = 4;
/** What a row comes to; a price is that of one piece. */
const AMOUNTS: readonly string[] = ['amount', 'payment', 'total'];

/**
 * "Top customers", "the best products": which they are depends on by what they are ranked, and the
 * request leaves it open. Null where it does not, or where nothing is to be ranked.
 */
export function openRanking(frame: Frame, model: SchemaModel): OpenRanking | null {
  const [entity, ...others] = frame.projections;
  if (entity?.mention == null || entity.aggregate !== null || others.length > 0) return null;
  const { direction, isTop } = directionOf(frame);
  if (direction === null) return null;
  const isSingular = !/s$/i.test(entity.mention.text);
  const limit = isTop || frame.limit !== 1 || isSingular ? frame.limit : RANKED_MAX;
  const figures = figuresMeant(entity.mention, frame, model);
  const options = figures.slice(0, FIGURES_MAX).map((figure) => ({
    label: labelOf(figure),
    frame: { ...frame, orders: [orderBy(figure, direction)], topDirection: null, limit },
  }));
  return { entity: entity.mention.text, options };
}

/** "Who placed the biggest order" ranks orders, and "the best customers" customers. */
function figuresMeant(entity: Mention, { related }: Frame, model: SchemaModel): readonly Figure[] {
  const ranked = related.map(tableNamed).find((table) => table !== null) ?? null;
  const table = ranked ?? tableNamed(entity);
  // An order is as big as what it comes to; the best product is hardly the dearest one.
  const own = table === null ? null : storedMoneyOf(table, AMOUNTS);
  if (own !== null) return [{ aggregate: null, of: own }];
  return table === null || ranked !== null ? [] : figuresOf(table, model);
}

/** Which end is meant, where the request says that alone; null where it says by what. */
function directionOf({ topDirection, orders }: Frame): {
  readonly direction: 'asc' | 'desc' | null;
  readonly isTop: boolean;
} {
  const [only, ...others] = orders;
  if (topDirection !== null && only === undefined) return { direction: topDirection, isTop: true };
  const isBare =
    only?.isSuperlative === true &&
    only.mention === null &&
    only.measures.length > 0 &&
    !only.isQuantity &&
    others.length === 0;
  return { direction: isBare ? only.direction : null, isTop: false };
}

interface Figure {
  readonly aggregate: 'count' | 'sum' | null;
  readonly of: TableModel | ColumnModel;
}

function labelOf({ aggregate, of }: Figure): string {
  if (!('kind' in of)) return `by the number of ${of.table.name}`;
  const column = `${of.table.table.name}.${of.column.name}`;
  return aggregate === 'sum' ? `by the total of ${column}` : `by ${column}`;
}

/** What rows of a table can be ranked by: how many rows refer to them, what those come to, their own figures. */
function figuresOf(table: TableModel, model: SchemaModel): readonly Figure[] {
  const referring = referringTables(table, model);
  const counts = referring.map((of): Figure => ({ aggregate: 'count', of }));
  const sums = [...referring, ...referring.flatMap((one) => referringTables(one, model))]
    .map((one) => moneyOf(one, model))
    .filter((column) => column !== null)
    .map((of): Figure => ({ aggregate: 'sum', of }));
  const own = table.columns
    .filter(({ isMeasure }) => isMeasure)
    .map((of): Figure => ({ aggregate: null, of }));
  const [count, ...counts2] = counts;
  const [sum, ...sums2] = sums;
  return [count, sum, ...own, ...counts2, ...sums2].filter((figure) => figure !== undefined);
}

/** Tables with a key to this one, those with the most rows first; tables beside it one to one are left out. */
export function referringTables(
  table: TableModel,
  { keys }: Pick<SchemaModel, 'keys'>,
): readonly TableModel[] {
  const from = keys
    .edgesOf(table)
    .filter((edge) => edge.to === table && edge.from !== table)
    .filter(({ fromColumns: [column] }) => column !== column?.table.key)
    .map((edge) => edge.from);
  return [...new Set(from)].sort((a, b) => b.table.rowCount - a.table.rowCount);
}

function moneyOf(table: TableModel, { metrics }: SchemaModel): ColumnModel | null {
  const derived = metrics.find((column) => column.table === table && column.lineAmount !== null);
  return derived ?? storedMoneyOf(table, MONEY);
}

function storedMoneyOf({ columns }: TableModel, named: readonly string[]): ColumnModel | null {
  const measures = columns.filter(({ isMeasure }) => isMeasure);
  const money = named.map((word) => measures.find(({ words }) => words.includes(word)));
  return money.find((column) => column !== undefined) ?? null;
}

function orderBy({ aggregate, of }: Figure, direction: 'asc' | 'desc'): Order {
  const mention: Mention = {
    start: -1,
    end: -1,
    text: 'kind' in of ? of.column.name : of.table.name,
    names: [
      'kind' in of
        ? { kind: 'column', table: of.table, column: of, score: 1 }
        : { kind: 'table', table: of, score: 1 },
    ],
    values: [],
    isQuoted: false,
  };
  return {
    direction,
    aggregate,
    mention,
    measures: [],
    isFrequency: false,
    isQuantity: aggregate === 'count',
    near: null,
    isSuperlative: true,
  };
}

function tableNamed(mention: Mention | null): TableModel | null {
  const [best] = mention?.names ?? [];
  return best?.kind === 'table' && best.score >= 0.7 ? best.table : null;
}
