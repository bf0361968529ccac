import type { ErrorName } from '#core';

/** The first pattern that matches the message decides, else the fallback. */
export interface ErrorClass {
  readonly cases: readonly (readonly [pattern: RegExp, name: ErrorName])[];
  readonly fallback: ErrorName;
}

const FILE_CASES: ErrorClass['cases'] = [
  [/^Could not set lock on file|used by another process/, 'database_in_use'],
  [/^The file ".*" exists, but it is not a valid DuckDB database file/, 'not_a_database'],
  [/^Could not read from file ".*": Is a directory/, 'not_a_database'],
  [/^Corrupt database file|^Could not read enough bytes/, 'data_corrupted'],
  [/database does not exist$|: No such file or directory$|^No files found/, 'undefined_file'],
  [/No space left on device|not enough disk space/i, 'disk_full'],
  [/^Extension ".*" not found/, 'undefined_file'],
  [/^Failed to load|^Extension/, 'engine_load_failed'],
];

const VERSION_CASES: ErrorClass['cases'] = [
  [
    /was built (specifically )?for|can only load extensions that|requires? DuckDB/i,
    'incompatible_version',
  ],
  [/^Failed to load/, 'engine_load_failed'],
];

/**
 * DuckDB's error classes, by the words its texts start with.
 *
 * DuckDB's client passes errors as text only, so the state must be read out of it; this table is
 * the single place that does. Patterns are anchored where the text can contain a user's data.
 */
export const ERROR_CLASSES: Readonly<Record<string, ErrorClass>> = {
  interrupt: { cases: [], fallback: 'query_canceled' },
  parser: { cases: [], fallback: 'syntax_error' },
  syntax: { cases: [], fallback: 'syntax_error' },
  catalog: {
    cases: [
      [/^(Table|View) with name .* already exists/, 'duplicate_table'],
      [/Function with name .* already exists/, 'duplicate_function'],
      [/already exists/, 'duplicate_object'],
      [/^Could not drop .* because|^Cannot drop entry/, 'dependent_objects_still_exist'],
      [
        /because schema ".*" does not exist|^Schema with name .* does not exist/,
        'undefined_schema',
      ],
      [/No catalog \+ schema named/, 'undefined_schema'],
      [/^(Catalog|Database) .*does not exist/, 'undefined_catalog'],
      [/^(Table|View) with name .* does not exist/, 'undefined_table'],
      [/Function with name .* does not exist/, 'undefined_function'],
      [/does not exist|^unrecognized configuration parameter/, 'undefined_object'],
    ],
    fallback: 'syntax_error_or_access_rule_violation',
  },
  dependency: { cases: [], fallback: 'dependent_objects_still_exist' },
  binder: {
    cases: [
      [/^No function matches|^Macro /, 'undefined_function'],
      [/^Could not choose a best candidate/, 'ambiguous_function'],
      [/^Referenced column ".*" (was )?not found|does not have a column named/, 'undefined_column'],
      [/^Referenced table ".*" not found/, 'undefined_table'],
      [/^Catalog ".*" does not exist|^Database ".*" does not exist/, 'undefined_catalog'],
      [/^Ambiguous reference to column/, 'ambiguous_column'],
      [/must appear in the GROUP BY|cannot contain aggregates/, 'grouping_error'],
      [/^Prepared statement ".*" does not exist/, 'undefined_object'],
      [/^Cannot (compare|mix|combine|unify)|type mismatch/i, 'datatype_mismatch'],
      [/^Cannot drop|depend on it/, 'dependent_objects_still_exist'],
    ],
    fallback: 'syntax_error_or_access_rule_violation',
  },
  constraint: {
    cases: [
      [/^NOT NULL constraint failed/, 'not_null_violation'],
      [/^CHECK constraint failed/, 'check_violation'],
      [/^Violates foreign key constraint|foreign key constraint/i, 'foreign_key_violation'],
      [
        /^Duplicate key|^PRIMARY KEY or UNIQUE constraint|violates (primary key|unique) constraint/,
        'unique_violation',
      ],
    ],
    fallback: 'integrity_constraint_violation',
  },
  transactioncontext: {
    cases: [
      [/^cannot start a transaction within/, 'active_sql_transaction'],
      [/no transaction is active/, 'no_active_sql_transaction'],
      [/[Tt]ransaction is aborted/, 'in_failed_sql_transaction'],
      [/conflict/i, 'serialization_failure'],
      [/read-only/i, 'read_only_sql_transaction'],
    ],
    fallback: 'serialization_failure',
  },
  conversion: {
    cases: [
      [/^Malformed JSON/, 'invalid_json_text'],
      [/as base64/, 'invalid_binary_representation'],
      [/invalid UTF8|not valid UTF-?8/i, 'character_not_in_repertoire'],
      [
        /^(invalid )?(date|time|timestamp|interval) field|^Could not convert .* to (DATE|TIME|INTERVAL)/i,
        'invalid_datetime_format',
      ],
      [/out of range|overflow/i, 'numeric_value_out_of_range'],
    ],
    fallback: 'invalid_text_representation',
  },
  'out of range': { cases: [], fallback: 'numeric_value_out_of_range' },
  'divide by zero': { cases: [], fallback: 'division_by_zero' },
  'mismatch type': { cases: [], fallback: 'datatype_mismatch' },
  'invalid type': { cases: [], fallback: 'datatype_mismatch' },
  'out of memory': { cases: [], fallback: 'out_of_memory' },
  permission: {
    cases: [[/read-only/, 'read_only_sql_transaction']],
    fallback: 'insufficient_privilege',
  },
  'not implemented': { cases: [], fallback: 'feature_not_supported' },
  io: { cases: FILE_CASES, fallback: 'io_error' },
  http: { cases: [], fallback: 'io_error' },
  serialization: { cases: [], fallback: 'data_corrupted' },
  'invalid input': {
    cases: [
      [/^Cannot execute statement of type .* in read-only mode/, 'read_only_sql_transaction'],
      [/^Expected \d+ parameters|^Values were not provided/, 'undefined_parameter'],
      ...VERSION_CASES,
    ],
    fallback: 'invalid_parameter_value',
  },
  'invalid configuration': { cases: VERSION_CASES, fallback: 'invalid_parameter_value' },
  'parameter not allowed': { cases: [], fallback: 'invalid_parameter_value' },
  'parameter not resolved': { cases: [], fallback: 'undefined_parameter' },
  settings: { cases: [], fallback: 'invalid_parameter_value' },
  sequence: { cases: [], fallback: 'data_exception' },
  executor: { cases: [], fallback: 'data_exception' },
  autoload: { cases: [], fallback: 'feature_not_supported' },
  'missing extension': { cases: [], fallback: 'feature_not_supported' },
  internal: { cases: [], fallback: 'internal_error' },
  fatal: { cases: [], fallback: 'internal_error' },
};
