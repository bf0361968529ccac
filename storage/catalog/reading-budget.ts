import { catalogLimits } from './limits.ts';
import type { SchemaTable } from './read-schema.ts';

/** How one table is read for a snapshot. */
export type TableReading =
  /** All rows, counted in memory. */
  | { readonly kind: 'whole' }
  /** Counted by the database, over at most this many rows. */
  | { readonly kind: 'counted'; readonly rowsMax: number }
  /** The first rows only: values to know a column by, and no counts. */
  | { readonly kind: 'sampled'; readonly rowsMax: number };

/**
 * What reading costs, in cells read into memory (about half a microsecond each): measured on
 * tables of 20 columns. A limit of work and not of time, so that every machine reads the same.
 */
const BUDGET_CELLS = 8_000_000;
const WHOLE_CELLS = 6_000;
const COUNTED_CELLS = 50_000;
const COUNTED_CELLS_PER_CELL = 0.07;
/** A view's size is not known before it is read. */
const VIEW_ROWS = 100_000;
const SAMPLED_ROWS_MIN = 50;

/**
 * Shares the budget among tables: small tables are read completely, and what they leave over is
 * split evenly among those that cost more than their share.
 */
export function planReadings(
  tables: readonly SchemaTable[],
): ReadonlyMap<SchemaTable, TableReading> {
  const costs = tables.map((table) => ({ table, ...completeReading(table) }));
  costs.sort((a, b) => a.cost - b.cost);
  const readings = new Map<SchemaTable, TableReading>();
  let left = BUDGET_CELLS;
  costs.forEach(({ table, reading, cost }, index) => {
    const share = left / (costs.length - index);
    readings.set(table, cost <= share ? reading : limitedReading(table, share));
    left -= Math.min(cost, share);
  });
  return readings;
}

function completeReading(table: SchemaTable): { reading: TableReading; cost: number } {
  const rows = table.estimatedRows;
  const width = table.columns.length;
  if (rows !== null && rows <= catalogLimits.wholeRowsMax) {
    return { reading: { kind: 'whole' }, cost: WHOLE_CELLS + rows * width };
  }
  const scanned = Math.min(rows ?? VIEW_ROWS, catalogLimits.scannedRowsMax);
  return {
    reading: { kind: 'counted', rowsMax: catalogLimits.scannedRowsMax },
    cost: COUNTED_CELLS + scanned * width * COUNTED_CELLS_PER_CELL,
  };
}

function limitedReading(table: SchemaTable, share: number): TableReading {
  const width = Math.max(1, table.columns.length);
  // A table that is counted at all is counted over enough rows to be worth the statements.
  if (share >= 2 * COUNTED_CELLS) {
    const rows = (share - COUNTED_CELLS) / (width * COUNTED_CELLS_PER_CELL);
    return { kind: 'counted', rowsMax: Math.floor(rows) };
  }
  const rows = Math.floor((share - WHOLE_CELLS) / width);
  return { kind: 'sampled', rowsMax: Math.max(SAMPLED_ROWS_MIN, rows) };
}
