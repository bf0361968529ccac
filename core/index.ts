/**
 * Purpose: the vocabulary every other folder shares: errors, SQL types and values, ports.
 * Inputs: nothing but its arguments. Outputs: plain data and HeliosError.
 * Invariants: no I/O, no dependency, deterministic apart from the system implementations of ports.
 * Errors come from `errors.yaml` alone; values never lose exactness.
 * May not: import another folder, grow a `utils`.
 */
export type { ErrorDetails, ErrorFields } from './error.ts';
export { errorNameOf, HeliosError, toHeliosError } from './error.ts';
export { decodeErrorText, encodeErrorText } from './error-text.ts';
export type { ErrorName, SqlState } from './errors.generated.ts';
export { ERRORS } from './errors.generated.ts';
export { namesIn, printIdentifier, quoteIdentifier, quoteLiteral } from './identifier.ts';
export { editDistance, nearest } from './nearest.ts';
export type { NumberTextOptions } from './number-text.ts';
export { printGroupedNumber } from './number-text.ts';
export type { Clock, IdSource, RandomSource } from './ports.ts';
export { countedIds, fixedClock, randomIds, seededRandom, systemClock } from './ports.ts';
export type { ScalarTypeName, SqlType, SqlTypeMember } from './type.ts';
export { parseSqlType, printSqlType } from './type.ts';
export type { SqlValue } from './value.ts';
export {
  INFINITY_DAYS,
  INFINITY_MICROS,
  SqlDate,
  SqlDecimal,
  SqlInterval,
  SqlMap,
  SqlStruct,
  SqlTime,
  SqlTimestamp,
  SqlUnion,
} from './value.ts';
export type { Json } from './value-json.ts';
export { toJson } from './value-json.ts';
export { toText } from './value-text.ts';
export { fromWire, toWire } from './value-wire.ts';
