import type { CatalogSnapshot, CatalogTable } from '#planner';

/** Names of tables and columns that a statement reads. */
export interface StatementNames {
  readonly tables: readonly string[];
  readonly columns: readonly string[];
}

const ADVICE_MAX = 6;
const COLUMNS_MAX = 40;

/**
 * What the database has in place of names that a statement gets wrong, for whoever mends it.
 * The parser knows no DuckDB dialect, so this is advice only: where it does not understand the
 * statement there is none, and nothing is refused for it.
 */
export async function sqlAdvice(sql: string, catalog: CatalogSnapshot): Promise<readonly string[]> {
  const named = await namesOf(sql);
  if (named === null) return [];
  const advice: string[] = [];
  const read: CatalogTable[] = [];
  for (const name of named.tables) {
    if (/^task\d+$/i.test(name)) continue;
    const table = catalog.tables.find((known) => known.name.toLowerCase() === name.toLowerCase());
    if (table !== undefined) {
      read.push(table);
      continue;
    }
    const near = nearest(
      name,
      catalog.tables.map((known) => known.name),
    );
    if (near.length > 0) advice.push(`no table ${name}; nearest: ${near.join(', ')}`);
  }
  const own = new Set(read.flatMap(({ columns }) => columns.map(({ name }) => name.toLowerCase())));
  const all = catalog.tables.flatMap((table) =>
    table.columns.map(({ name }) => `${table.name}.${name}`),
  );
  for (const column of named.columns) {
    if (own.has(column.toLowerCase())) continue;
    const near = nearest(column, all);
    if (near.length > 0) advice.push(`no column ${column} here; nearest: ${near.join(', ')}`);
  }
  for (const table of read.slice(0, 3)) {
    const columns = table.columns.slice(0, COLUMNS_MAX).map(({ name }) => name);
    advice.push(`${table.name} has columns ${columns.join(', ')}`);
  }
  return advice.slice(0, ADVICE_MAX);
}

type Parse = (sql: string) => {
  readonly tableList: readonly string[];
  readonly columnList: readonly string[];
};

let parser: Promise<Parse> | null = null;

async function loadParser(): Promise<Parse> {
  // One dialect's build, the nearest to DuckDB's: the whole package takes long to load.
  const { default: library } = await import('node-sql-parser/build/postgresql.js');
  const instance = new library.Parser();
  return (sql) => instance.parse(sql, { database: 'postgresql' });
}

/** Names of tables and columns in a statement; null when it is not understood. */
export async function namesOf(sql: string): Promise<StatementNames | null> {
  parser ??= loadParser();
  const parse = await parser;
  try {
    const { tableList, columnList } = parse(sql);
    // Entries are `select::schema::table` and `select::table::column`.
    const last = (entry: string): string => entry.split('::').at(-1) ?? '';
    return {
      tables: [...new Set(tableList.map(last))],
      columns: [...new Set(columnList.map(last))].filter((name) => /^[\w$]+$/.test(name)),
    };
  } catch {
    return null;
  }
}

/** Names that share most letter pairs with one. */
function nearest(name: string, known: readonly string[]): readonly string[] {
  const asked = pairsOf(name);
  return known
    .map((candidate) => {
      const own = pairsOf(candidate.replace(/^.*\./, ''));
      const shared = [...asked].filter((pair) => own.has(pair)).length;
      return { candidate, score: (2 * shared) / Math.max(1, asked.size + own.size) };
    })
    .filter(({ score }) => score > 0.3)
    .sort((a, b) => b.score - a.score || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

function pairsOf(text: string): ReadonlySet<string> {
  const letters = [...text.toLowerCase()];
  return new Set(letters.slice(1).map((letter, index) => `${letters[index]}${letter}`));
}
