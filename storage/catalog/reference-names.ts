import type { CatalogColumn, CatalogTable } from '#planner';

/** The words of a column's name and of its table's name. */
export interface NamedColumn {
  readonly table: readonly string[];
  readonly column: readonly string[];
}

interface Referrer {
  readonly table: CatalogTable;
  readonly column: CatalogColumn;
  readonly words: NamedColumn;
}

/**
 * Finds columns named after a key without comparing every column with every key: whatever
 * reads like a reference ends with the key's name, its table's name, or both.
 */
export class ReferenceNames {
  readonly #byEnding = new Map<string, Referrer[]>();
  readonly #split = new Map<string, readonly string[]>();
  readonly #prefix: string | null;

  /** `isOpen` leaves out columns whose reference is known. */
  constructor(
    tables: readonly CatalogTable[],
    isOpen: (table: CatalogTable, column: string) => boolean,
  ) {
    this.#prefix = commonPrefix(tables);
    for (const table of tables) {
      for (const column of table.columns) {
        if (!isOpen(table, column.name)) continue;
        const referrer = { table, column, words: this.of(table, column.name) };
        for (const ending of endings(referrer.words.column)) {
          const list = this.#byEnding.get(ending);
          if (list === undefined) this.#byEnding.set(ending, [referrer]);
          else list.push(referrer);
        }
      }
    }
  }

  of(table: CatalogTable, column: string): NamedColumn {
    return { table: this.#words(table.name), column: this.#words(column) };
  }

  /** Columns whose names end like a reference to the key. */
  resembling(key: NamedColumn): ReadonlySet<Referrer> {
    const wanted = [
      key.column,
      key.table,
      [...key.table, ...key.column],
      [...key.table.slice(-1), ...key.column],
      [...key.table, ...key.column.slice(-1)],
    ];
    const names = new Set(wanted.map((words) => words.join('')));
    return new Set([...names].flatMap((name) => this.#byEnding.get(name) ?? []));
  }

  /** The same array for the same name: wide databases repeat names, and callers compare. */
  #words(name: string): readonly string[] {
    const known = this.#split.get(name);
    if (known !== undefined) return known;
    const all = splitWords(name);
    const isPrefixed = this.#prefix !== null && all.length > 1 && all[0] === this.#prefix;
    const words = isPrefixed ? all.slice(1) : all;
    this.#split.set(name, words);
    return words;
  }
}

function endings(words: readonly string[]): ReadonlySet<string> {
  return new Set(words.map((_, index) => words.slice(index).join('')));
}

/** A word that opens nearly every name of the database says nothing about any of them. */
function commonPrefix(tables: readonly CatalogTable[]): string | null {
  const first = tables.flatMap((table) =>
    [table.name, ...table.columns.map((column) => column.name)].map((name) => splitWords(name)[0]),
  );
  const [candidate] = first;
  if (candidate === undefined || tables.length < 2) return null;
  const share = first.filter((word) => word === candidate).length / first.length;
  return share > 0.9 ? candidate : null;
}

/** The words of a name, in lower case and singular. */
export function splitWords(name: string): readonly string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '')
    .map(singular);
}

function singular(word: string): string {
  if (/ies$/.test(word) && word.length > 4) return `${word.slice(0, -3)}y`;
  if (/(ss|sh|ch|x)es$/.test(word)) return word.slice(0, -2);
  return /[^su]s$/.test(word) && word.length > 3 ? word.slice(0, -1) : word;
}
