import { quoteName } from '../compile/sql.ts';
import type { ColumnModel, TableModel } from '../grounding/schema-model.ts';
import { splitName } from '../language/names.ts';
import type { Token } from '../language/tokenize.ts';
import { tokenize } from '../language/tokenize.ts';
import type { WriteContext, WriteVerdict } from './plan-write.ts';
import { printTarget } from './print-write.ts';
import { Sentence } from './sentence.ts';
import { readWriteValue } from './write-value.ts';

const TABLE_WORDS_MAX = 4;
const NAME_SCORE_MIN = 0.85;

/** Reads what follows "insert": "a customer named Ada with city London and country UK". */
export function readInsert(text: string, { model }: WriteContext): WriteVerdict | null {
  const named = readTable(text, model.names.find.bind(model.names));
  if (named === null) return null;
  const { table, rest } = named;
  if (table.table.kind !== 'table') {
    return refused(`${table.table.name} is a view, and views are not changed.`);
  }
  const given = new Map<ColumnModel, string>();
  const assumptions: string[] = [];
  for (const part of partsOf(rest)) {
    const found = readPart(part, table, { model });
    if (found === null) {
      return refused(
        `It is not clear what "${part}" says about ${table.table.name}: say it like "<column> <value>", with texts in quotation marks.`,
        [part],
        table.columns.map(({ column }) => column.name),
      );
    }
    if (given.has(found.column)) {
      return certain(refused(`${found.column.column.name} is given twice.`));
    }
    const value = readWriteValue(found.value, found.column);
    if ('problem' in value) return certain(refused(`${value.problem}.`));
    given.set(found.column, value.expression);
    assumptions.push(...value.assumptions);
  }
  if (given.size === 0) return refused(`Nothing is said of the new row of ${table.table.name}.`);
  const number = nextNumber(table, given);
  if (number !== null) {
    given.set(number.column, number.expression);
    assumptions.push(`${number.column.column.name} is the next number`);
  }
  const missing = table.columns.filter(
    (column) =>
      !given.has(column) && !column.column.isNullable && column.column.hasDefault !== true,
  );
  if (missing.length > 0) {
    const names = missing.map(({ column }) => column.name);
    return certain(
      refused(`A row of ${table.table.name} needs a value for ${names.join(', ')} too.`, [], names),
    );
  }
  const columns = table.columns.filter((column) => given.has(column));
  return {
    status: 'understood',
    reading: {
      write: {
        operation: 'insert',
        target: { schema: table.table.schema, table: table.table.name },
        columns: columns.map(({ column }) => column.name),
        rows: [columns.map((column) => given.get(column) ?? 'NULL')],
      },
      label: `insert into ${table.table.name}`,
      assumptions,
      grounding: [{ text: named.words, meaning: table.table.name }],
    },
  };
}

type FindNames = WriteContext['model']['names']['find'];

/** The table that a text begins with, by the longest name that fits, and what comes after it. */
function readTable(
  text: string,
  find: FindNames,
): { readonly table: TableModel; readonly words: string; readonly rest: string } | null {
  const tokens = tokenize(text);
  const start = tokens.findIndex(
    ({ lower }) => !/^(a|an|one|another|the|new|row|rows|into|of|in)$/.test(lower),
  );
  if (start < 0) return null;
  for (let count = Math.min(TABLE_WORDS_MAX, tokens.length - start); count > 0; count--) {
    const span = tokens.slice(start, start + count);
    if (span.some(({ kind }) => kind !== 'word')) continue;
    const [best] = find(wordsOf(span));
    const last = span.at(-1);
    if (best?.kind === 'table' && best.score > 0.9 && last !== undefined) {
      const words = text.slice(span[0]?.start ?? 0, last.end);
      return { table: best.table, words, rest: text.slice(last.end) };
    }
  }
  return null;
}

function wordsOf(tokens: readonly Token[]): string[] {
  return tokens.flatMap(({ text, lemma }) => (text.includes('_') ? splitName(text) : [lemma]));
}

/** What is said of the row, piece by piece. */
function partsOf(rest: string): readonly string[] {
  const sentence = new Sentence(rest.replace(/^[\s,:]+/, ''));
  return sentence.pieces(/\s*(?:,|;|\s(?:and|with|where|whose|having)\s)\s*/gi).flatMap((piece) => {
    const part = piece.replace(/^(?:and|with|where|whose|having)\s+/i, '').trim();
    return part === '' ? [] : [part];
  });
}

interface Part {
  readonly column: ColumnModel;
  readonly value: string;
}

function readPart(
  part: string,
  table: TableModel,
  { model }: Pick<WriteContext, 'model'>,
): Part | null {
  const called = /^(?:named|called|titled)\s+(.+)$/is.exec(part)?.[1];
  const [label] = table.labels;
  if (called !== undefined) return label?.kind === 'text' ? { column: label, value: called } : null;
  const owner = /^(?:for|of|from|by)\s+(?:the\s+)?(.+)$/is.exec(part)?.[1];
  if (owner !== undefined) return readOwner(owner, table, { model });
  const tokens = tokenize(part.replace(/^(?:the|its|their|an?)\s+/i, ''));
  const text = part.replace(/^(?:the|its|their|an?)\s+/i, '');
  for (let count = Math.min(TABLE_WORDS_MAX, tokens.length - 1); count > 0; count--) {
    const span = tokens.slice(0, count);
    if (span.some(({ kind }) => kind !== 'word')) continue;
    const found = model.names
      .find(wordsOf(span))
      .find(
        (name) => name.kind === 'column' && name.table === table && name.score > NAME_SCORE_MIN,
      );
    const last = span.at(-1);
    if (found?.kind !== 'column' || last === undefined) continue;
    const value = text
      .slice(last.end)
      .replace(/^\s*(?:=|:|\b(?:is|of|as|to|set to|being)\b)?\s*/i, '');
    return value === '' ? null : { column: found.column, value };
  }
  return null;
}

/** "for customer 5": the key that points to that table. */
function readOwner(
  owner: string,
  table: TableModel,
  { model }: Pick<WriteContext, 'model'>,
): Part | null {
  const named = readTable(owner, model.names.find.bind(model.names));
  if (named === null) return null;
  const edges = model.keys
    .edgesBetween(table, named.table)
    .filter(({ from, fromColumns }) => from === table && fromColumns.length === 1);
  const [column, ...others] = edges.flatMap(({ fromColumns }) => fromColumns);
  const value = named.rest.trim();
  return column === undefined || others.length > 0 || value === '' ? null : { column, value };
}

/** A number of its own for the new row, where nobody gave one and the table does not. */
function nextNumber(table: TableModel, given: ReadonlyMap<ColumnModel, string>) {
  const column = table.key;
  const isOpen =
    column !== null &&
    !given.has(column) &&
    column.column.hasDefault !== true &&
    !column.isForeignKey &&
    /INT/.test(column.column.type);
  if (!isOpen) return null;
  const name = quoteName(column.column.name);
  const source = printTarget({ schema: table.table.schema, table: table.table.name });
  return { column, expression: `(SELECT coalesce(max(${name}), 0) + 1 FROM ${source})` };
}

/** Where a column of the row was named, the words ask for the row and are no question. */
function certain(verdict: WriteVerdict): WriteVerdict {
  return verdict.status === 'not-understood' ? { ...verdict, isCertain: true } : verdict;
}

function refused(
  reason: string,
  unknownWords: readonly string[] = [],
  suggestions: readonly string[] = [],
): WriteVerdict {
  const text = reason.charAt(0).toUpperCase() + reason.slice(1);
  return { status: 'not-understood', reason: text, unknownWords, suggestions };
}
