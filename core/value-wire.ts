import { HeliosError } from './error.ts';
import type { SqlValue } from './value.ts';
import {
  SqlDate,
  SqlDecimal,
  SqlInterval,
  SqlMap,
  SqlStruct,
  SqlTime,
  SqlTimestamp,
  SqlUnion,
} from './value.ts';
import type { Json } from './value-json.ts';
import { base64 } from './value-json.ts';

/**
 * A value as JSON that `fromWire` turns back into the very same value. Lists are arrays; whatever
 * JSON has no word for is an object with one key, which says what it is.
 */
export function toWire(value: SqlValue): Json {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') {
    const isPlain = Number.isFinite(value) && !Object.is(value, -0);
    return isPlain ? value : { number: Object.is(value, -0) ? '-0' : String(value) };
  }
  if (typeof value === 'bigint') return { integer: String(value) };
  if (value instanceof Uint8Array) return { bytes: base64(value) };
  if (isList(value)) return value.map(toWire);
  switch (value.kind) {
    case 'decimal':
      return { decimal: [String(value.unscaled), value.scale] };
    case 'date':
      return { date: value.days };
    case 'time':
      return { time: [String(value.micros), value.nanos, value.offsetSeconds] };
    case 'timestamp':
      return { timestamp: [String(value.micros), value.nanos, value.hasTimeZone] };
    case 'interval':
      return { interval: [value.months, value.days, String(value.micros)] };
    case 'struct':
      return { struct: value.entries.map(([name, item]) => [name, toWire(item)]) };
    case 'map':
      return { map: value.entries.map(([key, item]) => [toWire(key), toWire(item)]) };
    case 'union':
      return { union: [value.tag, toWire(value.value)] };
  }
}

/** The value that `toWire` gave; anything else is 22032. */
export function fromWire(json: Json): SqlValue {
  if (json === null || typeof json !== 'object') return json;
  if (isArray(json)) return json.map(fromWire);
  const [entry, ...others] = Object.entries(json);
  if (entry === undefined || others.length > 0) throw malformed(json);
  const [kind, content] = entry;
  try {
    return isArray(content) ? fromParts(kind, content) : fromScalar(kind, content);
  } catch (error) {
    throw HeliosError.isInstance(error) ? error : malformed(json);
  }
}

function fromScalar(kind: string, content: Json): SqlValue {
  switch (kind) {
    case 'number':
      return Number(content);
    case 'integer':
      return BigInt(String(content));
    case 'bytes':
      return Uint8Array.from(atob(String(content)), (character) => character.charCodeAt(0));
    case 'date':
      return new SqlDate(Number(content));
    default:
      throw malformed({ [kind]: content });
  }
}

function fromParts(kind: string, parts: readonly Json[]): SqlValue {
  const [first = null, second = null, third = null] = parts;
  switch (kind) {
    case 'decimal':
      return new SqlDecimal(BigInt(String(first)), Number(second));
    case 'time': {
      const offsetSeconds = third === null ? null : Number(third);
      return new SqlTime(BigInt(String(first)), { nanos: Number(second), offsetSeconds });
    }
    case 'timestamp': {
      const options = { nanos: Number(second), hasTimeZone: third === true };
      return new SqlTimestamp(BigInt(String(first)), options);
    }
    case 'interval': {
      const [months, days] = [Number(first), Number(second)];
      return new SqlInterval({ months, days, micros: BigInt(String(third)) });
    }
    case 'struct':
      return new SqlStruct(pairsOf(parts).map(([name, item]) => [String(name), fromWire(item)]));
    case 'map':
      return new SqlMap(pairsOf(parts).map(([key, item]) => [fromWire(key), fromWire(item)]));
    case 'union':
      return new SqlUnion(String(first), fromWire(second));
    default:
      throw malformed({ [kind]: parts });
  }
}

function pairsOf(parts: readonly Json[]): (readonly [Json, Json])[] {
  return parts.map((pair) => {
    if (!isArray(pair) || pair.length !== 2) throw malformed(pair);
    return [pair[0] ?? null, pair[1] ?? null];
  });
}

function malformed(json: Json): HeliosError {
  return new HeliosError('invalid_json_text', {
    message: 'a value is malformed',
    detail: JSON.stringify(json).slice(0, 200),
  });
}

function isList(value: object): value is readonly SqlValue[] {
  return Array.isArray(value);
}

function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
