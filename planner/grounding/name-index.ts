import { areSynonyms } from '../language/lexicon.ts';
import type { NameAlias } from '../semantics/semantic-names.ts';
import type { ColumnModel, TableModel } from './schema-model.ts';
import { nearness, wordSimilarity } from './word-similarity.ts';

/** A table or column that a phrase may name. */
export type NameCandidate =
  | { readonly kind: 'table'; readonly table: TableModel; readonly score: number }
  | {
      readonly kind: 'column';
      readonly table: TableModel;
      readonly column: ColumnModel;
      readonly score: number;
    };

interface Entry {
  readonly table: TableModel;
  readonly column: ColumnModel | null;
  /** Words that make the name what it is, with their weight. */
  readonly words: readonly string[];
  readonly weights: readonly number[];
  /** Words of the table, which may stand beside a column's own. */
  readonly context: readonly string[];
  /** Words that leave what they stand beside what it is: those of other tables, and general ones. */
  readonly qualified: ReadonlySet<string>;
}

const CANDIDATES_MAX = 40;
/** What a table holds is more likely meant than what could be computed. */
const DERIVED_LOSS = 0.06;
const LIGHT_WORDS: Readonly<Record<string, number>> = {
  code: 0.3,
  name: 0.6,
  description: 0.5,
  detail: 0.4,
  number: 0.5,
  type: 0.7,
  other: 0.2,
  reference: 0.2,
  of: 0.05,
  the: 0.05,
  in: 0.05,
  at: 0.05,
  to: 0.1,
  and: 0.05,
  or: 0.05,
  per: 0.05,
  by: 0.05,
  for: 0.05,
  a: 0.05,
  value: 0.4,
  count: 0.4,
};
/** Nouns that may follow a name without being part of it: "phone number" for `phone`. */
const TRAILING_NOUNS = new Set([
  'number',
  'name',
  'code',
  'value',
  'information',
  'detail',
  'data',
  'member',
  'title',
  'list',
  'type',
  'date',
  'record',
  'table',
  'amount',
  'field',
  'address',
  'id',
  'status',
]);

const TABLE_NOUNS = new Set([
  'information',
  'detail',
  'data',
  'member',
  'record',
  'table',
  'list',
  'entry',
]);

/** Finds tables and columns by the words of their names. */
export class NameIndex {
  readonly #entries: readonly Entry[];
  /** Entries by the words of their names and of their tables. */
  readonly #byWord = new Map<string, number[]>();
  /** Entries by the words that make their names what they are. */
  readonly #byOwnWord = new Map<string, number[]>();
  readonly #aliasWords = new Map<ColumnModel, readonly string[]>();
  readonly #similar = new Map<string, ReadonlyMap<string, number>>();

  constructor(
    tables: readonly TableModel[],
    computed: readonly ColumnModel[] = [],
    aliases: readonly NameAlias[] = [],
  ) {
    // "Customer orders" are orders.
    const qualified = new Set([...QUALIFIERS, ...tables.flatMap(({ words }) => words.slice(-1))]);
    this.#entries = [
      ...tables.flatMap((table) => [
        entry(table, null, qualified),
        ...table.columns.map((column) => entry(table, column, qualified)),
      ]),
      ...computed.map((column) => entry(column.table, column, qualified)),
      ...aliases.map(({ table, column, words }) => entry(table, column, qualified, words)),
    ];
    for (const { column, words } of aliases) {
      if (column !== null) {
        this.#aliasWords.set(column, [...(this.#aliasWords.get(column) ?? []), ...words]);
      }
    }
    this.#entries.forEach((item, index) => {
      for (const word of new Set([...item.words, ...item.context])) {
        add(this.#byWord, word, index);
      }
      for (const word of new Set(item.words)) add(this.#byOwnWord, word, index);
    });
  }

  /** The words of a column's name and of every other name that people gave it. */
  wordsOf(column: ColumnModel): readonly string[] {
    return [...column.words, ...(this.#aliasWords.get(column) ?? [])];
  }

  /** Words of names that resemble a word of a request. */
  similarWords(asked: string): ReadonlyMap<string, number> {
    const known = this.#similar.get(asked);
    if (known !== undefined) return known;
    const found = new Map<string, number>();
    for (const word of this.#byWord.keys()) {
      const similarity = wordSimilarity(asked, word);
      if (similarity > 0) found.set(word, similarity);
    }
    if (this.#similar.size < 5_000) this.#similar.set(asked, found);
    return found;
  }

  /** Tables and columns whose names the words spell, best first. */
  find(asked: readonly string[]): readonly NameCandidate[] {
    const perWord = asked.map((word) => this.similarWords(word));
    // Every name found answers to the first word; to a single word, by a word of its own.
    const entries = asked.length === 1 ? this.#byOwnWord : this.#byWord;
    const ids = new Set<number>();
    for (const word of perWord[0]?.keys() ?? []) {
      for (const id of entries.get(word) ?? []) ids.add(id);
    }
    const candidates: NameCandidate[] = [];
    for (const id of ids) {
      const item = this.#entries[id];
      if (item === undefined) continue;
      const score = scoreEntry(item, asked, perWord);
      if (score <= 0.3) continue;
      candidates.push(
        item.column === null
          ? { kind: 'table', table: item.table, score }
          : { kind: 'column', table: item.table, column: item.column, score },
      );
    }
    candidates.sort((a, b) => b.score - a.score);
    const best = candidates[0]?.score ?? 0;
    return candidates.filter(({ score }) => score >= best - 0.38).slice(0, CANDIDATES_MAX);
  }

  /** Names nearest to a word that nothing answers to, for suggestions. */
  nearest(asked: string, count: number): readonly string[] {
    const scored = this.#entries.map((item) => ({
      label:
        item.column === null
          ? item.table.table.name
          : `${item.table.table.name}.${item.column.column.name}`,
      score: Math.max(...item.words.map((word) => nearness(asked, word)), 0),
    }));
    return scored
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score || (a.label < b.label ? -1 : 1))
      .slice(0, count)
      .map(({ label }) => label);
  }
}

function add(map: Map<string, number[]>, word: string, id: number): void {
  const list = map.get(word);
  if (list === undefined) map.set(word, [id]);
  else list.push(id);
}

function entry(
  table: TableModel,
  column: ColumnModel | null,
  qualified: ReadonlySet<string>,
  alias?: readonly string[],
): Entry {
  const all = alias ?? (column === null ? table.words : column.words);
  // An `airline_flight` of flights is no airline: what a name ends in is what it names.
  const isOfTable = column !== null && !table.words.includes(all.at(-1) ?? '');
  const own = isOfTable ? all.filter((word) => !table.words.includes(word)) : all;
  const words = own.length === 0 ? all : own;
  return {
    table,
    column,
    words,
    weights: words.map((word) =>
      Object.hasOwn(LIGHT_WORDS, word) ? (LIGHT_WORDS[word] ?? 1) : word.length === 1 ? 0.2 : 1,
    ),
    context: column === null ? [] : table.words,
    qualified,
  };
}

function scoreEntry(
  item: Entry,
  asked: readonly string[],
  perWord: readonly ReadonlyMap<string, number>[],
): number {
  const used = new Set<number>();
  let similarity = 0;
  let counted = 0;
  let contextCount = 0;
  let trailing = 0;
  for (const [position, similar] of perWord.entries()) {
    let bestIndex = -1;
    let best = 0;
    for (const [index, word] of item.words.entries()) {
      const value = similar.get(word) ?? 0;
      if (!used.has(index) && value > best) [best, bestIndex] = [value, index];
    }
    if (bestIndex >= 0) {
      used.add(bestIndex);
      similarity += best;
      counted++;
      continue;
    }
    // Another word for a table has to stand for what its rows are: for alerts, not for fraud.
    const head = item.context.at(-1);
    const context = Math.max(
      0,
      ...item.context.map((word) =>
        word !== head && areSynonyms(asked[position] ?? '', word) ? 0 : (similar.get(word) ?? 0),
      ),
    );
    if (context > 0) {
      contextCount += context > 0.85 ? context : -2;
      continue;
    }
    const trails = item.column === null ? TABLE_NOUNS : TRAILING_NOUNS;
    if (position === asked.length - 1 && counted > 0 && trails.has(asked[position] ?? '')) {
      // A country's name is all that is kept of it; other nouns may name something else.
      trailing += asked[position] === 'name' && item.column?.kind === 'text' ? 0.3 : 1;
      continue;
    }
    return 0;
  }
  if (counted === 0) return 0;
  if (asked.length === 1 && isLoose(item, asked[0] ?? '', perWord[0] ?? new Map(), used)) return 0;
  // "Page views" are rows of page_views, not the page that each has.
  const isPartOfTable =
    item.column !== null && item.words.every((word) => item.context.includes(word));
  if (isPartOfTable && contextCount > 0) contextCount = -2;
  // "The order's value" is not what one of its items comes to.
  const isOfLine = perWord.some((similar) => (similar.get(item.context.at(-1) ?? '') ?? 0) > 0.85);
  if (item.column?.lineAmount != null && contextCount > 0 && !isOfLine) return 0;
  const total = item.weights.reduce((sum, weight) => sum + weight, 0);
  const covered = [...used].reduce((sum, index) => sum + (item.weights[index] ?? 0), 0);
  const coverage = total === 0 ? 1 : covered / total;
  // The whole name word for word is better evidence than the part that is the column's own.
  const isWhole =
    item.column !== null &&
    item.column.words.length === asked.length &&
    item.column.words.every((word, index) => word === asked[index]);
  return (
    (similarity / counted) * (0.4 + 0.6 * coverage) +
    0.06 * Math.min(1, contextCount) -
    0.12 * trailing +
    (isWhole ? 0.1 : 0) -
    (item.column?.lineAmount == null && item.column?.elapsed == null ? 0 : DERIVED_LOSS)
  );
}

/** Words before a noun that leave it what it is: a unit price is a price. */
const QUALIFIERS = new Set(
  `unit total list base gross net average full current actual standard overall amount number value main
  minimum maximum primary first last name date time code type level home local original final`.split(
    /\s+/,
  ),
);

/**
 * Whether only another word for a part of the name was asked for: a rating is no `risk_score`, and
 * suspicious transactions are no `fraud_alerts`, because the rest makes them something else.
 */
function isLoose(
  { words, qualified, column, table }: Entry,
  asked: string,
  similar: ReadonlyMap<string, number>,
  used: ReadonlySet<number>,
): boolean {
  const isOther = [...used].every((index) => areSynonyms(asked, words[index] ?? ''));
  if (!isOther) return false;
  const head = column === null ? table.words.at(-1) : null;
  const isLight = (word: string) => word !== head && (qualified.has(word) || word.length <= 2);
  return words.some((word, index) => !used.has(index) && !similar.has(word) && !isLight(word));
}
