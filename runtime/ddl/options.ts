/** Named limits and settings of a procedure: their names, units and values. */
import type { Options, OptionValue } from './ast.ts';
import type { Cursor } from './cursor.ts';
import { acceptNumber, expectString, isString } from './literals.ts';

// A WebAssembly memory is counted in pages of 64 KiB, so sizes are powers of two here, with
// or without the "i".
const BYTES_PER_UNIT: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  K: 2 ** 10,
  M: 2 ** 20,
  G: 2 ** 30,
  T: 2 ** 40,
};
const MS_PER_UNIT: Readonly<Record<string, number>> = {
  '': 1,
  MS: 1,
  MILLISECOND: 1,
  MILLISECONDS: 1,
  S: 1000,
  SEC: 1000,
  SECOND: 1000,
  SECONDS: 1000,
  M: 60_000,
  MIN: 60_000,
  MINUTE: 60_000,
  MINUTES: 60_000,
  H: 3_600_000,
  HOUR: 3_600_000,
  HOURS: 3_600_000,
};
const QUANTITY = /^\s*([0-9]+(?:\.[0-9]+)?)\s*([a-z]*)\s*$/i;

/** Short names and the options they stand for. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['memory', 'memory_bytes_max'],
  ['timeout', 'timeout_ms'],
]);

/** Collects options; each may be given once, under whichever of its names. */
export class OptionList {
  readonly #values = new Map<string, OptionValue>();

  add(cursor: Cursor, name: string, read: (name: string) => OptionValue): void {
    const { previousEnd } = cursor;
    const option = ALIASES.get(name.toLowerCase()) ?? name.toLowerCase();
    if (this.#values.has(option)) {
      throw cursor.errorAt(previousEnd - name.length, `option ${option} is given twice`);
    }
    cursor.mark(`options.${option}`);
    this.#values.set(option, read(option));
  }

  get options(): Options {
    return Object.fromEntries(this.#values);
  }
}

/** Reads `(name = value, …)`. */
export function readOptionList(cursor: Cursor, list: OptionList): void {
  cursor.expectSymbol('(');
  do {
    const name = cursor.expectName('option name');
    list.add(cursor, name, (option) => {
      if (!cursor.acceptSymbol('=') && !cursor.acceptSymbol(':=')) throw cursor.failure(['=']);
      return readOptionValue(cursor, option);
    });
  } while (cursor.acceptSymbol(','));
  cursor.expectSymbol(')', ',');
}

/** Reads the value of an option; text with a unit becomes the option's own unit. */
export function readOptionValue(cursor: Cursor, option: string): OptionValue {
  const { offset } = cursor;
  if (isDuration(option) && cursor.acceptWords('INTERVAL')) return readInterval(cursor);
  if (isString(cursor)) {
    return withUnit(cursor, { option, offset, text: expectString(cursor, 'value').value });
  }
  const value = acceptNumber(cursor);
  if (value !== null) {
    if (Number.isFinite(value)) return value;
    throw cursor.errorAt(offset, 'number is out of range');
  }
  // Here NULL is a word of the setting's own; DEFAULT resets it.
  if (option === 'on_error' && cursor.acceptWords('NULL')) return 'NULL';
  if (cursor.acceptWords('NULL') || cursor.acceptWords('DEFAULT')) return null;
  if (cursor.acceptWords('TRUE')) return true;
  if (cursor.acceptWords('FALSE')) return false;
  return withUnit(cursor, { option, offset, text: cursor.expectName('value') });
}

function isDuration(option: string): boolean {
  return /_ms(_|$)/.test(option);
}

function withUnit(
  cursor: Cursor,
  { option, offset, text }: { option: string; offset: number; text: string },
): OptionValue {
  if (option.includes('_bytes')) return quantity(cursor, offset, text, sizeUnit);
  if (isDuration(option)) return quantity(cursor, offset, text, durationUnit);
  return text;
}

/** `INTERVAL '10 seconds'` or `INTERVAL 10 SECOND`, after its first word. */
function readInterval(cursor: Cursor): number {
  const { offset } = cursor;
  if (isString(cursor)) {
    const { value } = expectString(cursor, 'interval');
    const unit = /[a-z]/i.test(value) || cursor.token?.kind !== 'word' ? '' : readUnit(cursor);
    return quantity(cursor, offset, `${value} ${unit}`, durationUnit);
  }
  const value = acceptNumber(cursor);
  if (value === null) throw cursor.failure(['interval']);
  return quantity(cursor, offset, `${value} ${readUnit(cursor)}`, durationUnit);
}

function readUnit(cursor: Cursor): string {
  return cursor
    .expectWord(
      'SECOND',
      'SECONDS',
      'MINUTE',
      'MINUTES',
      'HOUR',
      'HOURS',
      'MILLISECOND',
      'MILLISECONDS',
    )
    .toLowerCase();
}

function sizeUnit(unit: string): number | undefined {
  return BYTES_PER_UNIT[unit.replace(/^([KMGT])I?B$/, '$1')];
}

function durationUnit(unit: string): number | undefined {
  return MS_PER_UNIT[unit];
}

function quantity(
  cursor: Cursor,
  offset: number,
  text: string,
  factorOf: (unit: string) => number | undefined,
): number {
  const [, amount, unit] = QUANTITY.exec(text) ?? [];
  const factor = unit === undefined ? undefined : factorOf(unit.toUpperCase());
  const value = Math.round(Number(amount) * (factor ?? Number.NaN));
  if (Number.isSafeInteger(value)) return value;
  const hint =
    factorOf === sizeUnit ? "Sizes look like '16MB' or 1048576." : "Times look like '10s' or 500.";
  throw cursor.errorAt(offset, `"${text.trim().slice(0, 40)}" is not a quantity with a unit`, hint);
}
