import { quoteName } from '../compile/sql.ts';
import type { ColumnModel } from '../grounding/schema-model.ts';
import type { Amount } from './read-write-request.ts';
import type { WriteValue } from './write-value.ts';
import { readNumber, readWriteValue } from './write-value.ts';

const OPERATORS = { add: '+', subtract: '-', multiply: '*', divide: '/' } as const;

/** What a column becomes when it is changed as said: a value, or what it is changed by. */
export function changeValue(column: ColumnModel, value: string, amount: Amount): WriteValue {
  if (amount === 'set') return readWriteValue(value, column);
  if (amount === 'clear') return readWriteValue('null', column);
  const percent = /^(.*?)\s*(?:%|percent)$/i.exec(value)?.[1];
  const number = readNumber(percent ?? value);
  const { name } = column.column;
  if (number === null) return { problem: `"${value}" is no number to change ${name} by` };
  if (column.kind !== 'number' || column.isKey) return { problem: `${name} holds no amounts` };
  const operand = number.startsWith('-') ? `(${number})` : number;
  const operator = OPERATORS[amount];
  const expression =
    percent === undefined
      ? `${quoteName(name)} ${operator} ${operand}`
      : `${quoteName(name)} * (1 ${operator} ${operand} / 100.0)`;
  return { expression, assumptions: [] };
}
