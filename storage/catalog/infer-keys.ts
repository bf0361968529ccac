import type { CatalogForeignKey, CatalogTable } from '#planner';
import type { CatalogConnection } from './connection.ts';
import { queryJson, quoteName } from './connection.ts';

/** Pairs tested against the data at most; the best named ones come first. */
const CONTAINMENT_TESTS_MAX = 120;
/** Distinct values tested per pair. */
const CONTAINMENT_VALUES_MAX = 2_000;

interface KeyCandidate {
  readonly from: { readonly table: CatalogTable; readonly column: string };
  readonly to: { readonly table: CatalogTable; readonly column: string };
  /** Higher is a better match of names. */
  readonly strength: number;
}

/**
 * Infers foreign keys that nobody declared: names that point to a key column, confirmed by
 * the values of one being contained in the other. The cost is bounded by the limits above.
 */
export async function inferKeys(
  connection: CatalogConnection,
  tables: readonly CatalogTable[],
  declared: readonly CatalogForeignKey[],
): Promise<readonly CatalogForeignKey[]> {
  const known = new Set(
    declared.map((key) => endKey(key.from.schema, key.from.table, key.from.columns[0] ?? '')),
  );
  const candidates = nameCandidates(tables)
    .filter(({ from }) => !known.has(endKey(from.table.schema, from.table.name, from.column)))
    .sort((a, b) => b.strength - a.strength || compareText(label(a), label(b)))
    .slice(0, CONTAINMENT_TESTS_MAX);
  if (candidates.length === 0) return [];
  const contained = await testContainment(connection, candidates);
  const bestByColumn = new Map<string, KeyCandidate>();
  candidates.forEach((candidate, index) => {
    if ((contained[index] ?? 0) < 0.9) return;
    const { from } = candidate;
    const key = endKey(from.table.schema, from.table.name, from.column);
    const best = bestByColumn.get(key);
    if (best === undefined || best.strength < candidate.strength) bestByColumn.set(key, candidate);
  });
  const named = [...bestByColumn.values()];
  const nameless = await inferByValues(connection, tables, [
    ...known,
    ...named.map(({ from }) => endKey(from.table.schema, from.table.name, from.column)),
  ]);
  return [...named, ...nameless].map(({ from, to }) => ({
    from: { schema: from.table.schema, table: from.table.name, columns: [from.column] },
    to: { schema: to.table.schema, table: to.table.name, columns: [to.column] },
    isDeclared: false,
  }));
}

/**
 * References whose names say nothing (`advisor` to a person's number): every value is found
 * among the keys of exactly one table, and those keys are too scattered for that to be chance.
 */
async function inferByValues(
  connection: CatalogConnection,
  tables: readonly CatalogTable[],
  known: readonly string[],
): Promise<readonly KeyCandidate[]> {
  const taken = new Set(known);
  const targets = tables.flatMap((table) =>
    keyColumns(table)
      .filter((key) => /INT/.test(key.type) && isScattered(table, key))
      .map((key) => ({ table, key })),
  );
  const candidates: KeyCandidate[] = [];
  for (const table of tables) {
    for (const column of table.columns) {
      if (!/INT/.test(column.type) || (column.distinctCount ?? 0) < 5) continue;
      if (taken.has(endKey(table.schema, table.name, column.name))) continue;
      if (table.primaryKey?.includes(column.name) && table.primaryKey.length === 1) continue;
      for (const target of targets) {
        const isInside =
          Number(column.minimum) >= Number(target.key.minimum) &&
          Number(column.maximum) <= Number(target.key.maximum);
        if (target.table === table || !isInside) continue;
        candidates.push({
          from: { table, column: column.name },
          to: { table: target.table, column: target.key.name },
          strength: 1,
        });
      }
    }
  }
  const tested = candidates.slice(0, CONTAINMENT_TESTS_MAX);
  if (tested.length === 0) return [];
  const shares = await testContainment(connection, tested);
  const contained = tested.filter((_, index) => shares[index] === 1);
  const targetsOf = (candidate: KeyCandidate) =>
    contained.filter(
      ({ from }) => from.table === candidate.from.table && from.column === candidate.from.column,
    ).length;
  return contained.filter((candidate) => targetsOf(candidate) === 1);
}

/** Whether keys leave so many gaps that values of something else would fall into them. */
function isScattered(table: CatalogTable, key: CatalogTable['columns'][number]): boolean {
  const range = Number(key.maximum) - Number(key.minimum) + 1;
  return table.rowCount >= 5 && range > 4 * table.rowCount;
}

function nameCandidates(tables: readonly CatalogTable[]): KeyCandidate[] {
  const candidates: KeyCandidate[] = [];
  const prefix = commonPrefix(tables);
  const words = (name: string) => {
    const split = splitWords(name);
    return prefix !== null && split.length > 1 && split[0] === prefix ? split.slice(1) : split;
  };
  for (const target of tables) {
    for (const key of keyColumns(target)) {
      const keyType = typeFamily(key.type);
      for (const table of tables) {
        for (const column of table.columns) {
          if (table === target && column.name === key.name) continue;
          if (typeFamily(column.type) !== keyType || (column.distinctCount ?? 0) === 0) continue;
          const strength = nameStrength(
            { table: words(table.name), column: words(column.name) },
            { table: words(target.name), column: words(key.name) },
            table === target,
          );
          // A table's own key rarely points elsewhere unless it is named after the other table.
          const isOwnKey = table.primaryKey?.length === 1 && table.primaryKey[0] === column.name;
          if (strength > 0 && !(isOwnKey && strength < 3)) {
            candidates.push({
              from: { table, column: column.name },
              to: { table: target, column: key.name },
              strength: strength - (isOwnKey ? 1 : 0),
            });
          }
        }
      }
    }
  }
  return candidates;
}

/** Columns whose values identify a row: the declared key, unique keys, or unique by count. */
function keyColumns(table: CatalogTable) {
  const single = new Set(
    [table.primaryKey, ...table.uniqueKeys].flatMap((key) => (key?.length === 1 ? key : [])),
  );
  return table.columns.filter(
    (column) =>
      single.has(column.name) ||
      (table.rowCount > 1 &&
        column.distinctCount === table.rowCount &&
        /(^|_|[a-z])(id|code|key|name|number|no|num)$/i.test(column.name)) ||
      (table.rowCount > 1 &&
        column.distinctCount === table.rowCount &&
        sameWords(splitWords(column.name), splitWords(table.name))) ||
      (table.rowCount > 2 &&
        column.distinctCount === table.rowCount &&
        /^(VARCHAR|[A-Z]*INT)/.test(column.type) &&
        !GENERIC_NAME.test(column.name)),
  );
}

/** Names that many unrelated tables give to a column. */
const GENERIC_NAME =
  /(^|_)(id|name|title|date|time|description|details?|comment|note|email|phone|address|value|amount|total|count|price)$/i;

interface NamedColumn {
  readonly table: readonly string[];
  readonly column: readonly string[];
}

/** 0 when the names say nothing; otherwise how strongly `from` reads like a reference to `to`. */
function nameStrength(from: NamedColumn, to: NamedColumn, isSameTable: boolean): number {
  const isGenericKey =
    to.column.length === 1 && /^(id|code|key|name|number|no)$/.test(to.column[0] ?? '');
  const qualified = isGenericKey ? [...to.table, ...to.column] : to.column;
  if (!isSameTable) {
    if (sameWords(from.column, to.column) && !isGenericKey)
      return mentions(to.column, to.table) ? 6 : 4;
    if (sameWords(from.column, [...to.table, ...to.column])) return 6;
    if (sameWords(from.column, to.table)) return 5;
    if (
      isGenericKey &&
      to.table.length > 1 &&
      sameWords(from.column, [...to.table.slice(-1), ...to.column])
    )
      return 4;
  }
  if (qualified.length > 1 && endsWith(from.column, qualified)) return 3;
  if (endsWith(from.column, to.table) && from.column.length > to.table.length) return 2;
  const [last] = from.column.slice(-1);
  const joined = qualified.join('');
  if (last !== undefined && joined.length > 4 && last === joined) return 3;
  // `dst_apid` and `apid`: a role in front of the whole key name.
  if (to.column.join('').length >= 4 && !isGenericKey && endsWith(from.column, to.column)) return 3;
  return 0;
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

function mentions(column: readonly string[], table: readonly string[]): boolean {
  return column.some((word) => table.includes(word));
}

function splitWords(name: string): readonly string[] {
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

function sameWords(a: readonly string[], b: readonly string[]): boolean {
  return a.join('') === b.join('');
}

function endsWith(whole: readonly string[], tail: readonly string[]): boolean {
  return whole.length > tail.length && sameWords(whole.slice(-tail.length), tail);
}

function typeFamily(type: string): string {
  if (/INT|DECIMAL|NUMERIC|DOUBLE|FLOAT|REAL/.test(type) && !type.includes('[')) return 'number';
  if (/^(VARCHAR|ENUM)/.test(type)) return 'text';
  return type;
}

/** Share of each candidate's distinct values that exist in the referenced column. */
async function testContainment(
  connection: CatalogConnection,
  candidates: readonly KeyCandidate[],
): Promise<readonly number[]> {
  const known = candidates.map(knownContainment);
  const open = candidates.filter((_, index) => known[index] === null);
  const queried = open.length === 0 ? [] : await queryContainment(connection, open);
  let next = 0;
  return known.map((share) => share ?? queried[next++] ?? 0);
}

/** The share where the snapshot holds every value of both columns; null elsewhere. */
function knownContainment({ from, to }: KeyCandidate): number | null {
  const source = from.table.columns.find(({ name }) => name === from.column);
  const target = to.table.columns.find(({ name }) => name === to.column);
  if (source === undefined || target === undefined) return null;
  if (!source.valuesAreComplete || !target.valuesAreComplete) return null;
  if (source.type !== target.type || source.values.length === 0) return null;
  const targets = new Set(target.values);
  return source.values.filter((value) => targets.has(value)).length / source.values.length;
}

async function queryContainment(
  connection: CatalogConnection,
  candidates: readonly KeyCandidate[],
): Promise<readonly number[]> {
  const tests = candidates.map(({ from, to }) => {
    const source = `${quoteName(from.table.schema)}.${quoteName(from.table.name)}`;
    const target = `${quoteName(to.table.schema)}.${quoteName(to.table.name)}`;
    const [a, b] = [quoteName(from.column), quoteName(to.column)];
    return `(SELECT avg(CASE WHEN v IN (SELECT ${b} FROM ${target}) THEN 1 ELSE 0 END)
      FROM (SELECT DISTINCT ${a} AS v FROM ${source} WHERE ${a} IS NOT NULL LIMIT ${CONTAINMENT_VALUES_MAX}))`;
  });
  const [shares = []] = await queryJson<(number | null)[]>(
    connection,
    `SELECT to_json([${tests.join(',\n')}])`,
  );
  return shares.map((share) => share ?? 0);
}

function endKey(schema: string, table: string, column: string): string {
  return `${schema}\u0000${table}\u0000${column}`;
}

function label({ from, to }: KeyCandidate): string {
  return `${from.table.name}.${from.column}>${to.table.name}.${to.column}`;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
