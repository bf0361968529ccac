import type { DuckDBType, DuckDBValue } from '@duckdb/node-api';
import {
  BIGINT,
  BLOB,
  BOOLEAN,
  blobValue,
  DATE,
  DECIMAL,
  DOUBLE,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBIntervalValue,
  DuckDBTimeNSValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBTimeTZValue,
  DuckDBTimeValue,
  HUGEINT,
  INTEGER,
  INTERVAL,
  LIST,
  listValue,
  MAP,
  mapValue,
  SQLNULL,
  STRUCT,
  structValue,
  TIME,
  TIME_NS,
  TIMESTAMP,
  TIMESTAMP_NS,
  TIMESTAMPTZ,
  TIMETZ,
  UHUGEINT,
  UNION,
  unionValue,
  VARCHAR,
} from '@duckdb/node-api';
import type { SqlValue } from '#core';
import {
  HeliosError,
  SqlDate,
  SqlDecimal,
  SqlInterval,
  SqlMap,
  SqlStruct,
  SqlTime,
  SqlTimestamp,
  SqlUnion,
} from '#core';

/** What a statement takes for a parameter: SQL values, and JavaScript dates as instants. */
export type SqlParameter = SqlValue | Date;

interface Encoded {
  readonly value: DuckDBValue;
  readonly type: DuckDBType;
}

/** Parameters by position (`$1`, `?`) or by name (`$name`). */
export type SqlParameters = readonly SqlParameter[] | Readonly<Record<string, SqlParameter>>;

/** Encodes every parameter with the narrowest type that holds its value exactly. */
export function encodeParameters(parameters: SqlParameters): {
  values: DuckDBValue[] | Record<string, DuckDBValue>;
  types: DuckDBType[] | Record<string, DuckDBType>;
} {
  if (isList(parameters)) {
    const encoded = parameters.map((parameter, index) => encode(parameter, `$${index + 1}`));
    return { values: encoded.map(({ value }) => value), types: encoded.map(({ type }) => type) };
  }
  const encoded = Object.entries(parameters).map(
    ([name, parameter]) => [name, encode(parameter, `$${name}`)] as const,
  );
  return {
    values: Object.fromEntries(encoded.map(([name, { value }]) => [name, value])),
    types: Object.fromEntries(encoded.map(([name, { type }]) => [name, type])),
  };
}

function isList(parameters: SqlParameters): parameters is readonly SqlParameter[] {
  return Array.isArray(parameters);
}

function encode(parameter: SqlParameter, path: string): Encoded {
  if (parameter === null) return { value: null, type: SQLNULL };
  switch (typeof parameter) {
    case 'boolean':
      return { value: parameter, type: BOOLEAN };
    case 'string':
      return { value: parameter, type: VARCHAR };
    case 'number':
      return encodeNumber(parameter);
    case 'bigint':
      return encodeBigint(parameter, path);
    case 'object':
      return encodeObject(parameter, path);
    default:
      throw invalid(path, `a JavaScript ${typeof parameter} is no SQL value`);
  }
}

function encodeNumber(value: number): Encoded {
  const isWhole = Number.isSafeInteger(value) && !Object.is(value, -0);
  if (!isWhole) return { value, type: DOUBLE };
  if (value >= -2147483648 && value <= 2147483647) return { value, type: INTEGER };
  return { value: BigInt(value), type: BIGINT };
}

function encodeBigint(value: bigint, path: string): Encoded {
  if (BigInt.asIntN(64, value) === value) return { value, type: BIGINT };
  if (BigInt.asIntN(128, value) === value) return { value, type: HUGEINT };
  if (BigInt.asUintN(128, value) === value) return { value, type: UHUGEINT };
  throw invalid(path, 'the integer has more than 128 bits');
}

function encodeObject(value: Exclude<SqlParameter, null> & object, path: string): Encoded {
  if (value instanceof Date) return encodeObject(SqlTimestamp.fromDate(value), path);
  if (value instanceof Uint8Array) return { value: blobValue(value), type: BLOB };
  if (value instanceof SqlDecimal) return encodeDecimal(value, path);
  if (value instanceof SqlDate) return { value: new DuckDBDateValue(value.days), type: DATE };
  if (value instanceof SqlTime) return encodeTime(value);
  if (value instanceof SqlTimestamp) return encodeTimestamp(value);
  if (value instanceof SqlInterval) {
    const { months, days, micros } = value;
    return { value: new DuckDBIntervalValue(months, days, micros), type: INTERVAL };
  }
  return encodeNested(value, path);
}

function encodeNested(
  value: SqlStruct | SqlMap | SqlUnion | readonly SqlValue[],
  path: string,
): Encoded {
  if (value instanceof SqlStruct) {
    const fields = value.entries.map(
      ([name, item]) => [name, encode(item, `${path}.${name}`)] as const,
    );
    return {
      value: structValue(Object.fromEntries(fields.map(([name, field]) => [name, field.value]))),
      type: STRUCT(Object.fromEntries(fields.map(([name, field]) => [name, field.type]))),
    };
  }
  if (value instanceof SqlMap) {
    const keys = encodeItems(
      value.entries.map(([key]) => key),
      `${path} key`,
    );
    const items = encodeItems(
      value.entries.map(([, item]) => item),
      `${path} value`,
    );
    return {
      value: mapValue(
        keys.values.map((key, index) => ({ key, value: items.values[index] ?? null })),
      ),
      type: MAP(keys.type, items.type),
    };
  }
  if (value instanceof SqlUnion) {
    const member = encode(value.value, `${path}.${value.tag}`);
    return {
      value: unionValue(value.tag, member.value),
      type: UNION({ [value.tag]: member.type }),
    };
  }
  if (!Array.isArray(value)) throw invalid(path, 'a plain object is no SQL value');
  const { values, type } = encodeItems(value, path);
  return { value: listValue(values), type: LIST(type) };
}

/** Encodes values that share a type, which is the widest any of them needs. */
function encodeItems(
  items: readonly SqlValue[],
  path: string,
): { values: DuckDBValue[]; type: DuckDBType } {
  const encoded = items.map((item, index) => encode(item, `${path}[${index}]`));
  const type = encoded.map((item) => item.type).reduce(widest, SQLNULL);
  return { values: encoded.map((item) => convert(item, type)), type };
}

const NUMERIC_ORDER: readonly DuckDBType[] = [INTEGER, BIGINT, HUGEINT, UHUGEINT, DOUBLE];

function widest(left: DuckDBType, right: DuckDBType): DuckDBType {
  if (left === SQLNULL) return right;
  const [leftRank, rightRank] = [NUMERIC_ORDER.indexOf(left), NUMERIC_ORDER.indexOf(right)];
  return leftRank >= 0 && rightRank > leftRank ? right : left;
}

function convert({ value, type }: Encoded, target: DuckDBType): DuckDBValue {
  if (type === target || (typeof value !== 'number' && typeof value !== 'bigint')) return value;
  if (target === DOUBLE) return Number(value);
  return NUMERIC_ORDER.includes(target) && target !== INTEGER ? BigInt(value) : value;
}

function encodeDecimal(value: SqlDecimal, path: string): Encoded {
  const digits = (value.unscaled < 0n ? -value.unscaled : value.unscaled).toString().length;
  const width = Math.max(digits, value.scale, 1);
  if (width > 38) throw invalid(path, 'the decimal has more than 38 digits');
  return {
    value: new DuckDBDecimalValue(value.unscaled, width, value.scale),
    type: DECIMAL(width, value.scale),
  };
}

function encodeTime(value: SqlTime): Encoded {
  if (value.offsetSeconds !== null) {
    return {
      value: DuckDBTimeTZValue.fromMicrosAndOffset(value.micros, value.offsetSeconds),
      type: TIMETZ,
    };
  }
  if (value.nanos === 0) return { value: new DuckDBTimeValue(value.micros), type: TIME };
  return {
    value: new DuckDBTimeNSValue(value.micros * 1000n + BigInt(value.nanos)),
    type: TIME_NS,
  };
}

function encodeTimestamp(value: SqlTimestamp): Encoded {
  if (value.hasTimeZone) {
    return { value: new DuckDBTimestampTZValue(value.micros), type: TIMESTAMPTZ };
  }
  if (value.nanos === 0) return { value: new DuckDBTimestampValue(value.micros), type: TIMESTAMP };
  const nanos = value.micros * 1000n + BigInt(value.nanos);
  return { value: new DuckDBTimestampNanosecondsValue(nanos), type: TIMESTAMP_NS };
}

function invalid(path: string, detail: string): HeliosError {
  return new HeliosError('invalid_parameter_value', {
    message: `parameter ${path} cannot be passed`,
    detail,
  });
}
