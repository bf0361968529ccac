import type { CatalogColumn, CatalogSnapshot, CatalogTable } from '../catalog.ts';
import { splitName } from '../language/names.ts';
import type { ProcedureBinding } from '../procedures/bind.ts';
import { procedureColumns } from '../procedures/bind.ts';
import { chosenLabels, semanticNames } from '../semantics/semantic-names.ts';
import type { Elapsed } from './elapsed-columns.ts';
import { elapsedColumns } from './elapsed-columns.ts';
import { KeyGraph } from './key-graph.ts';
import type { LineAmount } from './line-amounts.ts';
import { lineAmounts } from './line-amounts.ts';
import { NameIndex } from './name-index.ts';
import { ValueIndex } from './value-index.ts';

export type ColumnKind = 'number' | 'text' | 'date' | 'timestamp' | 'time' | 'boolean' | 'other';

/** A column with the words of its name and what its type and values say about its use. */
export interface ColumnModel {
  readonly id: number;
  readonly table: TableModel;
  readonly column: CatalogColumn;
  readonly words: readonly string[];
  readonly kind: ColumnKind;
  /** Text that holds only numbers; comparisons and arithmetic need a cast. */
  readonly isNumericText: boolean;
  /** Text that holds dates; comparisons need a cast. */
  readonly dateTextFormat: string | null;
  /** Identifies a row, or refers to another table's row. */
  readonly isKey: boolean;
  readonly isForeignKey: boolean;
  /** Refers to another row of the same table, as a manager does. */
  readonly refersToOwnTable: boolean;
  /** A quantity that sums and averages make sense of. */
  readonly isMeasure: boolean;
  /** Set when the column is the result of calling a procedure for each row. */
  readonly procedure: ProcedureBinding | null;
  /** Set when the column is computed from a quantity and a price of each row. */
  readonly lineAmount: LineAmount | null;
  /** Set when the column is the time between two dates of each row, or since one of them. */
  readonly elapsed: Elapsed | null;
}

export interface TableModel {
  readonly id: number;
  readonly table: CatalogTable;
  readonly words: readonly string[];
  readonly columns: readonly ColumnModel[];
  /** The columns that name a row for people, in order; never empty when the table has columns. */
  readonly labels: readonly ColumnModel[];
  /** The single column that identifies a row, or null. */
  readonly key: ColumnModel | null;
  /** Mostly keys of other tables: it relates them rather than describing something itself. */
  readonly isBridge: boolean;
}

/** Everything grounding derives from a snapshot; built once per snapshot. */
export interface SchemaModel {
  readonly catalog: CatalogSnapshot;
  readonly tables: readonly TableModel[];
  readonly columns: readonly ColumnModel[];
  /** Numbers that no table holds: what people defined, amounts of rows, and times. */
  readonly metrics: readonly ColumnModel[];
  readonly names: NameIndex;
  readonly values: ValueIndex;
  readonly keys: KeyGraph;
}

const models = new WeakMap<CatalogSnapshot, { today: string | null; model: SchemaModel }>();

/**
 * The model of a snapshot on a day, which decides how old people are. That of the last day asked for
 * is cached for as long as the snapshot lives; null takes it whatever its day, for who reads only
 * what the tables hold.
 */
export function schemaModel(catalog: CatalogSnapshot, now: string | null): SchemaModel {
  const today = now?.slice(0, 10) ?? null;
  const known = models.get(catalog);
  if (known !== undefined && (today === null || known.today === today)) return known.model;
  const model = buildModel(catalog, today);
  models.set(catalog, { today, model });
  return model;
}

function buildModel(catalog: CatalogSnapshot, today: string | null): SchemaModel {
  const vocabulary = tableVocabulary(catalog);
  const affix = commonPrefix(catalog);
  const tableAffixes = tablePrefixes(catalog);
  const foreign = new Set(
    catalog.keys.flatMap((key) =>
      key.from.columns.map((column) => `${key.from.table}\u0000${column}`),
    ),
  );
  const reflexive = new Set(
    catalog.keys
      .filter(({ from, to }) => from.schema === to.schema && from.table === to.table)
      .flatMap(({ from }) => from.columns.map((column) => `${from.table}\u0000${column}`)),
  );
  const columns: ColumnModel[] = [];
  const tables = catalog.tables.map((table, id) => {
    const tableWords = tableAffixes.reduce(
      withoutAffix,
      withoutAffix(splitName(table.name, vocabulary), affix),
    );
    const owner = { id, table, words: tableWords } as TableModel & {
      columns: ColumnModel[];
      labels: readonly ColumnModel[];
      key: ColumnModel | null;
      isBridge: boolean;
    };
    const shared = tableAffix(table, vocabulary, affix);
    owner.columns = table.columns.map((column) => {
      const words = ownNoun(withoutAffix(splitName(column.name, vocabulary), affix), tableWords);
      const model = describeColumn(
        columns.length,
        owner,
        column,
        trimShared(words, shared, tableWords),
        { foreign, reflexive },
      );
      columns.push(model);
      return model;
    });
    owner.key = findKey(owner);
    owner.labels = chosenLabels(catalog, owner) ?? findLabels(owner);
    owner.isBridge = isBridge(owner);
    return owner as TableModel;
  });
  const computed = procedureColumns(catalog, tables, columns.length);
  const { metrics, aliases } = semanticNames(catalog, tables, columns.length + computed.length);
  const amounts = lineAmounts(tables, columns.length + computed.length + metrics.length);
  const derivedId = columns.length + computed.length + metrics.length + amounts.length;
  const elapsed = elapsedColumns(tables, derivedId, today);
  const numbers = [...metrics, ...amounts, ...elapsed.columns];
  const names = new NameIndex(tables, [...computed, ...numbers], [...aliases, ...elapsed.aliases]);
  return {
    catalog,
    tables,
    columns,
    metrics: numbers,
    names,
    values: new ValueIndex(columns),
    keys: new KeyGraph(catalog, tables),
  };
}

/** Single-word table names help cutting glued column names: `raceid` where a table is `races`. */
function tableVocabulary(catalog: CatalogSnapshot): ReadonlySet<string> {
  const words = new Set<string>();
  for (const table of catalog.tables) {
    for (const word of splitName(table.name)) if (word.length >= 3) words.add(word);
  }
  return words;
}

/** A word that opens nearly every name of the database, as a vendor prefix does. */
function commonPrefix(catalog: CatalogSnapshot): string | null {
  const names = catalog.tables.flatMap((table) => [
    table.name,
    ...table.columns.map((column) => column.name),
  ]);
  const first = names.map((name) => splitName(name)[0] ?? '');
  const [candidate] = first;
  if (candidate === undefined || catalog.tables.length < 2) return null;
  const share = first.filter((word) => word === candidate).length / first.length;
  return share > 0.9 ? candidate : null;
}

/** What opens the name of every table only says that it is one: `tblBook`, `app_user`. */
function tablePrefixes(catalog: CatalogSnapshot): readonly string[] {
  const names = catalog.tables.map(({ name }) => splitName(name));
  const [first] = names[0] ?? [];
  const isShared =
    first !== undefined &&
    names.length > 2 &&
    names.every((words) => words.length > 1 && words[0] === first);
  return isShared ? ['tbl', first] : ['tbl'];
}

/** `ename` of employees and `dname` of departments are their names. */
function ownNoun(words: readonly string[], tableWords: readonly string[]): readonly string[] {
  const [initial, noun] =
    words.length === 1 ? (/^(.)(name|title)$/.exec(words[0] ?? '')?.slice(1) ?? []) : [];
  if (initial === undefined || noun === undefined || !tableWords[0]?.startsWith(initial))
    return words;
  return [...tableWords, noun];
}

function withoutAffix(words: readonly string[], affix: string | null): readonly string[] {
  return affix !== null && words.length > 1 && words[0] === affix ? words.slice(1) : words;
}

/** Words that open every column of one table. */
function tableAffix(
  table: CatalogTable,
  vocabulary: ReadonlySet<string>,
  affix: string | null,
): readonly string[] {
  const names = table.columns.map((c) => withoutAffix(splitName(c.name, vocabulary), affix));
  if (names.length < 3) return [];
  const shared: string[] = [];
  for (let index = 0; index < 3; index++) {
    const word = names[0]?.[index];
    if (word === undefined || !names.every((n) => n[index] === word && n.length > index + 1)) break;
    shared.push(word);
  }
  return shared;
}

/** A prefix on every column of a table says no more than the table's own name. */
function trimShared(
  words: readonly string[],
  shared: readonly string[],
  tableWords: readonly string[],
): readonly string[] {
  if (shared.length === 0) return words;
  const rest = words.slice(shared.length);
  return rest.length === 1 && rest[0] === 'id' ? [...tableWords, 'id'] : rest;
}

function describeColumn(
  id: number,
  table: TableModel,
  column: CatalogColumn,
  words: readonly string[],
  keys: { readonly foreign: ReadonlySet<string>; readonly reflexive: ReadonlySet<string> },
): ColumnModel {
  const kind = kindOf(column.type);
  const place = `${table.table.name}\u0000${column.name}`;
  const isForeignKey = keys.foreign.has(place);
  const isPrimary = table.table.primaryKey?.includes(column.name) ?? false;
  const last = words.at(-1) ?? '';
  const isNumbered =
    last === 'number' &&
    kind === 'number' &&
    table.table.rowCount > 0 &&
    column.distinctCount === table.table.rowCount;
  const isIdentifier = last === 'id' || (last === 'code' && kind === 'number') || isNumbered;
  const isKey = isForeignKey || isIdentifier || (isPrimary && table.table.primaryKey?.length === 1);
  const isNumericText = kind === 'text' && looksNumeric(column.values);
  return {
    id,
    table,
    column,
    words,
    kind,
    isNumericText,
    dateTextFormat: kind === 'text' ? dateFormat(column.values) : null,
    isKey,
    isForeignKey,
    refersToOwnTable: keys.reflexive.has(place),
    isMeasure:
      (kind === 'number' || isNumericText) &&
      !isKey &&
      !/^(year|code|number|zip|phone|rank|month|day)$/.test(last),
    procedure: null,
    lineAmount: null,
    elapsed: null,
  };
}

function kindOf(type: string): ColumnKind {
  if (/\[|^(STRUCT|MAP|UNION|BLOB|JSON|LIST)/.test(type)) return 'other';
  if (/INT|DECIMAL|NUMERIC|DOUBLE|FLOAT|REAL/.test(type)) return 'number';
  if (/^TIMESTAMP/.test(type)) return 'timestamp';
  if (/^DATE/.test(type)) return 'date';
  if (/^TIME/.test(type)) return 'time';
  if (/^BOOL/.test(type)) return 'boolean';
  return 'text';
}

function looksNumeric(values: readonly string[]): boolean {
  const sample = values.filter((value) => value.trim() !== '').slice(0, 60);
  if (sample.length === 0) return false;
  const numeric = sample.filter((value) => /^-?\d+(\.\d+)?$/.test(value.trim())).length;
  return numeric / sample.length > 0.9 && !sample.some((value) => /^0\d/.test(value));
}

const DATE_TEXTS: readonly (readonly [RegExp, string])[] = [
  [/^\d{4}-\d{1,2}-\d{1,2}([ T].*)?$/, 'iso'],
  [/^\d{1,2}\/\d{1,2}\/\d{4}( \d{1,2}:\d{2})?$/, '%m/%d/%Y'],
  [/^\d{1,2}-[A-Za-z]{3}-\d{4}$/, '%d-%b-%Y'],
  [/^\d{1,2}-[A-Za-z]{3}-\d{2}$/, '%d-%b-%y'],
];

function dateFormat(values: readonly string[]): string | null {
  const sample = values.filter((value) => value.trim() !== '').slice(0, 40);
  if (sample.length === 0) return null;
  for (const [pattern, format] of DATE_TEXTS) {
    if (sample.every((value) => pattern.test(value))) return format;
  }
  return null;
}

function findKey(table: TableModel): ColumnModel | null {
  const declared = table.table.primaryKey;
  if (declared?.length === 1) {
    return table.columns.find((column) => column.column.name === declared[0]) ?? null;
  }
  const unique = (column: ColumnModel) =>
    table.table.rowCount > 0 && column.column.distinctCount === table.table.rowCount;
  return (
    table.columns.find(
      (column) => unique(column) && column.words.at(-1) === 'id' && !column.isForeignKey,
    ) ??
    table.columns.find(
      (column) =>
        unique(column) && column.column.nullCount === 0 && !isFraction(column.column.type),
    ) ??
    null
  );
}

/** Amounts differ by chance; nobody tells rows apart by them. */
function isFraction(type: string): boolean {
  return /DOUBLE|FLOAT|REAL|(?:DECIMAL|NUMERIC)\(\d+, ?[1-9]/.test(type);
}

function findLabels(table: TableModel): readonly ColumnModel[] {
  const own = (column: ColumnModel) => column.words.filter((word) => !table.words.includes(word));
  const texts = table.columns.filter((column) => column.kind === 'text' && !column.isForeignKey);
  const named = (...wanted: string[]) =>
    texts.find((column) => own(column).join(' ') === wanted.join(' '));
  const name = named('name') ?? named('full', 'name') ?? named('title');
  if (name !== undefined) return [name];
  const [first, last] = [named('first', 'name'), named('last', 'name')];
  if (first !== undefined && last !== undefined) return [first, last];
  const self =
    texts.find((column) => column.words.join(' ') === table.words.join(' ')) ??
    texts.find((column) => own(column).length === 0 && column.words.at(-1) !== 'id');
  const ended =
    self ??
    texts.find((column) => column.words.at(-1) === 'name') ??
    texts.find((column) => column.words.at(-1) === 'title') ??
    last ??
    named('description') ??
    texts.find((column) => own(column).join(' ') === 'detail');
  if (ended !== undefined) return [ended];
  const fallback = table.key ?? texts[0] ?? table.columns[0];
  return fallback === undefined ? [] : [fallback];
}

function isBridge(table: TableModel): boolean {
  const foreignKeys = table.columns.filter((column) => column.isForeignKey).length;
  const rest = table.columns.filter(
    (column) => !column.isForeignKey && !column.isKey && column.kind === 'text',
  ).length;
  return foreignKeys >= 2 && rest <= 1;
}
