import { quoteText } from '../compile/sql.ts';
import type { ColumnModel } from '../grounding/schema-model.ts';
import { isRespelled } from '../language/spelling.ts';
import { tokenize } from '../language/tokenize.ts';
import { Cursor } from '../parse/cursor.ts';
import { readDate } from '../parse/dates.ts';

/** A value as SQL for one column, or why it is none. */
export type WriteValue =
  | { readonly expression: string; readonly assumptions: readonly string[] }
  | { readonly problem: string };

/** Words of a text without quotation marks: more of them could be part of the sentence. */
const UNQUOTED_WORDS_MAX = 6;
/** So many different values say what the next one is likely to be. */
const FEW_VALUES_MAX = 50;

/** Reads what a request says a column should hold. */
export function readWriteValue(text: string, column: ColumnModel): WriteValue {
  const tokens = tokenize(text);
  const [first] = tokens;
  const quoted = tokens.length === 1 && first?.kind === 'quoted' ? first.text : null;
  const plain = (quoted ?? text).trim();
  if (quoted === null && /^(null|nothing|empty|none|unknown)$/i.test(plain)) return nothing(column);
  switch (column.kind) {
    case 'number': {
      const number = readNumber(plain);
      return number === null ? misfit(plain, column) : value(number);
    }
    case 'boolean': {
      if (/^(true|yes|on)$/i.test(plain)) return value('true');
      if (/^(false|no|off)$/i.test(plain)) return value('false');
      return misfit(plain, column);
    }
    case 'date':
    case 'timestamp': {
      const date = readWholeDate(plain);
      if (date === null) return misfit(plain, column);
      return value(`${column.kind === 'date' ? 'DATE' : 'TIMESTAMP'} ${quoteText(date)}`);
    }
    case 'time':
      return /^\d{1,2}:\d{2}(:\d{2})?$/.test(plain)
        ? value(`TIME ${quoteText(plain)}`)
        : misfit(plain, column);
    case 'text':
      return readText(plain, column, quoted !== null);
    case 'other':
      return misfit(plain, column);
  }
}

/** The digits of a number as SQL writes it, or null. */
export function readNumber(text: string): string | null {
  const digits = text.replace(/^([-+]?)[$€£]/, '$1').replace(/,(?=\d{3}(\D|$))/g, '');
  if (/^[-+]?\d+(\.\d+)?$/.test(digits)) return digits.replace(/^\+/, '');
  const [token, ...rest] = tokenize(text);
  return token?.kind === 'word' && token.number !== null && rest.length === 0
    ? String(token.number)
    : null;
}

function readText(text: string, column: ColumnModel, isQuoted: boolean): WriteValue {
  const { values, valuesAreComplete, name } = column.column;
  const stored = values.find((one) => one === text);
  if (stored !== undefined) return value(quoteText(stored));
  const alike =
    values.find((one) => one.toLowerCase() === text.toLowerCase()) ??
    values.find((one) => isRespelled(one, text));
  if (alike !== undefined && !isQuoted) {
    return value(quoteText(alike), [`"${text}" is written as it is stored: ${alike}`]);
  }
  const words = text.split(/\s+/);
  if (
    !isQuoted &&
    (words.length > UNQUOTED_WORDS_MAX || /\s(and|to|for|where|with)\s/i.test(text))
  ) {
    return {
      problem: `put the value of ${name} in quotation marks, so that it is clear where it ends`,
    };
  }
  const isFew = values.length <= FEW_VALUES_MAX && 4 * values.length <= column.table.table.rowCount;
  const isNovel = valuesAreComplete && values.length > 0 && isFew;
  return value(
    quoteText(text),
    isNovel ? [`no row has ${name} "${text}" so far; there is ${listed(values)}`] : [],
  );
}

function readWholeDate(text: string): string | null {
  const tokens = tokenize(text);
  const cursor = new Cursor({ tokens, mentions: [], covered: new Set(), now: '' });
  const date = readDate(cursor);
  return cursor.isDone ? date : null;
}

function nothing({ column }: ColumnModel): WriteValue {
  return column.isNullable ? value('NULL') : { problem: `${column.name} may not be empty` };
}

function misfit(text: string, { column }: ColumnModel): WriteValue {
  return { problem: `"${text}" is no ${column.type}, which ${column.name} holds` };
}

function value(expression: string, assumptions: readonly string[] = []): WriteValue {
  return { expression, assumptions };
}

function listed(values: readonly string[]): string {
  return values.length <= 8 ? values.join(', ') : `${values.slice(0, 8).join(', ')}, …`;
}
