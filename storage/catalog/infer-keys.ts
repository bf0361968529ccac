import type { CatalogColumn, CatalogForeignKey, CatalogTable } from '#planner';
import type { CatalogConnection } from './connection.ts';
import type { KeyCandidate } from './key-candidates.ts';
import { BestCandidates, couldContain } from './key-candidates.ts';
import type { NamedColumn } from './reference-names.ts';
import { ReferenceNames, splitWords } from './reference-names.ts';
import { testContainment } from './test-containment.ts';

/** Pairs tested against the data at least; the best named ones come first. */
const CONTAINMENT_TESTS_MIN = 120;
/** Pairs considered at most, for each table: most are settled by the snapshot itself. */
const CANDIDATES_PER_TABLE = 8;

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
  const candidates = nameCandidates(
    tables,
    (table, column) => !known.has(endKey(table.schema, table.name, column)),
  );
  if (candidates.length === 0) return [];
  const testsMax = Math.max(CONTAINMENT_TESTS_MIN, tables.length);
  const contained = await testContainment(connection, candidates, testsMax);
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
  const tested: KeyCandidate[] = [];
  for (const table of tables) {
    for (const column of table.columns) {
      if (!/INT/.test(column.type) || (column.distinctCount ?? 0) < 2) continue;
      if (taken.has(endKey(table.schema, table.name, column.name))) continue;
      if (table.primaryKey?.includes(column.name) && table.primaryKey.length === 1) continue;
      const own = SUPERIOR.test(column.name) ? ownKey(table, column) : null;
      if (own !== null) {
        tested.push({
          from: { table, column: column.name },
          to: { table, column: own.name },
          strength: 1,
        });
        continue;
      }
      if ((column.distinctCount ?? 0) < 5) continue;
      for (const target of targets) {
        if (tested.length === CONTAINMENT_TESTS_MIN) break;
        if (target.table === table || !couldContain(column, target.key)) continue;
        if (!isWithin(column, target.key)) continue;
        tested.push({
          from: { table, column: column.name },
          to: { table: target.table, column: target.key.name },
          strength: 1,
        });
      }
    }
  }
  if (tested.length === 0) return [];
  const shares = await testContainment(connection, tested, CONTAINMENT_TESTS_MIN);
  const contained = tested.filter((_, index) => shares[index] === 1);
  const targetsOf = (candidate: KeyCandidate) =>
    contained.filter(
      ({ from }) => from.table === candidate.from.table && from.column === candidate.from.column,
    ).length;
  return contained.filter((candidate) => targetsOf(candidate) === 1);
}

/** Columns that customarily refer to another row of their own table. */
const SUPERIOR =
  /^(mgr|manager|boss|supervisor|superior|parent|reports_?to|referrer|referred_?by|predecessor)(_?(id|no|num))?$/i;

/** The number that tells a table's rows apart, where the column's values lie within it. */
function ownKey(table: CatalogTable, column: CatalogColumn): CatalogColumn | null {
  const key = keyColumns(table).find(({ name, type }) => /INT/.test(type) && name !== column.name);
  return key !== undefined && couldContain(column, key) && isWithin(column, key) ? key : null;
}

function isWithin(column: CatalogColumn, key: CatalogColumn): boolean {
  return (
    Number(column.minimum) >= Number(key.minimum) && Number(column.maximum) <= Number(key.maximum)
  );
}

/** Whether keys leave so many gaps that values of something else would fall into them. */
function isScattered(table: CatalogTable, key: CatalogColumn): boolean {
  const range = Number(key.maximum) - Number(key.minimum) + 1;
  return table.rowCount >= 5 && range > 4 * table.rowCount;
}

/** The best named pairs that counts and bounds do not rule out, best first. */
function nameCandidates(
  tables: readonly CatalogTable[],
  isOpen: (table: CatalogTable, column: string) => boolean,
): readonly KeyCandidate[] {
  const names = new ReferenceNames(tables, isOpen);
  const best = new BestCandidates();
  for (const target of tables) {
    for (const key of keyColumns(target)) {
      const to = names.of(target, key.name);
      const strengthOf = rememberStrength(to);
      for (const { table, column, words } of names.resembling(to)) {
        if (table === target && (column.name === key.name || !isIdentifier(target, key))) continue;
        const strength = table === target ? nameStrength(words, to, true) : strengthOf(words);
        // A table's own key rarely points elsewhere unless it is named after the other table.
        const isOwnKey = table.primaryKey?.length === 1 && table.primaryKey[0] === column.name;
        if (strength === 0 || (isOwnKey && strength < 3)) continue;
        const candidate = {
          from: { table, column: column.name },
          to: { table: target, column: key.name },
          strength: strength - (isOwnKey ? 1 : 0),
        };
        if (couldContain(column, key)) best.add(candidate);
      }
    }
  }
  return best.best(Math.max(CONTAINMENT_TESTS_MIN, CANDIDATES_PER_TABLE * tables.length));
}

/** Compares with one key; the columns of a wide database often have the same name. */
function rememberStrength(to: NamedColumn): (from: NamedColumn) => number {
  const known = new Map<readonly string[], number>();
  return (from) => {
    const strength = known.get(from.column) ?? nameStrength(from, to, false);
    known.set(from.column, strength);
    return strength;
  };
}

/** Whether the column is there to tell rows apart: stock that happens to differ everywhere is not. */
function isIdentifier(table: CatalogTable, { name }: CatalogColumn): boolean {
  const declared = [table.primaryKey, ...table.uniqueKeys];
  return declared.some((key) => key?.length === 1 && key[0] === name) || IDENTIFIER_NAME.test(name);
}

const IDENTIFIER_NAME = /(^|_|[a-z])(id|code|key|name|number|no|num)$/i;

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
        IDENTIFIER_NAME.test(column.name)) ||
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
    // `doctor_id` for the `doc_id` of doctors.
    const [short, ending, ...rest] = to.column;
    const isShort =
      short !== undefined &&
      ending !== undefined &&
      rest.length === 0 &&
      short.length > 2 &&
      to.table.length === 1 &&
      to.table[0]?.startsWith(short) === true;
    if (isShort && sameWords(from.column, [...to.table, ending])) return 5;
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

function mentions(column: readonly string[], table: readonly string[]): boolean {
  return column.some((word) => table.includes(word));
}

function sameWords(a: readonly string[], b: readonly string[]): boolean {
  return a.join('') === b.join('');
}

function endsWith(whole: readonly string[], tail: readonly string[]): boolean {
  return whole.length > tail.length && sameWords(whole.slice(-tail.length), tail);
}

function endKey(schema: string, table: string, column: string): string {
  return `${schema}\u0000${table}\u0000${column}`;
}
