import type { CatalogColumn, CatalogTable } from '#planner';
import { catalogLimits } from './limits.ts';

/** Values collected before those of the widest columns are thinned out. */
const COLLECTED_MAX = 3 * catalogLimits.valuesMax;

/**
 * Keeps the stored values of a whole snapshot within `catalogLimits.valuesMax`, however many
 * tables and columns there are: columns with few values keep them all, those with the most keep
 * a sample that is spread over their order and the same on every run.
 */
export class ValueBudget {
  #tables: CatalogTable[] = [];
  #count = 0;

  add(table: CatalogTable): void {
    this.#tables.push(table);
    this.#count += table.columns.reduce((sum, { values }) => sum + values.length, 0);
    if (this.#count > COLLECTED_MAX) this.#thin();
  }

  /** The tables in the order they were added, with more values than a snapshot keeps. */
  get collected(): readonly CatalogTable[] {
    return this.#tables;
  }

  /** The tables as a snapshot keeps them. */
  finish(): readonly CatalogTable[] {
    if (this.#count > catalogLimits.valuesMax) this.#thin();
    return this.#tables;
  }

  #thin(): void {
    const columns = this.#tables.flatMap((table) => table.columns);
    const level = levelOf(columns.map(({ values }) => values.length));
    this.#tables = this.#tables.map((table) => ({
      ...table,
      columns: table.columns.map((column) => thinned(column, level)),
    }));
    this.#count = this.#tables
      .flatMap(({ columns: own }) => own)
      .reduce((sum, { values }) => sum + values.length, 0);
  }
}

/** The largest number of values per column with which all columns fit. */
function levelOf(counts: readonly number[]): number {
  const sorted = [...counts].sort((a, b) => a - b);
  let left: number = catalogLimits.valuesMax;
  for (const [index, count] of sorted.entries()) {
    const share = left / (sorted.length - index);
    if (count > share) return Math.floor(share);
    left -= count;
  }
  return Number.POSITIVE_INFINITY;
}

function thinned(column: CatalogColumn, level: number): CatalogColumn {
  const { values } = column;
  if (values.length <= level) return column;
  const kept = Math.min(level, catalogLimits.sampleValuesMax);
  const step = values.length / Math.max(1, kept);
  return {
    ...column,
    values: Array.from({ length: kept }, (_, index) => values[Math.floor(index * step)] ?? ''),
    valuesAreComplete: false,
  };
}
