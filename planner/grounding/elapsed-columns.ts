import type { NameAlias } from '../semantics/semantic-names.ts';
import { isPointInTime } from './column-role.ts';
import { expressionColumn, qualifiedName } from './expression-column.ts';
import type { ColumnModel, TableModel } from './schema-model.ts';

/** The time that lies between two dates of a row, or between one and today. */
export interface Elapsed {
  readonly from: ColumnModel;
  /** Null where it is the day that counts as today. */
  readonly to: ColumnModel | null;
}

/** Two dates of a row between which it lasts. */
export interface RowSpan {
  readonly begin: ColumnModel;
  readonly end: ColumnModel;
}

/** Words of what begins and of what ends, without a last e, as participles are cut: "discharg". */
const BEGIN =
  /^(start|begin|begun|from|sinc|admit|admission|hir|join|open|loan|borrow|lend|rent|rental|ship|shipment|order|injur|arriv|arrival|enter|entry|depart|departur|plac|issu|report|receiv|pick|pickup|enroll|enrol|enrollment|sign|book|leas|checkin|in|out|submit|request|rais|launch|found|effectiv|valid)$/;
const END =
  /^(end|finish|to|until|till|thru|through|discharg|return|deliver|delivery|recover|recovery|clos|leav|left|depart|departur|arriv|arrival|checkout|out|in|terminat|termination|resign|retir|complet|completion|resolv|stop|releas|ship)$/;
/** Says when something should happen, or that the row itself was written, and not when it happened. */
const PLANNED = /^(du|expect|plan|planned|schedul|estimat|creat|updat|modify|modifi|birth|death)$/;

function says(pattern: RegExp, { words }: ColumnModel): string | null {
  return words.find((word) => pattern.test(word.replace(/e$/, ''))) ?? null;
}

/** The dates between which a row lasts: a stay, a loan, a contract; null where it has none. */
export function rowSpan(table: TableModel): RowSpan | null {
  const dates = table.columns.filter(
    (column) => isPointInTime(column) && says(PLANNED, column) === null,
  );
  const pairs = dates.flatMap((begin) =>
    dates.filter((end) => isSpan(begin, end)).map((end): RowSpan => ({ begin, end })),
  );
  const [only, other] = pairs;
  return only !== undefined && other === undefined ? only : null;
}

function isSpan(begin: ColumnModel, end: ColumnModel): boolean {
  const [first, last] = [begin.column, end.column];
  return (
    begin !== end &&
    begin.kind === end.kind &&
    says(BEGIN, begin) !== null &&
    says(END, end) !== null &&
    // What begins is known before what ends.
    (first.nullCount ?? 0) <= (last.nullCount ?? 0) &&
    first.minimum !== null &&
    last.minimum !== null &&
    first.minimum <= last.minimum
  );
}

const STAY = /^(admit|admission|arriv|arrival|checkin)$/;

/**
 * Times that no table holds: how old people are, where a date says when they were born, and how
 * many days a row lasts.
 */
export function elapsedColumns(
  tables: readonly TableModel[],
  firstId: number,
  today: string | null,
): { readonly columns: readonly ColumnModel[]; readonly aliases: readonly NameAlias[] } {
  const columns: ColumnModel[] = [];
  const aliases: NameAlias[] = [];
  for (const table of tables) {
    const has = (pattern: RegExp) =>
      table.columns.some(({ words }) => words.some((word) => pattern.test(word)));
    const add = (name: string, expression: string, elapsed: Elapsed): ColumnModel => {
      const id = firstId + columns.length;
      const plain = expressionColumn({ id, table, name, expression, description: null });
      const column = { ...plain, elapsed };
      columns.push(column);
      return column;
    };
    const births = table.columns.filter(
      (column) => isPointInTime(column) && column.words.includes('birth'),
    );
    const [birth, otherBirth] = births;
    if (
      today !== null &&
      birth !== undefined &&
      otherBirth === undefined &&
      !has(/^(age|death|died|dead)$/)
    ) {
      const from = `CAST(${qualifiedName(birth)} AS DATE)`;
      add('age', `date_sub('year', ${from}, DATE '${today}')`, { from: birth, to: null });
    }
    const span = rowSpan(table);
    if (span !== null && !has(/^(duration|length|stay|lasted)$/)) {
      const { begin, end } = span;
      const days =
        begin.kind === 'date'
          ? `date_diff('day', ${qualifiedName(begin)}, ${qualifiedName(end)})`
          : `(epoch(${qualifiedName(end)}) - epoch(${qualifiedName(begin)})) / 86400`;
      const column = add('duration', days, { from: begin, to: end });
      const names = [['length'], ...[begin, end].flatMap(timeNames)];
      if (says(STAY, begin) !== null) names.push(['stay'], ['length', 'stay']);
      aliases.push(...names.map((words): NameAlias => ({ table, column, words })));
    }
  }
  return { columns, aliases };
}

/** `delivered_at` ends the delivery time. */
function timeNames({ words }: ColumnModel): readonly (readonly string[])[] {
  const verb = words.find((word) => word.length > 4 && (BEGIN.test(word) || END.test(word)));
  return verb === undefined
    ? []
    : [
        [verb, 'time'],
        [verb, 'duration'],
      ];
}

/** What is assumed where such a time is used. */
export function elapsedSaid({ table, column, elapsed }: ColumnModel): string | null {
  if (elapsed === null) return null;
  const { from, to } = elapsed;
  return to === null
    ? `${column.name} is the years since ${from.table.table.name}.${from.column.name}`
    : `the ${column.name} of a row of ${table.table.name} is the days from ${from.column.name} to ${to.column.name}, where both are known`;
}
