import type { CatalogColumn, CatalogTable } from '#planner';

/** A column that may refer to a key. */
export interface KeyCandidate {
  readonly from: { readonly table: CatalogTable; readonly column: string };
  readonly to: { readonly table: CatalogTable; readonly column: string };
  /** Higher is a better match of names. */
  readonly strength: number;
}

/** Keeps the strongest candidates added, however many there are; ties go by name. */
export class BestCandidates {
  readonly #count: number;
  #kept: KeyCandidate[] = [];
  /** The weakest of a full selection: whatever does not beat it needs no keeping. */
  #weakest: KeyCandidate | null = null;

  constructor(count: number) {
    this.#count = count;
  }

  /** Whether the candidate would be kept if the selection ended now. */
  wants(candidate: KeyCandidate): boolean {
    return this.#weakest === null || compare(candidate, this.#weakest) < 0;
  }

  add(candidate: KeyCandidate): void {
    this.#kept.push(candidate);
    if (this.#kept.length >= 8 * this.#count) this.#cut();
  }

  /** The selection, strongest first. */
  sorted(): readonly KeyCandidate[] {
    this.#cut();
    return this.#kept;
  }

  #cut(): void {
    this.#kept = this.#kept.sort(compare).slice(0, this.#count);
    if (this.#kept.length === this.#count) this.#weakest = this.#kept.at(-1) ?? null;
  }
}

/** Distinct counts of large tables are estimates; this much above the truth is tolerated. */
const COUNT_TOLERANCE = 1.5;

/** False when types, counts or bounds already say that the values cannot be among the keys. */
export function couldContain(column: CatalogColumn, key: CatalogColumn): boolean {
  const family = typeFamily(column.type);
  if (family !== typeFamily(key.type)) return false;
  const [own, keys] = [column.distinctCount ?? 0, key.distinctCount];
  if (own === 0 || (keys !== null && own > COUNT_TOLERANCE * keys)) return false;
  if (family !== 'number') return true;
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
