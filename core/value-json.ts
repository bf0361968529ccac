import type { SqlType } from './type.ts';
import type { SqlValue } from './value.ts';
import { toText } from './value-text.ts';

/** What JSON can hold. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/**
 * Turns a value into JSON without changing what it says.
 *
 * Integers and decimals become numbers where a double holds them exactly, else their exact text.
 * NaN and the infinities become text, bytes base64, dates and times DuckDB's text. Structs become
 * objects, maps objects when every key is text and lists of `{key, value}` otherwise.
 * A value of type JSON is parsed when the type is given.
 */
export function toJson(value: SqlValue, type?: SqlType): Json {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : toText(value);
  if (typeof value === 'bigint') return bigintToJson(value);
  if (typeof value === 'string') return stringToJson(value, type);
  if (value instanceof Uint8Array) return base64(value);
  if (isList(value)) {
    const element = type?.kind === 'list' || type?.kind === 'array' ? type.element : undefined;
    return value.map((item) => toJson(item, element));
  }
  switch (value.kind) {
    case 'decimal':
      return decimalToJson(value.toString());
    case 'struct': {
      const fields = type?.kind === 'struct' ? type.fields : [];
      return toObject(
        value.entries.map(([name, item], index) => [name, toJson(item, fields[index]?.type)]),
      );
    }
    case 'map': {
      const [keyType, valueType] = type?.kind === 'map' ? [type.key, type.value] : [];
      const entries = value.entries.map(
        ([key, item]) => [key, toJson(key, keyType), toJson(item, valueType)] as const,
      );
      if (entries.every(([key]) => typeof key === 'string')) {
        return toObject(entries.map(([key, , item]) => [key as string, item]));
      }
      return entries.map(([, key, item]) => ({ key, value: item }));
    }
    case 'union': {
      const member =
        type?.kind === 'union' ? type.members.find(({ name }) => name === value.tag) : undefined;
      return toJson(value.value, member?.type);
    }
    case 'date':
    case 'time':
    case 'timestamp':
    case 'interval':
      return toText(value);
  }
}

function isList(value: object): value is readonly SqlValue[] {
  return Array.isArray(value);
}

/** `Object.fromEntries` that keeps a key named `__proto__` an ordinary key. */
function toObject(entries: readonly (readonly [string, Json])[]): Json {
  const object: Record<string, Json> = {};
  for (const [name, item] of entries) {
    Object.defineProperty(object, name, {
      value: item,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return object;
}

function bigintToJson(value: bigint): Json {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}

function decimalToJson(text: string): Json {
  const digits = text.replace(/[-.]/g, '').replace(/^0+/, '');
  // Every decimal of at most 15 significant digits survives the way through a double.
  return digits.length <= 15 ? Number(text) : text;
}

function stringToJson(value: string, type: SqlType | undefined): Json {
  if (type?.kind !== 'scalar' || type.name !== 'JSON') return value;
  try {
    return JSON.parse(value) as Json;
  } catch {
    return value;
  }
}

/** Bytes as base64. */
export function base64(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}
