import type { SqlType } from './type.ts';
import type { SqlDate, SqlInterval, SqlTime, SqlTimestamp, SqlValue } from './value.ts';
import { INFINITY_DAYS, INFINITY_MICROS } from './value.ts';

const MICROS_PER_SECOND = 1_000_000n;
const MICROS_PER_DAY = 86_400_000_000n;

/**
 * Prints a value the way DuckDB casts it to VARCHAR; a top-level NULL prints as `NULL`.
 *
 * The type decides between integers and doubles (`1` and `1.0`); without it a number prints
 * in its shortest form. Instants print in UTC.
 */
export function toText(value: SqlValue, type?: SqlType): string {
  if (value === null) return 'NULL';
  if (typeof value === 'number') return printNumber(value, type);
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (value instanceof Uint8Array) return printBlob(value);
  if (Array.isArray(value)) {
    const element = type?.kind === 'list' || type?.kind === 'array' ? type.element : undefined;
    return `[${value.map((item) => printNested(item, element)).join(', ')}]`;
  }
  return printTyped(value as Exclude<SqlValue, readonly SqlValue[] | Uint8Array | Primitive>, type);
}

type Primitive = null | boolean | number | bigint | string;

function printTyped(
  value: Exclude<SqlValue, readonly SqlValue[] | Uint8Array | Primitive>,
  type: SqlType | undefined,
): string {
  switch (value.kind) {
    case 'decimal':
      // DuckDB leaves the zero out where the type has no room for it.
      return type?.kind === 'decimal' && type.precision === type.scale
        ? value.toString().replace('0.', '.')
        : value.toString();
    case 'date':
      return printDate(value);
    case 'time':
      return printTime(value);
    case 'timestamp':
      return printTimestamp(value);
    case 'interval':
      return printInterval(value);
    case 'struct': {
      const fields = type?.kind === 'struct' ? type.fields : [];
      const parts = value.entries.map(
        ([name, item], index) => `${printKey(name)}: ${printNested(item, fields[index]?.type)}`,
      );
      return `{${parts.join(', ')}}`;
    }
    case 'map': {
      const [key, item] = type?.kind === 'map' ? [type.key, type.value] : [];
      const parts = value.entries.map(
        (entry) => `${printNested(entry[0], key)}=${printNested(entry[1], item)}`,
      );
      return `{${parts.join(', ')}}`;
    }
    case 'union': {
      const member =
        type?.kind === 'union' ? type.members.find(({ name }) => name === value.tag) : undefined;
      return toText(value.value, member?.type);
    }
  }
}

const printKey = (name: string): string => `'${name.replaceAll("'", "\\'")}'`;

/** Inside a nested value DuckDB quotes text that could be read as structure. */
function printNested(value: SqlValue, type: SqlType | undefined): string {
  const text = toText(value, type);
  if (typeof value !== 'string') return text;
  const isPlain =
    /^[^\s'"\\,:=()[\]{}]+(?: [^\s'"\\,:=()[\]{}]+)*$/.test(text) && !/^null$/i.test(text);
  return isPlain ? text : `'${text.replace(/[\\']/g, '\\$&')}'`;
}

function printNumber(value: number, type: SqlType | undefined): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const isFloating = type?.kind === 'scalar' && (type.name === 'DOUBLE' || type.name === 'FLOAT');
  if (!isFloating) return Object.is(value, -0) ? '0' : String(value);
  const shortest = type.name === 'FLOAT' ? shortestFloat(value) : value;
  if (Object.is(shortest, -0)) return '-0.0';
  const text = String(shortest);
  const exponent = /^(-?[\d.]+)e([+-])(\d+)$/.exec(text);
  if (exponent) return `${exponent[1]}e${exponent[2]}${(exponent[3] ?? '').padStart(2, '0')}`;
  if (Number.isInteger(shortest)) {
    // JavaScript switches to exponents at 1e21, DuckDB at 1e16.
    if (Math.abs(shortest) < 1e16) return `${text}.0`;
    const [mantissa, power] = shortest.toExponential().split('e+');
    return `${mantissa}e+${(power ?? '').padStart(2, '0')}`;
  }
  if (Math.abs(shortest) < 1e-4) {
    const [mantissa, power] = shortest.toExponential().split('e-');
    return `${mantissa}e-${(power ?? '').padStart(2, '0')}`;
  }
  return text;
}

/** The shortest decimal that reads back as the same 32-bit float. */
function shortestFloat(value: number): number {
  for (let digits = 1; digits < 10; digits += 1) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) === value) return candidate;
  }
  return value;
}

function printBlob(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) {
    const isPlain = byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x27 && byte !== 0x5c;
    text += isPlain
      ? String.fromCharCode(byte)
      : `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return text;
}

function printDate(value: SqlDate): string {
  if (value.days === INFINITY_DAYS) return 'infinity';
  if (value.days === -INFINITY_DAYS) return '-infinity';
  const { text, era } = civilDate(value.days);
  return text + era;
}

/** The proleptic Gregorian date of a day number, beyond the range that JavaScript's Date has. */
function civilDate(days: number): { text: string; era: string } {
  const shifted = days + 719468;
  const cycle = Math.floor(shifted / 146097);
  const dayOfCycle = shifted - cycle * 146097;
  const yearOfCycle = Math.floor(
    (dayOfCycle -
      Math.floor(dayOfCycle / 1460) +
      Math.floor(dayOfCycle / 36524) -
      Math.floor(dayOfCycle / 146096)) /
      365,
  );
  const dayOfYear =
    dayOfCycle - (365 * yearOfCycle + Math.floor(yearOfCycle / 4) - Math.floor(yearOfCycle / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  const year = yearOfCycle + cycle * 400 + (month <= 2 ? 1 : 0);
  const shown = year > 0 ? year : 1 - year;
  const pad = (part: number, width: number): string => String(part).padStart(width, '0');
  return { text: `${pad(shown, 4)}-${pad(month, 2)}-${pad(day, 2)}`, era: year > 0 ? '' : ' (BC)' };
}

function printTime(value: SqlTime): string {
  const text = clockText(value.micros, value.nanos);
  return value.offsetSeconds === null ? text : text + offsetText(value.offsetSeconds);
}

function printTimestamp(value: SqlTimestamp): string {
  if (value.micros === INFINITY_MICROS) return 'infinity';
  if (value.micros === -INFINITY_MICROS) return '-infinity';
  const micros = ((value.micros % MICROS_PER_DAY) + MICROS_PER_DAY) % MICROS_PER_DAY;
  const { text, era } = civilDate(Number((value.micros - micros) / MICROS_PER_DAY));
  const zone = value.hasTimeZone ? '+00' : '';
  return `${text}${era} ${clockText(micros, value.nanos)}${zone}`;
}

function clockText(micros: bigint, nanos: number): string {
  const seconds = Number(micros / MICROS_PER_SECOND);
  const pad = (part: number): string => String(part).padStart(2, '0');
  const clock = `${pad(Math.floor(seconds / 3600))}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
  const fraction =
    (micros % MICROS_PER_SECOND).toString().padStart(6, '0') +
    (nanos === 0 ? '' : String(nanos).padStart(3, '0'));
  const trimmed = fraction.replace(/0+$/, '');
  return trimmed === '' ? clock : `${clock}.${trimmed}`;
}

function offsetText(offsetSeconds: number): string {
  const magnitude = Math.abs(offsetSeconds);
  const parts = [Math.floor(magnitude / 3600), Math.floor(magnitude / 60) % 60, magnitude % 60];
  while (parts.length > 1 && parts.at(-1) === 0) parts.pop();
  const text = parts.map((part) => String(part).padStart(2, '0')).join(':');
  return (offsetSeconds < 0 ? '-' : '+') + text;
}

function printInterval(value: SqlInterval): string {
  const parts: string[] = [];
  const add = (count: number, unit: string): void => {
    if (count !== 0) parts.push(`${count} ${unit}${Math.abs(count) === 1 ? '' : 's'}`);
  };
  add(Math.trunc(value.months / 12), 'year');
  add(value.months % 12, 'month');
  add(value.days, 'day');
  if (value.micros !== 0n || parts.length === 0) {
    const magnitude = value.micros < 0n ? -value.micros : value.micros;
    parts.push((value.micros < 0n ? '-' : '') + clockText(magnitude, 0));
  }
  return parts.join(' ');
}
