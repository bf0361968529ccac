import type { ColumnModel, SchemaModel, TableModel } from '../grounding/schema-model.ts';
import { splitName } from '../language/names.ts';
import { isRespelled } from '../language/spelling.ts';
import { tokenize } from '../language/tokenize.ts';
import type { Write } from '../plan.ts';
import { changeValue } from './change-value.ts';
import type { WriteContext, WriteReading, WriteVerdict } from './plan-write.ts';
import type { Rows } from './read-rows.ts';
import { readRows } from './read-rows.ts';
import type { Amount, ColumnForm, WriteForm } from './read-write-request.ts';
import { rowsCondition } from './rows-condition.ts';
import { Sentence } from './sentence.ts';
import { readNumber } from './write-value.ts';

/** How well words must fit a column's name for it to be changed. */
const COLUMN_SCORE_MIN = 0.9;

/** Reads a deletion. */
export function readDeletion(words: string, context: WriteContext): WriteVerdict {
  const found = readRows(words, context);
  if ('reason' in found) {
    const column = columnPlace(words, context);
    if (column === null) return notUnderstood(found.reason, found.unknownWords);
    return notUnderstood(
      `Rows are deleted, not single columns; "clear the ${column.words.join(' ')} of …" empties one.`,
    );
  }
  const readings = found.rows.map(
    ({ table, condition, grounding }): WriteReading => ({
      write: { operation: 'delete', target: targetOf(table), condition },
      label: `delete from ${table.table.name}${where(condition)}`,
      assumptions: [],
      grounding,
    }),
  );
  return verdictOf(readings, found.rows[0]?.table);
}

/** Reads "status of order 17" and what it becomes; null where the words name no column. */
export function readColumnWrite(form: ColumnForm, context: WriteContext): WriteVerdict | null {
  let failure: WriteVerdict | null = null;
  for (const place of placesOf(form.place, context)) {
    const verdict = readPlace(place, form, context);
    if (verdict !== null && verdict.status !== 'not-understood') return verdict;
    failure ??= verdict;
  }
  return failure;
}

/** Reads "order 17 as shipped": the column is the one that holds such values. */
export function readMark(
  { rows: words, value }: Extract<WriteForm, { kind: 'mark' | 'rename' }>,
  context: WriteContext,
  isName: boolean,
): WriteVerdict | null {
  const found = readRows(words, context);
  if ('reason' in found) return notUnderstood(found.reason, found.unknownWords);
  const readings: WriteReading[] = [];
  for (const rows of found.rows) {
    const [label] = rows.table.labels;
    const columns = isName
      ? rows.table.labels.length === 1 && label?.kind === 'text'
        ? [label]
        : []
      : markedColumns(rows.table, value);
    for (const column of columns) {
      const made = update(rows, [{ column, value, amount: 'set' }]);
      if (typeof made === 'string') return notUnderstood(made);
      readings.push(made);
    }
  }
  const [rows] = found.rows;
  if (readings.length > 0 || rows === undefined) return verdictOf(readings, rows?.table);
  const { name } = rows.table.table;
  return notUnderstood(
    isName
      ? `Nothing names a row of ${name}: say which column is to be set.`
      : `No column of ${name} holds "${value}" so far: say which one is to be set to it.`,
  );
}

interface Place {
  readonly column: string;
  readonly rows: string;
}

/** The ways to cut a place into a column and the rows it is changed in. */
function placesOf(text: string, { model }: WriteContext): readonly Place[] {
  const places: Place[] = [];
  const sentence = new Sentence(text);
  for (const [column, rows] of sentence.splits('of|for|in|on|at|from'))
    places.push({ column, rows });
  const owned = sentence.match(/^(?<rows>.+?)['’]s\s+(?<column>.+)$/);
  if (owned !== null) places.push({ column: owned.column ?? '', rows: owned.rows ?? '' });
  // Nobody says whose it is: the one table that has such a column.
  const bare = sentence.match(/^(?<column>.+?)(?:\s+(?<condition>where\s.+))?$/i);
  const named = bare === null ? [] : columnsNamed(bare.column ?? '', model);
  const [table, ...others] = new Set(named.map((column) => column.table));
  if (table !== undefined && others.length === 0) {
    places.push({
      column: bare?.column ?? '',
      rows: `${table.words.join(' ')} ${bare?.condition ?? ''}`.trim(),
    });
  }
  return places.filter(({ column, rows }) => column.trim() !== '' && rows.trim() !== '');
}

function readPlace(place: Place, form: ColumnForm, context: WriteContext): WriteVerdict | null {
  const { model } = context;
  const named = columnsNamed(place.column, model);
  const tables = model.names
    .find(wordsOf(place.column))
    .flatMap((name) =>
      name.kind === 'table' && name.score >= COLUMN_SCORE_MIN ? [name.table] : [],
    );
  const found = readRows(place.rows, context);
  // Where the words name a column, they ask for a change of it and are no question.
  const certain = (reason: string, unknownWords: readonly string[] = []): WriteVerdict => ({
    ...notUnderstood(reason, unknownWords),
    isCertain: true,
  });
  if ('reason' in found) {
    return named.length === 0 ? null : certain(found.reason, found.unknownWords);
  }
  const readings: WriteReading[] = [];
  let problem: string | null = null;
  for (const rows of found.rows) {
    for (const column of columnsFor(rows, { named, tables, form, model })) {
      const made = updateWith(rows, column, form, context);
      if (typeof made === 'string') problem ??= made;
      else readings.push(made);
    }
  }
  const [rows] = found.rows;
  if (readings.length > 0) return verdictOf(readings, rows?.table);
  if (problem !== null) return certain(problem);
  const own = rows?.table.columns.map(({ column }) => column.name) ?? [];
  return notUnderstood(
    `${rows?.table.table.name ?? 'The table'} has no column "${place.column.replace(/^the\s+/i, '')}".`,
    [place.column],
    own,
  );
}

interface Naming {
  readonly named: readonly ColumnModel[];
  /** Tables that the words name instead of a column. */
  readonly tables: readonly TableModel[];
  readonly form: ColumnForm;
  readonly model: SchemaModel;
}

/** The columns that may be meant: of the rows' own table, else of one that has a row for each. */
function columnsFor(
  { table }: Rows,
  { named, tables, form, model }: Naming,
): readonly ColumnModel[] {
  const own = named.filter((column) => column.table === table);
  if (own.length > 0) return own.slice(0, 1);
  const besides = model.keys
    .edgesOf(table)
    .flatMap((edge) => (edge.to === table && edge.from !== table ? [edge.from] : []));
  const near = named.filter((column) => besides.includes(column.table));
  if (near.length > 0) return near;
  // "the customer of order 17": the key that points there.
  const keys = tables.flatMap((one) =>
    model.keys
      .edgesBetween(table, one)
      .flatMap(({ from, fromColumns }) =>
        from === table && fromColumns.length === 1 ? fromColumns : [],
      ),
  );
  if (keys.length > 0) return keys;
  // "the stock of product 3": a table is named, and which of its figures is the person's to say.
  const value = form.value.replace(/\s*(%|percent)$/i, '');
  if (readNumber(value) === null) return [];
  const words = wordsOf(form.place);
  return besides
    .filter(
      (one) => tables.includes(one) || one.table.comment?.toLowerCase().includes(words[0] ?? ' '),
    )
    .flatMap(({ columns }) => columns.filter(({ isMeasure }) => isMeasure));
}

/** The update of a column of the rows' table, or of the rows of another table that belong to them. */
function updateWith(
  rows: Rows,
  column: ColumnModel,
  { value, amount, also }: ColumnForm,
  { model }: WriteContext,
): WriteReading | string {
  const own = column.table === rows.table ? rows : rowsBeside(rows, column.table, model);
  if (own === null)
    return `It is not clear which rows of ${column.table.table.name} belong to them.`;
  const changes = [{ column, value, amount }];
  for (const more of also) {
    const name = more.column.replace(/^(its|their)\s+/i, '');
    const [other] = columnsNamed(name, model).filter(({ table }) => table === column.table);
    if (other === undefined) return `${column.table.table.name} has no column "${more.column}".`;
    changes.push({ column: other, value: more.value, amount: 'set' });
  }
  return update(own, changes);
}

function rowsBeside(rows: Rows, table: TableModel, model: SchemaModel): Rows | null {
  const [edge, ...others] = model.keys
    .edgesBetween(table, rows.table)
    .filter(({ from }) => from === table);
  if (edge === undefined || others.length > 0 || rows.query.from.root !== rows.table) return null;
  const from = {
    root: table,
    joins: [{ table: rows.table, edge }, ...rows.query.from.joins],
  };
  const query = { ...rows.query, from };
  const condition = rowsCondition(query, table);
  return condition === undefined ? null : { ...rows, table, query, condition };
}

interface Change {
  readonly column: ColumnModel;
  readonly value: string;
  readonly amount: Amount;
}

function update(rows: Rows, changes: readonly Change[]): WriteReading | string {
  const { table, condition, grounding } = rows;
  if (table.table.kind !== 'table')
    return `${table.table.name} is a view, and views are not changed.`;
  const assignments: { column: string; expression: string }[] = [];
  const assumptions: string[] = [];
  for (const { column, value, amount } of changes) {
    const given = changeValue(column, value, amount);
    if ('problem' in given)
      return `${given.problem.charAt(0).toUpperCase()}${given.problem.slice(1)}.`;
    assignments.push({ column: column.column.name, expression: given.expression });
    assumptions.push(...given.assumptions);
  }
  const write: Write = { operation: 'update', target: targetOf(table), assignments, condition };
  const said = assignments.map(
    ({ column, expression }) => `${table.table.name}.${column} to ${expression}`,
  );
  return { write, label: `set ${said.join(', ')}${where(condition)}`, assumptions, grounding };
}

/** Columns whose names the words are, stored ones only. */
function columnsNamed(words: string, model: SchemaModel): readonly ColumnModel[] {
  const asked = wordsOf(words);
  if (asked.length === 0) return [];
  return model.names
    .find(asked)
    .flatMap((name) =>
      name.kind === 'column' && name.score >= COLUMN_SCORE_MIN ? [name.column] : [],
    )
    .filter(({ procedure, column }) => procedure === null && column.expression === undefined);
}

function wordsOf(text: string): string[] {
  return tokenize(text)
    .filter(({ kind, lower }) => kind === 'word' && !/^(the|a|an|value|column)$/.test(lower))
    .flatMap((token) => (token.text.includes('_') ? splitName(token.text) : [token.lemma]));
}

/** The column where the words name one of some rows, as "email of customer 5" does. */
function columnPlace(words: string, context: WriteContext): ColumnModel | null {
  for (const place of placesOf(words, context)) {
    const [column] = columnsNamed(place.column, context.model);
    if (column !== undefined) return column;
  }
  return null;
}

/** The columns of a table that hold such a value somewhere. */
function markedColumns({ columns, labels }: TableModel, value: string): readonly ColumnModel[] {
  const plain = value.replace(/^["'“‘]|["'”’]$/g, '').toLowerCase();
  const holding = (isIt: (stored: string) => boolean) =>
    columns.filter(
      (column) =>
        column.kind === 'text' &&
        !column.isKey &&
        !labels.includes(column) &&
        column.column.values.some(isIt),
    );
  const marked = holding((stored) => stored.toLowerCase() === plain);
  // What stands in quotation marks is spelled as it is meant.
  const isQuoted = plain.length < value.length;
  return marked.length > 0 || isQuoted ? marked : holding((stored) => isRespelled(stored, plain));
}

function verdictOf(readings: readonly WriteReading[], table: TableModel | undefined): WriteVerdict {
  const [only, ...others] = readings;
  if (only === undefined) return notUnderstood('It is not clear which rows are meant.');
  if (table !== undefined && table.table.kind !== 'table') {
    return notUnderstood(`${table.table.name} is a view, and views are not changed.`);
  }
  if (others.length === 0) return { status: 'understood', reading: only };
  return { status: 'several', readings: readings.slice(0, 3) };
}

function targetOf({ table }: TableModel) {
  return { schema: table.schema, table: table.name };
}

function where(condition: string | null): string {
  return condition === null ? ', every row' : ` where ${condition}`;
}

function notUnderstood(
  reason: string,
  unknownWords: readonly string[] = [],
  suggestions: readonly string[] = [],
): Extract<WriteVerdict, { status: 'not-understood' }> {
  return { status: 'not-understood', reason, unknownWords, suggestions };
}
