import { HeliosError } from './error.ts';
import { printIdentifier, quoteIdentifier, quoteLiteral } from './identifier.ts';

/** A SQL data type as a tree. */
export type SqlType =
  | { readonly kind: 'scalar'; readonly name: ScalarTypeName }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'enum'; readonly values: readonly string[] }
  | { readonly kind: 'list'; readonly element: SqlType }
  | { readonly kind: 'array'; readonly element: SqlType; readonly size: number }
  | { readonly kind: 'struct'; readonly fields: readonly SqlTypeMember[] }
  | { readonly kind: 'map'; readonly key: SqlType; readonly value: SqlType }
  | { readonly kind: 'union'; readonly members: readonly SqlTypeMember[] }
  /** A type of the user's own (`CREATE TYPE`), known by name only. */
  | { readonly kind: 'named'; readonly name: string };

/** A field of a struct or a member of a union. */
export interface SqlTypeMember {
  readonly name: string;
  readonly type: SqlType;
}

const SCALARS = [
  'BOOLEAN',
  'TINYINT',
  'SMALLINT',
  'INTEGER',
  'BIGINT',
  'HUGEINT',
  'UTINYINT',
  'USMALLINT',
  'UINTEGER',
  'UBIGINT',
  'UHUGEINT',
  'BIGNUM',
  'FLOAT',
  'DOUBLE',
  'VARCHAR',
  'JSON',
  'BLOB',
  'BIT',
  'UUID',
  'DATE',
  'TIME',
  'TIME_NS',
  'TIME WITH TIME ZONE',
  'TIMESTAMP',
  'TIMESTAMP_S',
  'TIMESTAMP_MS',
  'TIMESTAMP_NS',
  'TIMESTAMP WITH TIME ZONE',
  'INTERVAL',
  'GEOMETRY',
  'VARIANT',
  '"NULL"',
] as const;

/** Name of a type without parameters, as DuckDB prints it. */
export type ScalarTypeName = (typeof SCALARS)[number];

/** Spellings DuckDB accepts, in capitals, and what it makes of them. */
const ALIASES: Readonly<Record<string, ScalarTypeName>> = {
  BOOL: 'BOOLEAN',
  LOGICAL: 'BOOLEAN',
  INT1: 'TINYINT',
  INT2: 'SMALLINT',
  INT16: 'SMALLINT',
  SHORT: 'SMALLINT',
  INT: 'INTEGER',
  INT4: 'INTEGER',
  INT32: 'INTEGER',
  SIGNED: 'INTEGER',
  INTEGRAL: 'INTEGER',
  INT8: 'BIGINT',
  INT64: 'BIGINT',
  LONG: 'BIGINT',
  OID: 'BIGINT',
  INT128: 'HUGEINT',
  UINT8: 'UTINYINT',
  UINT16: 'USMALLINT',
  UINT32: 'UINTEGER',
  UINT64: 'UBIGINT',
  UINT128: 'UHUGEINT',
  VARINT: 'BIGNUM',
  REAL: 'FLOAT',
  FLOAT4: 'FLOAT',
  FLOAT8: 'DOUBLE',
  'DOUBLE PRECISION': 'DOUBLE',
  CHAR: 'VARCHAR',
  BPCHAR: 'VARCHAR',
  TEXT: 'VARCHAR',
  STRING: 'VARCHAR',
  NVARCHAR: 'VARCHAR',
  BYTEA: 'BLOB',
  BINARY: 'BLOB',
  VARBINARY: 'BLOB',
  BITSTRING: 'BIT',
  GUID: 'UUID',
  TIMETZ: 'TIME WITH TIME ZONE',
  DATETIME: 'TIMESTAMP',
  TIMESTAMP_US: 'TIMESTAMP',
  'TIMESTAMP WITHOUT TIME ZONE': 'TIMESTAMP',
  'TIME WITHOUT TIME ZONE': 'TIME',
  TIMESTAMPTZ: 'TIMESTAMP WITH TIME ZONE',
  NULL: '"NULL"',
};

const SCALAR_NAMES: ReadonlySet<string> = new Set(SCALARS);
const DEPTH_MAX = 64;

/**
 * Parses the text of a type: DuckDB's names and their aliases, DECIMAL(p, s), lists, arrays and
 * nested types. `DECIMAL` alone is DECIMAL(18,3), as in DuckDB. Throws `syntax_error` with the offset.
 */
export function parseSqlType(text: string): SqlType {
  const reader = new TypeReader(text);
  const type = reader.readType(0);
  reader.expectEnd();
  return type;
}

/** Prints a type as DuckDB does; `parseSqlType(printSqlType(type))` gives the type again. */
export function printSqlType(type: SqlType): string {
  switch (type.kind) {
    case 'scalar':
      return type.name;
    case 'decimal':
      return `DECIMAL(${type.precision},${type.scale})`;
    case 'enum':
      return `ENUM(${type.values.map(quoteLiteral).join(', ')})`;
    case 'list':
      return `${printSqlType(type.element)}[]`;
    case 'array':
      return `${printSqlType(type.element)}[${type.size}]`;
    case 'struct':
      return `STRUCT(${printMembers(type.fields)})`;
    case 'map':
      return `MAP(${printSqlType(type.key)}, ${printSqlType(type.value)})`;
    case 'union':
      return `UNION(${printMembers(type.members)})`;
    case 'named':
      return quoteIdentifier(type.name);
  }
}

const printMembers = (members: readonly SqlTypeMember[]): string =>
  members.map(({ name, type }) => `${printIdentifier(name)} ${printSqlType(type)}`).join(', ');

class TypeReader {
  readonly #text: string;
  #offset = 0;

  constructor(text: string) {
    this.#text = text;
  }

  readType(depth: number): SqlType {
    if (depth > DEPTH_MAX) throw this.#failure(`a type nested at most ${DEPTH_MAX} levels deep`);
    let type = this.#readBase(depth);
    while (this.#take('[')) {
      const size = this.#match(/\d+/y);
      this.#expect(']');
      type =
        size === null
          ? { kind: 'list', element: type }
          : { kind: 'array', element: type, size: Number(size) };
    }
    return type;
  }

  expectEnd(): void {
    this.#skipSpace();
    if (this.#offset < this.#text.length) throw this.#failure('the end of the type');
  }

  #readBase(depth: number): SqlType {
    const quoted = this.#readQuoted('"');
    if (quoted !== null)
      return quoted === 'NULL' ? scalar('"NULL"') : { kind: 'named', name: quoted };
    const word = this.#match(/[\p{L}_][\p{L}\p{N}_]*/uy);
    if (word === null) throw this.#failure('the name of a type');
    const name = word.toUpperCase();
    if (name === 'DECIMAL' || name === 'NUMERIC' || name === 'DEC') return this.#readDecimal();
    if (name === 'STRUCT' || name === 'ROW')
      return { kind: 'struct', fields: this.#readMembers(depth) };
    if (name === 'UNION') return { kind: 'union', members: this.#readMembers(depth) };
    if (name === 'MAP') return this.#readMap(depth);
    if (name === 'ENUM') return this.#readEnum();
    const scalarName = this.#readScalar(name);
    return scalarName === null ? { kind: 'named', name: word } : scalar(scalarName);
  }

  #readScalar(name: string): ScalarTypeName | null {
    let full = name;
    if (name === 'TIME' || name === 'TIMESTAMP') {
      const zone = this.#match(/(with|without)\s+time\s+zone\b/iy);
      if (zone !== null) full += ` ${zone.toUpperCase().replace(/\s+/g, ' ')}`;
    } else if (name === 'DOUBLE' && this.#match(/precision\b/iy) !== null) {
      full = 'DOUBLE PRECISION';
    }
    const canonical = ALIASES[full] ?? (SCALAR_NAMES.has(full) ? (full as ScalarTypeName) : null);
    // VARCHAR(10) and the like: DuckDB reads the length and ignores it.
    if (canonical === 'VARCHAR' && this.#take('(')) {
      if (this.#match(/\d+/y) === null) throw this.#failure('a length');
      this.#expect(')');
    }
    return canonical;
  }

  #readDecimal(): SqlType {
    if (!this.#take('(')) return { kind: 'decimal', precision: 18, scale: 3 };
    const precision = Number(this.#match(/\d+/y) ?? Number.NaN);
    const scale = this.#take(',') ? Number(this.#match(/\d+/y) ?? Number.NaN) : 0;
    if (!(precision >= 1 && precision <= 38 && scale >= 0 && scale <= precision)) {
      throw this.#failure('a precision of 1 to 38 and a scale not above it');
    }
    this.#expect(')');
    return { kind: 'decimal', precision, scale };
  }

  #readMembers(depth: number): SqlTypeMember[] {
    this.#expect('(');
    const members: SqlTypeMember[] = [];
    do {
      const name = this.#readQuoted('"') ?? this.#match(/[\p{L}_][\p{L}\p{N}_]*/uy);
      if (name === null) throw this.#failure('the name of a field');
      members.push({ name, type: this.readType(depth + 1) });
    } while (this.#take(','));
    this.#expect(')');
    return members;
  }

  #readMap(depth: number): SqlType {
    this.#expect('(');
    const key = this.readType(depth + 1);
    this.#expect(',');
    const value = this.readType(depth + 1);
    this.#expect(')');
    return { kind: 'map', key, value };
  }

  #readEnum(): SqlType {
    this.#expect('(');
    const values: string[] = [];
    do {
      const value = this.#readQuoted("'");
      if (value === null) throw this.#failure('a quoted value');
      values.push(value);
    } while (this.#take(','));
    this.#expect(')');
    return { kind: 'enum', values };
  }

  #readQuoted(quote: '"' | "'"): string | null {
    const text = this.#match(quote === '"' ? /"(?:[^"]|"")+"/y : /'(?:[^']|'')*'/y);
    return text === null ? null : text.slice(1, -1).replaceAll(quote + quote, quote);
  }

  #skipSpace(): void {
    while (/\s/.test(this.#text.charAt(this.#offset))) this.#offset += 1;
  }

  #match(pattern: RegExp): string | null {
    this.#skipSpace();
    pattern.lastIndex = this.#offset;
    const match = pattern.exec(this.#text);
    if (match === null) return null;
    this.#offset += match[0].length;
    return match[0];
  }

  #take(symbol: string): boolean {
    this.#skipSpace();
    if (!this.#text.startsWith(symbol, this.#offset)) return false;
    this.#offset += symbol.length;
    return true;
  }

  #expect(symbol: string): void {
    if (!this.#take(symbol)) throw this.#failure(`"${symbol}"`);
  }

  #failure(expected: string): HeliosError {
    return new HeliosError('syntax_error', {
      message: `invalid type ${JSON.stringify(this.#text.slice(0, 200))}`,
      detail: `expected ${expected} at character ${this.#offset + 1}`,
      fields: { offset: this.#offset },
    });
  }
}

function scalar(name: ScalarTypeName): SqlType {
  return { kind: 'scalar', name };
}
