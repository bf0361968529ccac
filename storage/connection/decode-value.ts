import type { DuckDBType, DuckDBValue } from '@duckdb/node-api';
import {
  DuckDBArrayType,
  DuckDBArrayValue,
  DuckDBBitValue,
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBGeometryValue,
  DuckDBIntervalValue,
  DuckDBListType,
  DuckDBListValue,
  DuckDBMapType,
  DuckDBMapValue,
  DuckDBStructType,
  DuckDBStructValue,
  DuckDBTimeNSValue,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampSecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBTimeTZValue,
  DuckDBTimeValue,
  DuckDBUnionType,
  DuckDBUnionValue,
  DuckDBUUIDValue,
  DuckDBVariantValue,
} from '@duckdb/node-api';
import type { SqlValue } from '#core';
import {
  HeliosError,
  INFINITY_MICROS,
  SqlDate,
  SqlDecimal,
  SqlInterval,
  SqlMap,
  SqlStruct,
  SqlTime,
  SqlTimestamp,
  SqlUnion,
} from '#core';

/**
 * Turns a value of the DuckDB client into ours; nothing of the result refers to DuckDB's memory.
 * The type gives the order of a struct's fields, which the client's value has lost.
 */
export function decodeValue(value: DuckDBValue, type?: DuckDBType): SqlValue {
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof DuckDBDecimalValue) return new SqlDecimal(value.value, value.scale);
  if (value instanceof DuckDBDateValue) return new SqlDate(value.days);
  if (value instanceof DuckDBIntervalValue) return new SqlInterval(value);
  if (value instanceof DuckDBBlobValue || value instanceof DuckDBGeometryValue) {
    return new Uint8Array(value.bytes);
  }
  if (value instanceof DuckDBUUIDValue || value instanceof DuckDBBitValue) return value.toString();
  if (value instanceof DuckDBVariantValue) return decodeValue(value.value, value.type);
  const decoded = decodeNested(value, type) ?? decodeTime(value);
  if (decoded !== undefined) return decoded;
  throw new HeliosError('feature_not_supported', {
    message: 'a value of this type cannot be read',
    detail: value.constructor.name,
  });
}

function decodeNested(
  value: DuckDBValue & object,
  type: DuckDBType | undefined,
): SqlValue | undefined {
  if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue) {
    const hasElement = type instanceof DuckDBListType || type instanceof DuckDBArrayType;
    const element = hasElement ? type.valueType : undefined;
    return value.items.map((item) => decodeValue(item, element));
  }
  if (value instanceof DuckDBStructValue) {
    const { entries } = value;
    const struct = type instanceof DuckDBStructType ? type : undefined;
    const names = struct?.entryNames ?? Object.keys(entries);
    return new SqlStruct(
      names.map((name, index) => [
        name,
        decodeValue(entries[name] ?? null, struct?.entryTypes[index]),
      ]),
    );
  }
  if (value instanceof DuckDBMapValue) {
    const map = type instanceof DuckDBMapType ? type : undefined;
    return new SqlMap(
      value.entries.map((entry) => [
        decodeValue(entry.key, map?.keyType),
        decodeValue(entry.value, map?.valueType),
      ]),
    );
  }
  if (value instanceof DuckDBUnionValue) {
    const member = type instanceof DuckDBUnionType ? type.memberTypeForTag(value.tag) : undefined;
    return new SqlUnion(value.tag, decodeValue(value.value, member));
  }
  return undefined;
}

function decodeTime(value: DuckDBValue & object): SqlValue | undefined {
  if (value instanceof DuckDBTimeValue) return new SqlTime(value.micros);
  if (value instanceof DuckDBTimeTZValue) {
    return new SqlTime(value.micros, { offsetSeconds: value.offset });
  }
  if (value instanceof DuckDBTimeNSValue) {
    return new SqlTime(value.nanos / 1000n, { nanos: Number(value.nanos % 1000n) });
  }
  if (value instanceof DuckDBTimestampValue) return new SqlTimestamp(value.micros);
  if (value instanceof DuckDBTimestampTZValue) {
    return new SqlTimestamp(value.micros, { hasTimeZone: true });
  }
  if (value instanceof DuckDBTimestampSecondsValue) return scaled(value, value.seconds, 1_000_000n);
  if (value instanceof DuckDBTimestampMillisecondsValue) return scaled(value, value.millis, 1000n);
  if (value instanceof DuckDBTimestampNanosecondsValue) {
    if (!value.isFinite) return scaled(value, value.nanos, 1n);
    const nanos = ((value.nanos % 1000n) + 1000n) % 1000n;
    return new SqlTimestamp((value.nanos - nanos) / 1000n, { nanos: Number(nanos) });
  }
  return undefined;
}

function scaled(
  value: { readonly isFinite: boolean },
  stored: bigint,
  microsPerUnit: bigint,
): SqlTimestamp {
  if (value.isFinite) return new SqlTimestamp(stored * microsPerUnit);
  return new SqlTimestamp(stored > 0n ? INFINITY_MICROS : -INFINITY_MICROS);
}
