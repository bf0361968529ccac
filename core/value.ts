/**
 * The values SQL statements take and give.
 *
 * Numbers keep their exactness: integers of 64 bits and more are `bigint`, decimals are
 * `SqlDecimal`, and points in time are integers of the unit the database stores. Lists and arrays
 * are JavaScript arrays. NULL is null; `undefined` is never a value.
 */
export type SqlValue =
  | null
  | boolean
  /** TINYINT to INTEGER, UTINYINT to UINTEGER, FLOAT, DOUBLE. */
  | number
  /** BIGINT, UBIGINT, HUGEINT, UHUGEINT, BIGNUM. */
  | bigint
  /** VARCHAR, JSON, ENUM, UUID, BIT. */
  | string
  /** BLOB, GEOMETRY. */
  | Uint8Array
  | SqlDecimal
  | SqlDate
  | SqlTime
  | SqlTimestamp
  | SqlInterval
  | SqlStruct
  | SqlMap
  | SqlUnion
  | readonly SqlValue[];

/** An exact decimal number: `unscaled` divided by ten to the power `scale`. */
export class SqlDecimal {
  readonly kind = 'decimal';
  readonly unscaled: bigint;
  readonly scale: number;

  constructor(unscaled: bigint, scale: number) {
    this.unscaled = unscaled;
    this.scale = scale;
  }

  /** Parses plain decimal notation, such as `-12.340`; null when the text is not one. */
  static parse(text: string): SqlDecimal | null {
    const match = /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(text.trim());
    const digits = `${match?.[2] ?? ''}${match?.[3] ?? ''}`;
    if (!match || digits === '') return null;
    const magnitude = BigInt(digits);
    return new SqlDecimal(match[1] === '-' ? -magnitude : magnitude, match[3]?.length ?? 0);
  }

  /** The exact number with as many fraction digits as the scale says. */
  toString(): string {
    const digits = (this.unscaled < 0n ? -this.unscaled : this.unscaled)
      .toString()
      .padStart(this.scale + 1, '0');
    const sign = this.unscaled < 0n ? '-' : '';
    if (this.scale === 0) return sign + digits;
    return `${sign}${digits.slice(0, -this.scale)}.${digits.slice(-this.scale)}`;
  }

  /** The nearest double. */
  toNumber(): number {
    return Number(this.toString());
  }
}

/** A day: days since 1970-01-01. The extremes of 32 bits stand for infinity. */
export class SqlDate {
  readonly kind = 'date';
  readonly days: number;

  constructor(days: number) {
    this.days = days;
  }
}

/** A time of day in microseconds since midnight, with an offset where the type has one. */
export class SqlTime {
  readonly kind = 'time';
  readonly micros: bigint;
  /** Nanoseconds beyond `micros`, 0 to 999; only TIME_NS has them. */
  readonly nanos: number;
  /** Seconds east of UTC, or null for a time without zone. */
  readonly offsetSeconds: number | null;

  constructor(micros: bigint, options: { nanos?: number; offsetSeconds?: number | null } = {}) {
    this.micros = micros;
    this.nanos = options.nanos ?? 0;
    this.offsetSeconds = options.offsetSeconds ?? null;
  }
}

/** A point in time in microseconds since 1970-01-01 00:00. The extremes of 64 bits stand for infinity. */
export class SqlTimestamp {
  readonly kind = 'timestamp';
  readonly micros: bigint;
  /** Nanoseconds beyond `micros`, 0 to 999; only TIMESTAMP_NS has them. */
  readonly nanos: number;
  /** True for TIMESTAMP WITH TIME ZONE: `micros` is then an instant, else a wall-clock reading. */
  readonly hasTimeZone: boolean;

  constructor(micros: bigint, options: { nanos?: number; hasTimeZone?: boolean } = {}) {
    this.micros = micros;
    this.nanos = options.nanos ?? 0;
    this.hasTimeZone = options.hasTimeZone ?? false;
  }

  /** The instant of a JavaScript date, as TIMESTAMP WITH TIME ZONE. */
  static fromDate(date: Date): SqlTimestamp {
    return new SqlTimestamp(BigInt(date.getTime()) * 1000n, { hasTimeZone: true });
  }

  /** The instant to the millisecond, a time without zone read as UTC. */
  toDate(): Date {
    return new Date(Number(this.micros / 1000n));
  }
}

/** A span of calendar months, days and microseconds, which do not convert into each other. */
export class SqlInterval {
  readonly kind = 'interval';
  readonly months: number;
  readonly days: number;
  readonly micros: bigint;

  constructor(parts: { months?: number; days?: number; micros?: bigint }) {
    this.months = parts.months ?? 0;
    this.days = parts.days ?? 0;
    this.micros = parts.micros ?? 0n;
  }
}

/** Named values in order. */
export class SqlStruct {
  readonly kind = 'struct';
  readonly entries: readonly (readonly [name: string, value: SqlValue])[];

  constructor(entries: readonly (readonly [string, SqlValue])[]) {
    this.entries = entries;
  }

  /** The value of a field, or undefined when there is none of that name. */
  get(name: string): SqlValue | undefined {
    return this.entries.find((entry) => entry[0] === name)?.[1];
  }
}

/** Pairs of key and value in order; keys may be of any type. */
export class SqlMap {
  readonly kind = 'map';
  readonly entries: readonly (readonly [key: SqlValue, value: SqlValue])[];

  constructor(entries: readonly (readonly [SqlValue, SqlValue])[]) {
    this.entries = entries;
  }
}

/** A value together with the member of the union it belongs to. */
export class SqlUnion {
  readonly kind = 'union';
  readonly tag: string;
  readonly value: SqlValue;

  constructor(tag: string, value: SqlValue) {
    this.tag = tag;
    this.value = value;
  }
}

/** The stored day that means infinity; its negation means minus infinity. */
export const INFINITY_DAYS = 2147483647;

/** The stored microsecond that means infinity; its negation means minus infinity. */
export const INFINITY_MICROS = 9223372036854775807n;
