import type { DuckDBType } from '@duckdb/node-api';
import {
  DuckDBArrayType,
  DuckDBDecimalType,
  DuckDBEnumType,
  DuckDBListType,
  DuckDBMapType,
  DuckDBStructType,
  DuckDBTypeId,
  DuckDBUnionType,
} from '@duckdb/node-api';
import type { ScalarTypeName, SqlType, SqlTypeMember } from '#core';
import { HeliosError } from '#core';

/** DuckDB's numbers for types without parameters. */
const SCALAR_BY_ID: Partial<Record<DuckDBTypeId, ScalarTypeName>> = {
  [DuckDBTypeId.BOOLEAN]: 'BOOLEAN',
  [DuckDBTypeId.TINYINT]: 'TINYINT',
  [DuckDBTypeId.SMALLINT]: 'SMALLINT',
  [DuckDBTypeId.INTEGER]: 'INTEGER',
  [DuckDBTypeId.INTEGER_LITERAL]: 'INTEGER',
  [DuckDBTypeId.BIGINT]: 'BIGINT',
  [DuckDBTypeId.HUGEINT]: 'HUGEINT',
  [DuckDBTypeId.UTINYINT]: 'UTINYINT',
  [DuckDBTypeId.USMALLINT]: 'USMALLINT',
  [DuckDBTypeId.UINTEGER]: 'UINTEGER',
  [DuckDBTypeId.UBIGINT]: 'UBIGINT',
  [DuckDBTypeId.UHUGEINT]: 'UHUGEINT',
  [DuckDBTypeId.BIGNUM]: 'BIGNUM',
  [DuckDBTypeId.FLOAT]: 'FLOAT',
  [DuckDBTypeId.DOUBLE]: 'DOUBLE',
  [DuckDBTypeId.VARCHAR]: 'VARCHAR',
  [DuckDBTypeId.STRING_LITERAL]: 'VARCHAR',
  [DuckDBTypeId.BLOB]: 'BLOB',
  [DuckDBTypeId.BIT]: 'BIT',
  [DuckDBTypeId.UUID]: 'UUID',
  [DuckDBTypeId.DATE]: 'DATE',
  [DuckDBTypeId.TIME]: 'TIME',
  [DuckDBTypeId.TIME_NS]: 'TIME_NS',
  [DuckDBTypeId.TIME_TZ]: 'TIME WITH TIME ZONE',
  [DuckDBTypeId.TIMESTAMP]: 'TIMESTAMP',
  [DuckDBTypeId.TIMESTAMP_S]: 'TIMESTAMP_S',
  [DuckDBTypeId.TIMESTAMP_MS]: 'TIMESTAMP_MS',
  [DuckDBTypeId.TIMESTAMP_NS]: 'TIMESTAMP_NS',
  [DuckDBTypeId.TIMESTAMP_TZ]: 'TIMESTAMP WITH TIME ZONE',
  [DuckDBTypeId.INTERVAL]: 'INTERVAL',
  [DuckDBTypeId.GEOMETRY]: 'GEOMETRY',
  [DuckDBTypeId.VARIANT]: 'VARIANT',
  [DuckDBTypeId.SQLNULL]: '"NULL"',
};

/** Turns a type of the DuckDB client into ours. */
export function decodeType(type: DuckDBType): SqlType {
  if (type instanceof DuckDBDecimalType) {
    return { kind: 'decimal', precision: type.width, scale: type.scale };
  }
  if (type instanceof DuckDBEnumType) return { kind: 'enum', values: type.values };
  if (type instanceof DuckDBListType) return { kind: 'list', element: decodeType(type.valueType) };
  if (type instanceof DuckDBArrayType) {
    return { kind: 'array', element: decodeType(type.valueType), size: type.length };
  }
  if (type instanceof DuckDBStructType) {
    return { kind: 'struct', fields: members(type.entryNames, type.entryTypes) };
  }
  if (type instanceof DuckDBMapType) {
    return { kind: 'map', key: decodeType(type.keyType), value: decodeType(type.valueType) };
  }
  if (type instanceof DuckDBUnionType) {
    return { kind: 'union', members: members(type.memberTags, type.memberTypes) };
  }
  // JSON is text with an alias.
  if (type.alias === 'JSON') return { kind: 'scalar', name: 'JSON' };
  const name = SCALAR_BY_ID[type.typeId];
  if (name === undefined) {
    throw new HeliosError('feature_not_supported', {
      message: 'a column of this type cannot be read',
      detail: type.toString(),
    });
  }
  return { kind: 'scalar', name };
}

function members(names: readonly string[], types: readonly DuckDBType[]): SqlTypeMember[] {
  return types.map((type, index) => ({ name: names[index] ?? '', type: decodeType(type) }));
}
