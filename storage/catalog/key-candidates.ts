import type { CatalogColumn, CatalogTable } from '#planner';

/** A column that may refer to a key. */
export interface KeyCandidate {
  readonly from: { readonly table: CatalogTable; readonly column: string };
  readonly to: { readonly table: CatalogTable; readonly column: string };
  /** Higher is a better match of names. */
  readonly strength: number;
}

/** Keys considered for one column. */
const KEYS_PER_COLUMN_MAX = 4;

/**
 * Keeps the strongest candidates added, however many there are; ties go by name. Every column
 * keeps a few: a name that many tables share leaves room for the others.
 */
export class BestCandidates {
  readonly #byColumn = new Map<CatalogTable, Map<string, KeyCandidate[]>>();

  add(candidate: KeyCandidate): void {
    const { table, column } = candidate.from;
    const columns = this.#byColumn.get(table) ?? new Map<string, KeyCandidate[]>();
    this.#byColumn.set(table, columns);
    const kept = columns.get(column) ?? [];
    columns.set(column, kept);
    const place = kept.findIndex((other) => compare(candidate, other) < 0);
    kept.splice(place < 0 ? kept.length : place, 0, candidate);
    if (kept.length > KEYS_PER_COLUMN_MAX) kept.pop();
  }

  /** The `count` strongest; the best key of every column comes before anybody's second best. */
  best(count: number): readonly KeyCandidate[] {
    const ranked = [...this.#byColumn.values()].flatMap((columns) =>
      [...columns.values()].flatMap((kept) => kept.map((candidate, rank) => ({ candidate, rank }))),
    );
    ranked.sort((a, b) => a.rank - b.rank || compare(a.candidate, b.candidate));
    return ranked.slice(0, count).map(({ candidate }) => candidate);
  }
}

/** Distinct counts of large tables are estimates; this much above the truth is tolerated. */
const COUNT_TOLERANCE = 1.5;

/** False when types, counts or bounds already say that the values cannot be among the keys. */
export function couldContain(column: CatalogColumn, key: CatalogColumn): boolean {
  const family = typeFamily(column.type);
  if (family !== typeFamily(key.type)) return false;
  const [own, keys] = [column.distinctCount, key.distinctCount];
  if (own === 0 || (own !== null && keys !== null && own > COUNT_TOLERANCE * keys)) return false;
  if (family !== 'number' || column.minimum === null || key.minimum === null) return true;
  // Text is left out: its order here is not the order of the database.
  return !(
    Number(column.minimum) > Number(key.maximum) || Number(column.maximum) < Number(key.minimum)
  );
}

function typeFamily(type: string): string {
  if (/INT|DECIMAL|NUMERIC|DOUBLE|FLOAT|REAL/.test(type) && !type.includes('[')) return 'number';
  if (/^(VARCHAR|ENUM)/.test(type)) return 'text';
  return type;
}

function compare(a: KeyCandidate, b: KeyCandidate): number {
  return b.strength - a.strength || compareText(label(a), label(b));
}

function label({ from, to }: KeyCandidate): string {
  return `${from.table.name}.${from.column}>${to.table.name}.${to.column}`;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
