import { expressionColumn, qualifiedName } from './expression-column.ts';
import type { ColumnModel, TableModel } from './schema-model.ts';

/** What the amount of a row is computed from. */
export interface LineAmount {
  readonly quantity: ColumnModel;
  readonly price: ColumnModel;
  /** The part of the price that is taken off, from 0 to 1; null where none is. */
  readonly discount: ColumnModel | null;
}

/** Names of what is left of something, or of what should be: no quantity that was sold. */
const KEPT = /^(stock|available|inventory|reorder|minimum|maximum|hand|reserved|left|target)$/;
const AMOUNT = /^(amount|total|subtotal|sum|revenue|value|turnover)$/;

/**
 * Amounts that no table holds: rows of order lines, or of anything like them, have a quantity and
 * the price of one piece, and come to their product.
 */
export function lineAmounts(tables: readonly TableModel[], firstId: number): ColumnModel[] {
  const amounts: ColumnModel[] = [];
  for (const table of tables) {
    const parts = partsOf(table);
    if (parts === null) continue;
    const { quantity, price, discount } = parts;
    const rest = discount === null ? '' : ` * (1 - ${qualifiedName(discount)})`;
    const column = expressionColumn({
      id: firstId + amounts.length,
      table,
      name: 'amount',
      expression: `(${qualifiedName(quantity)} * ${qualifiedName(price)}${rest})`,
      description: null,
    });
    amounts.push({ ...column, lineAmount: parts });
  }
  return amounts;
}

function partsOf(table: TableModel): LineAmount | null {
  const numbers = table.columns.filter(({ isMeasure, kind }) => isMeasure && kind === 'number');
  const quantities = numbers.filter(
    ({ words }) => words.some((word) => /^(quantity|pieces?)$/.test(word)) && !words.some(isKept),
  );
  const prices = numbers.filter(({ words }) => /^(price|cost)$/.test(words.at(-1) ?? ''));
  const [[quantity, otherQuantity], [price, otherPrice]] = [quantities, prices];
  if (quantity === undefined || price === undefined) return null;
  if (otherQuantity !== undefined || otherPrice !== undefined) return null;
  if (numbers.some(({ words }) => words.some((word) => AMOUNT.test(word)))) return null;
  if (!isLine(table, price)) return null;
  const discounts = numbers.filter(({ words }) => words.includes('discount'));
  const [discount = null] = discounts;
  // A discount may be a part, percents or money: only a part is what it looks like.
  const isPart =
    discount !== null &&
    Number(discount.column.minimum) >= 0 &&
    Number(discount.column.maximum) <= 1;
  return discounts.length > 1 || (discount !== null && !isPart)
    ? null
    : { quantity, price, discount };
}

function isKept(word: string): boolean {
  return KEPT.test(word);
}

/** Whether rows tell what was sold or used, and not what there is. */
function isLine({ columns }: TableModel, price: ColumnModel): boolean {
  const references = columns.filter(({ isForeignKey }) => isForeignKey).length;
  const isDated = columns.some(({ kind }) => kind === 'date' || kind === 'timestamp');
  return references > 1 || (references === 1 && (price.words.includes('unit') || isDated));
}

/** What is assumed where such an amount is used. */
export function lineAmountSaid({ table, lineAmount }: ColumnModel): string | null {
  if (lineAmount === null) return null;
  const { quantity, price, discount } = lineAmount;
  const rest = discount === null ? '' : ` × (1 − ${discount.column.name})`;
  return `the amount of a row of ${table.table.name} is ${quantity.column.name} × ${price.column.name}${rest}`;
}
