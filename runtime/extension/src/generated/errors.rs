// Generated from core/errors.yaml by `npm run generate`. Do not edit.
#![cfg_attr(rustfmt, rustfmt_skip)]

/// An error of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorCode {
    /// 08003: A statement was sent to a connection or database after it was closed.
    ConnectionDoesNotExist,
    /// 0A000: The statement is understood but this version does not do it.
    FeatureNotSupported,
    /// 22000: A value is unfit for the operation and no more specific 22xxx state applies.
    DataException,
    /// 22003: A number does not fit its target type.
    NumericValueOutOfRange,
    /// 22004: NULL arrived where a value is required.
    NullValueNotAllowed,
    /// 22007: A text is not a date, time, timestamp or interval.
    InvalidDatetimeFormat,
    /// 22008: A date, time, timestamp or interval is outside the range of its type.
    DatetimeFieldOverflow,
    /// 22012: A division or remainder by zero.
    DivisionByZero,
    /// 22021: A guest or client passed bytes as text that are not UTF-8.
    CharacterNotInRepertoire,
    /// 22023: An argument or option lies outside what it accepts.
    InvalidParameterValue,
    /// 2202E: A value for an ARRAY does not have exactly the elements that the type asks for.
    ArrayElementError,
    /// 22032: A text declared as JSON does not parse.
    InvalidJsonText,
    /// 22P02: A cast from text failed.
    InvalidTextRepresentation,
    /// 22P03: A binary value, base64 or hexadecimal text does not decode.
    InvalidBinaryRepresentation,
    /// 23000: A constraint rejected a row and no more specific 23xxx state applies.
    IntegrityConstraintViolation,
    /// 23502: NULL was written to a NOT NULL column.
    NotNullViolation,
    /// 23503: A row points at a missing row, or a row that is pointed at was removed.
    ForeignKeyViolation,
    /// 23505: A primary key or unique constraint rejected a row.
    UniqueViolation,
    /// 23514: A CHECK constraint rejected a row.
    CheckViolation,
    /// 25001: BEGIN inside a transaction, from a client or from a guest.
    ActiveSqlTransaction,
    /// 25006: A write reached a database that was opened read-only.
    ReadOnlySqlTransaction,
    /// 25P01: COMMIT or ROLLBACK without BEGIN, from a client or from a guest.
    NoActiveSqlTransaction,
    /// 25P02: An earlier statement of the transaction failed; only ROLLBACK is accepted.
    InFailedSqlTransaction,
    /// 25W01: Registers a function for a return type that has none yet, which DuckDB does not show to an open transaction.
    StatementNotAllowedInTransaction,
    /// 25W02: A guest returned without committing or rolling back what it began; it was rolled back.
    TransactionLeftOpen,
    /// 28000: A request to the service came without a token that it needs, or with one that is unknown, revoked or expired.
    InvalidAuthorization,
    /// 2BP01: A default, check, generated column, key or index uses what the statement drops, replaces or alters. The dependents are there where DuckDB names them, which it does not for ALTER TABLE.
    DependentObjectsStillExist,
    /// 38000: The guest called heliosdb_error, or its code returned an error; message, code and stack are the guest's own. The stack is there when the guest told one.
    ExternalRoutineException,
    /// 38003: A nested statement is of a kind no capability can grant. A missing capability is 42501.
    ProhibitedSqlStatementAttempted,
    /// 39W01: The guest ended abnormally; the detail names the trap. Its instance is dropped, the connection lives on.
    WasmTrap,
    /// 39W02: The reply failed validation before any byte of it was used. Never raised for an error the guest reports itself (38000).
    MalformedGuestResult,
    /// 3D000: A name is qualified with an attached database that is not there.
    UndefinedCatalog,
    /// 3F000: A name is qualified with a schema that is not there.
    UndefinedSchema,
    /// 40001: Two transactions changed the same rows; running the transaction again may succeed.
    SerializationFailure,
    /// 42000: DuckDB's binder refused the statement and no more specific 42xxx state applies.
    SyntaxErrorOrAccessRuleViolation,
    /// 42501: A capability, grant or setting does not allow the action. The procedure is there when one is concerned, the capability or privilege when one would allow it.
    InsufficientPrivilege,
    /// 42601: The text is not a statement; the fields point at the first place that cannot be read.
    SyntaxError,
    /// 42702: A column name stands in more than one table of the statement.
    AmbiguousColumn,
    /// 42703: No table of the statement has the column.
    UndefinedColumn,
    /// 42704: A type, setting, role, version or other named thing that has no state of its own is not there.
    UndefinedObject,
    /// 42710: A name is taken and its kind has no state of its own.
    DuplicateObject,
    /// 42723: The signature, or the name of a built-in function, is taken.
    DuplicateFunction,
    /// 42725: More than one overload fits, or a statement names an overloaded procedure without its parameter types.
    AmbiguousFunction,
    /// 42803: A column is used outside an aggregate and is not in GROUP BY.
    GroupingError,
    /// 42804: An expression has a type that its place does not take.
    DatatypeMismatch,
    /// 42883: No procedure or function of that name takes those arguments; the hint lists near ones.
    UndefinedFunction,
    /// 42939: The name belongs to a built-in function or to HeliosDB itself.
    ReservedName,
    /// 42P01: No table or view of that name.
    UndefinedTable,
    /// 42P02: A statement's parameter has no value, or a value has no parameter, or a named argument is unknown.
    UndefinedParameter,
    /// 42P07: The name of a table or view is taken.
    DuplicateTable,
    /// 42P13: The module does not compile, imports what does not exist, lacks its entry, or does not fit the signature or the ABI.
    InvalidFunctionDefinition,
    /// 53100: Writing the database or a temporary file failed for lack of space.
    DiskFull,
    /// 53200: DuckDB's memory limit, or the machine's memory, is used up. A guest's own limit is 53400.
    OutOfMemory,
    /// 53300: A queue of the service is full, or an identity has used up its requests or its time; the reply says when to try again.
    TooManyRequests,
    /// 53400: Fuel, memory, result bytes, nested rows or another limit that a setting or the procedure's definition can raise. The limit is there when a number is exceeded, the others when they are known.
    ConfigurationLimitExceeded,
    /// 54000: A maximum that no setting can raise. The limit is there when a number is exceeded, the others when they are known.
    ProgramLimitExceeded,
    /// 55000: For example heliosdb.migrations is newer than this engine.
    ObjectNotInPrerequisiteState,
    /// 55006: DuckDB lets one process open a file; the detail names the holder where the system tells.
    DatabaseInUse,
    /// 57014: An interrupt, a deadline of the client, or a procedure's own deadline ended the statement.
    QueryCanceled,
    /// 58030: The operating system refused to read or write a file.
    IoError,
    /// 58P01: A database, module or script file is not there.
    UndefinedFile,
    /// 58W01: The file exists but does not begin like a database file.
    NotADatabase,
    /// IN001: No prebuilt engine for this platform, no sources to build it from, or a path given for it that leads nowhere.
    EngineMissing,
    /// IN002: Building the engine or a guest needs a compiler that was not found; the hint says how to install it.
    ToolchainMissing,
    /// IN003: The compiler was found but is older than what the sources need.
    ToolchainOutdated,
    /// IN004: The compiler reported an error; the detail holds the end of its output.
    EngineBuildFailed,
    /// IN005: For example a DuckDB library older than the engine supports.
    IncompatibleVersion,
    /// IN006: DuckDB refused the extension file for another reason than its version.
    EngineLoadFailed,
    /// IN007: The compiler of the guest's language reported an error; the detail holds the end of its output.
    CompileFailed,
    /// NL001: The request names something that nothing in the database answers to; the detail lists the words.
    NoPlan,
    /// NL002: A choice is needed and the caller cannot be asked.
    AmbiguousRequest,
    /// NL003: A language model answered, but not with a plan that validates.
    ModelOutputInvalid,
    /// NL004: The model's server cannot be reached, is overloaded, refuses the key or does not know the model.
    ModelUnavailable,
    /// NL005: The model did not finish its reply within the limit for one reply or for the whole question.
    ModelTimeout,
    /// NL006: The server or the model reported a refusal instead of a reply.
    ModelRefused,
    /// NL007: The YAML file has the wrong form, or names a table or column that the database does not have.
    InvalidSemanticModel,
    /// PN001: A plan does not fit its schema, the catalog or the rules for its SQL.
    InvalidPlan,
    /// PN002: The dependencies of a plan's tasks are no directed acyclic graph.
    CyclicPlan,
    /// PN003: Wraps the error that a task's statement raised; the cause carries it.
    TaskFailed,
    /// US001: A command line option, a request line or a test script has the wrong form.
    InvalidUsage,
    /// XX000: A bug of ours or of a library. The only class that logs a stack and asks for a report.
    InternalError,
    /// XX001: A module does not match its hash, or a database file cannot be read.
    DataCorrupted,
}

impl ErrorCode {
    /// Every error of the catalogue, by rising SQLSTATE.
    pub const ALL: [ErrorCode; 82] = [
        ErrorCode::ConnectionDoesNotExist,
        ErrorCode::FeatureNotSupported,
        ErrorCode::DataException,
        ErrorCode::NumericValueOutOfRange,
        ErrorCode::NullValueNotAllowed,
        ErrorCode::InvalidDatetimeFormat,
        ErrorCode::DatetimeFieldOverflow,
        ErrorCode::DivisionByZero,
        ErrorCode::CharacterNotInRepertoire,
        ErrorCode::InvalidParameterValue,
        ErrorCode::ArrayElementError,
        ErrorCode::InvalidJsonText,
        ErrorCode::InvalidTextRepresentation,
        ErrorCode::InvalidBinaryRepresentation,
        ErrorCode::IntegrityConstraintViolation,
        ErrorCode::NotNullViolation,
        ErrorCode::ForeignKeyViolation,
        ErrorCode::UniqueViolation,
        ErrorCode::CheckViolation,
        ErrorCode::ActiveSqlTransaction,
        ErrorCode::ReadOnlySqlTransaction,
        ErrorCode::NoActiveSqlTransaction,
        ErrorCode::InFailedSqlTransaction,
        ErrorCode::StatementNotAllowedInTransaction,
        ErrorCode::TransactionLeftOpen,
        ErrorCode::InvalidAuthorization,
        ErrorCode::DependentObjectsStillExist,
        ErrorCode::ExternalRoutineException,
        ErrorCode::ProhibitedSqlStatementAttempted,
        ErrorCode::WasmTrap,
        ErrorCode::MalformedGuestResult,
        ErrorCode::UndefinedCatalog,
        ErrorCode::UndefinedSchema,
        ErrorCode::SerializationFailure,
        ErrorCode::SyntaxErrorOrAccessRuleViolation,
        ErrorCode::InsufficientPrivilege,
        ErrorCode::SyntaxError,
        ErrorCode::AmbiguousColumn,
        ErrorCode::UndefinedColumn,
        ErrorCode::UndefinedObject,
        ErrorCode::DuplicateObject,
        ErrorCode::DuplicateFunction,
        ErrorCode::AmbiguousFunction,
        ErrorCode::GroupingError,
        ErrorCode::DatatypeMismatch,
        ErrorCode::UndefinedFunction,
        ErrorCode::ReservedName,
        ErrorCode::UndefinedTable,
        ErrorCode::UndefinedParameter,
        ErrorCode::DuplicateTable,
        ErrorCode::InvalidFunctionDefinition,
        ErrorCode::DiskFull,
        ErrorCode::OutOfMemory,
        ErrorCode::TooManyRequests,
        ErrorCode::ConfigurationLimitExceeded,
        ErrorCode::ProgramLimitExceeded,
        ErrorCode::ObjectNotInPrerequisiteState,
        ErrorCode::DatabaseInUse,
        ErrorCode::QueryCanceled,
        ErrorCode::IoError,
        ErrorCode::UndefinedFile,
        ErrorCode::NotADatabase,
        ErrorCode::EngineMissing,
        ErrorCode::ToolchainMissing,
        ErrorCode::ToolchainOutdated,
        ErrorCode::EngineBuildFailed,
        ErrorCode::IncompatibleVersion,
        ErrorCode::EngineLoadFailed,
        ErrorCode::CompileFailed,
        ErrorCode::NoPlan,
        ErrorCode::AmbiguousRequest,
        ErrorCode::ModelOutputInvalid,
        ErrorCode::ModelUnavailable,
        ErrorCode::ModelTimeout,
        ErrorCode::ModelRefused,
        ErrorCode::InvalidSemanticModel,
        ErrorCode::InvalidPlan,
        ErrorCode::CyclicPlan,
        ErrorCode::TaskFailed,
        ErrorCode::InvalidUsage,
        ErrorCode::InternalError,
        ErrorCode::DataCorrupted,
    ];

    /// The five-character SQLSTATE.
    pub const fn sqlstate(self) -> &'static str {
        match self {
            ErrorCode::ConnectionDoesNotExist => "08003",
            ErrorCode::FeatureNotSupported => "0A000",
            ErrorCode::DataException => "22000",
            ErrorCode::NumericValueOutOfRange => "22003",
            ErrorCode::NullValueNotAllowed => "22004",
            ErrorCode::InvalidDatetimeFormat => "22007",
            ErrorCode::DatetimeFieldOverflow => "22008",
            ErrorCode::DivisionByZero => "22012",
            ErrorCode::CharacterNotInRepertoire => "22021",
            ErrorCode::InvalidParameterValue => "22023",
            ErrorCode::ArrayElementError => "2202E",
            ErrorCode::InvalidJsonText => "22032",
            ErrorCode::InvalidTextRepresentation => "22P02",
            ErrorCode::InvalidBinaryRepresentation => "22P03",
            ErrorCode::IntegrityConstraintViolation => "23000",
            ErrorCode::NotNullViolation => "23502",
            ErrorCode::ForeignKeyViolation => "23503",
            ErrorCode::UniqueViolation => "23505",
            ErrorCode::CheckViolation => "23514",
            ErrorCode::ActiveSqlTransaction => "25001",
            ErrorCode::ReadOnlySqlTransaction => "25006",
            ErrorCode::NoActiveSqlTransaction => "25P01",
            ErrorCode::InFailedSqlTransaction => "25P02",
            ErrorCode::StatementNotAllowedInTransaction => "25W01",
            ErrorCode::TransactionLeftOpen => "25W02",
            ErrorCode::InvalidAuthorization => "28000",
            ErrorCode::DependentObjectsStillExist => "2BP01",
            ErrorCode::ExternalRoutineException => "38000",
            ErrorCode::ProhibitedSqlStatementAttempted => "38003",
            ErrorCode::WasmTrap => "39W01",
            ErrorCode::MalformedGuestResult => "39W02",
            ErrorCode::UndefinedCatalog => "3D000",
            ErrorCode::UndefinedSchema => "3F000",
            ErrorCode::SerializationFailure => "40001",
            ErrorCode::SyntaxErrorOrAccessRuleViolation => "42000",
            ErrorCode::InsufficientPrivilege => "42501",
            ErrorCode::SyntaxError => "42601",
            ErrorCode::AmbiguousColumn => "42702",
            ErrorCode::UndefinedColumn => "42703",
            ErrorCode::UndefinedObject => "42704",
            ErrorCode::DuplicateObject => "42710",
            ErrorCode::DuplicateFunction => "42723",
            ErrorCode::AmbiguousFunction => "42725",
            ErrorCode::GroupingError => "42803",
            ErrorCode::DatatypeMismatch => "42804",
            ErrorCode::UndefinedFunction => "42883",
            ErrorCode::ReservedName => "42939",
            ErrorCode::UndefinedTable => "42P01",
            ErrorCode::UndefinedParameter => "42P02",
            ErrorCode::DuplicateTable => "42P07",
            ErrorCode::InvalidFunctionDefinition => "42P13",
            ErrorCode::DiskFull => "53100",
            ErrorCode::OutOfMemory => "53200",
            ErrorCode::TooManyRequests => "53300",
            ErrorCode::ConfigurationLimitExceeded => "53400",
            ErrorCode::ProgramLimitExceeded => "54000",
            ErrorCode::ObjectNotInPrerequisiteState => "55000",
            ErrorCode::DatabaseInUse => "55006",
            ErrorCode::QueryCanceled => "57014",
            ErrorCode::IoError => "58030",
            ErrorCode::UndefinedFile => "58P01",
            ErrorCode::NotADatabase => "58W01",
            ErrorCode::EngineMissing => "IN001",
            ErrorCode::ToolchainMissing => "IN002",
            ErrorCode::ToolchainOutdated => "IN003",
            ErrorCode::EngineBuildFailed => "IN004",
            ErrorCode::IncompatibleVersion => "IN005",
            ErrorCode::EngineLoadFailed => "IN006",
            ErrorCode::CompileFailed => "IN007",
            ErrorCode::NoPlan => "NL001",
            ErrorCode::AmbiguousRequest => "NL002",
            ErrorCode::ModelOutputInvalid => "NL003",
            ErrorCode::ModelUnavailable => "NL004",
            ErrorCode::ModelTimeout => "NL005",
            ErrorCode::ModelRefused => "NL006",
            ErrorCode::InvalidSemanticModel => "NL007",
            ErrorCode::InvalidPlan => "PN001",
            ErrorCode::CyclicPlan => "PN002",
            ErrorCode::TaskFailed => "PN003",
            ErrorCode::InvalidUsage => "US001",
            ErrorCode::InternalError => "XX000",
            ErrorCode::DataCorrupted => "XX001",
        }
    }

    /// The snake_case name.
    pub const fn name(self) -> &'static str {
        match self {
            ErrorCode::ConnectionDoesNotExist => "connection_does_not_exist",
            ErrorCode::FeatureNotSupported => "feature_not_supported",
            ErrorCode::DataException => "data_exception",
            ErrorCode::NumericValueOutOfRange => "numeric_value_out_of_range",
            ErrorCode::NullValueNotAllowed => "null_value_not_allowed",
            ErrorCode::InvalidDatetimeFormat => "invalid_datetime_format",
            ErrorCode::DatetimeFieldOverflow => "datetime_field_overflow",
            ErrorCode::DivisionByZero => "division_by_zero",
            ErrorCode::CharacterNotInRepertoire => "character_not_in_repertoire",
            ErrorCode::InvalidParameterValue => "invalid_parameter_value",
            ErrorCode::ArrayElementError => "array_element_error",
            ErrorCode::InvalidJsonText => "invalid_json_text",
            ErrorCode::InvalidTextRepresentation => "invalid_text_representation",
            ErrorCode::InvalidBinaryRepresentation => "invalid_binary_representation",
            ErrorCode::IntegrityConstraintViolation => "integrity_constraint_violation",
            ErrorCode::NotNullViolation => "not_null_violation",
            ErrorCode::ForeignKeyViolation => "foreign_key_violation",
            ErrorCode::UniqueViolation => "unique_violation",
            ErrorCode::CheckViolation => "check_violation",
            ErrorCode::ActiveSqlTransaction => "active_sql_transaction",
            ErrorCode::ReadOnlySqlTransaction => "read_only_sql_transaction",
            ErrorCode::NoActiveSqlTransaction => "no_active_sql_transaction",
            ErrorCode::InFailedSqlTransaction => "in_failed_sql_transaction",
            ErrorCode::StatementNotAllowedInTransaction => "statement_not_allowed_in_transaction",
            ErrorCode::TransactionLeftOpen => "transaction_left_open",
            ErrorCode::InvalidAuthorization => "invalid_authorization",
            ErrorCode::DependentObjectsStillExist => "dependent_objects_still_exist",
            ErrorCode::ExternalRoutineException => "external_routine_exception",
            ErrorCode::ProhibitedSqlStatementAttempted => "prohibited_sql_statement_attempted",
            ErrorCode::WasmTrap => "wasm_trap",
            ErrorCode::MalformedGuestResult => "malformed_guest_result",
            ErrorCode::UndefinedCatalog => "undefined_catalog",
            ErrorCode::UndefinedSchema => "undefined_schema",
            ErrorCode::SerializationFailure => "serialization_failure",
            ErrorCode::SyntaxErrorOrAccessRuleViolation => "syntax_error_or_access_rule_violation",
            ErrorCode::InsufficientPrivilege => "insufficient_privilege",
            ErrorCode::SyntaxError => "syntax_error",
            ErrorCode::AmbiguousColumn => "ambiguous_column",
            ErrorCode::UndefinedColumn => "undefined_column",
            ErrorCode::UndefinedObject => "undefined_object",
            ErrorCode::DuplicateObject => "duplicate_object",
            ErrorCode::DuplicateFunction => "duplicate_function",
            ErrorCode::AmbiguousFunction => "ambiguous_function",
            ErrorCode::GroupingError => "grouping_error",
            ErrorCode::DatatypeMismatch => "datatype_mismatch",
            ErrorCode::UndefinedFunction => "undefined_function",
            ErrorCode::ReservedName => "reserved_name",
            ErrorCode::UndefinedTable => "undefined_table",
            ErrorCode::UndefinedParameter => "undefined_parameter",
            ErrorCode::DuplicateTable => "duplicate_table",
            ErrorCode::InvalidFunctionDefinition => "invalid_function_definition",
            ErrorCode::DiskFull => "disk_full",
            ErrorCode::OutOfMemory => "out_of_memory",
            ErrorCode::TooManyRequests => "too_many_requests",
            ErrorCode::ConfigurationLimitExceeded => "configuration_limit_exceeded",
            ErrorCode::ProgramLimitExceeded => "program_limit_exceeded",
            ErrorCode::ObjectNotInPrerequisiteState => "object_not_in_prerequisite_state",
            ErrorCode::DatabaseInUse => "database_in_use",
            ErrorCode::QueryCanceled => "query_canceled",
            ErrorCode::IoError => "io_error",
            ErrorCode::UndefinedFile => "undefined_file",
            ErrorCode::NotADatabase => "not_a_database",
            ErrorCode::EngineMissing => "engine_missing",
            ErrorCode::ToolchainMissing => "toolchain_missing",
            ErrorCode::ToolchainOutdated => "toolchain_outdated",
            ErrorCode::EngineBuildFailed => "engine_build_failed",
            ErrorCode::IncompatibleVersion => "incompatible_version",
            ErrorCode::EngineLoadFailed => "engine_load_failed",
            ErrorCode::CompileFailed => "compile_failed",
            ErrorCode::NoPlan => "no_plan",
            ErrorCode::AmbiguousRequest => "ambiguous_request",
            ErrorCode::ModelOutputInvalid => "model_output_invalid",
            ErrorCode::ModelUnavailable => "model_unavailable",
            ErrorCode::ModelTimeout => "model_timeout",
            ErrorCode::ModelRefused => "model_refused",
            ErrorCode::InvalidSemanticModel => "invalid_semantic_model",
            ErrorCode::InvalidPlan => "invalid_plan",
            ErrorCode::CyclicPlan => "cyclic_plan",
            ErrorCode::TaskFailed => "task_failed",
            ErrorCode::InvalidUsage => "invalid_usage",
            ErrorCode::InternalError => "internal_error",
            ErrorCode::DataCorrupted => "data_corrupted",
        }
    }

    /// The values for programs that the error may carry, in the order in which they are printed.
    pub const fn fields(self) -> &'static [&'static str] {
        match self {
            ErrorCode::ConnectionDoesNotExist => &[],
            ErrorCode::FeatureNotSupported => &[],
            ErrorCode::DataException => &[],
            ErrorCode::NumericValueOutOfRange => &[],
            ErrorCode::NullValueNotAllowed => &[],
            ErrorCode::InvalidDatetimeFormat => &[],
            ErrorCode::DatetimeFieldOverflow => &[],
            ErrorCode::DivisionByZero => &[],
            ErrorCode::CharacterNotInRepertoire => &[],
            ErrorCode::InvalidParameterValue => &[],
            ErrorCode::ArrayElementError => &[],
            ErrorCode::InvalidJsonText => &[],
            ErrorCode::InvalidTextRepresentation => &[],
            ErrorCode::InvalidBinaryRepresentation => &[],
            ErrorCode::IntegrityConstraintViolation => &[],
            ErrorCode::NotNullViolation => &[],
            ErrorCode::ForeignKeyViolation => &[],
            ErrorCode::UniqueViolation => &[],
            ErrorCode::CheckViolation => &[],
            ErrorCode::ActiveSqlTransaction => &[],
            ErrorCode::ReadOnlySqlTransaction => &[],
            ErrorCode::NoActiveSqlTransaction => &[],
            ErrorCode::InFailedSqlTransaction => &[],
            ErrorCode::StatementNotAllowedInTransaction => &["statement"],
            ErrorCode::TransactionLeftOpen => &["procedure"],
            ErrorCode::InvalidAuthorization => &[],
            ErrorCode::DependentObjectsStillExist => &["dependents"],
            ErrorCode::ExternalRoutineException => &["procedure", "code", "stack"],
            ErrorCode::ProhibitedSqlStatementAttempted => &["procedure"],
            ErrorCode::WasmTrap => &["procedure", "trap", "stack"],
            ErrorCode::MalformedGuestResult => &["procedure", "expected", "actual"],
            ErrorCode::UndefinedCatalog => &[],
            ErrorCode::UndefinedSchema => &[],
            ErrorCode::SerializationFailure => &[],
            ErrorCode::SyntaxErrorOrAccessRuleViolation => &[],
            ErrorCode::InsufficientPrivilege => &["procedure", "capability"],
            ErrorCode::SyntaxError => &["offset", "line", "column"],
            ErrorCode::AmbiguousColumn => &[],
            ErrorCode::UndefinedColumn => &[],
            ErrorCode::UndefinedObject => &[],
            ErrorCode::DuplicateObject => &[],
            ErrorCode::DuplicateFunction => &["procedure"],
            ErrorCode::AmbiguousFunction => &["procedure", "candidates"],
            ErrorCode::GroupingError => &[],
            ErrorCode::DatatypeMismatch => &[],
            ErrorCode::UndefinedFunction => &["procedure"],
            ErrorCode::ReservedName => &["name"],
            ErrorCode::UndefinedTable => &[],
            ErrorCode::UndefinedParameter => &[],
            ErrorCode::DuplicateTable => &[],
            ErrorCode::InvalidFunctionDefinition => &["procedure"],
            ErrorCode::DiskFull => &[],
            ErrorCode::OutOfMemory => &[],
            ErrorCode::TooManyRequests => &["limit", "current"],
            ErrorCode::ConfigurationLimitExceeded => &["procedure", "limit", "current", "requested"],
            ErrorCode::ProgramLimitExceeded => &["limit", "current", "requested"],
            ErrorCode::ObjectNotInPrerequisiteState => &[],
            ErrorCode::DatabaseInUse => &["path", "process"],
            ErrorCode::QueryCanceled => &[],
            ErrorCode::IoError => &["path"],
            ErrorCode::UndefinedFile => &["path"],
            ErrorCode::NotADatabase => &["path"],
            ErrorCode::EngineMissing => &["path"],
            ErrorCode::ToolchainMissing => &["tool"],
            ErrorCode::ToolchainOutdated => &["tool", "required", "found"],
            ErrorCode::EngineBuildFailed => &[],
            ErrorCode::IncompatibleVersion => &["required", "found"],
            ErrorCode::EngineLoadFailed => &["path"],
            ErrorCode::CompileFailed => &["language"],
            ErrorCode::NoPlan => &[],
            ErrorCode::AmbiguousRequest => &[],
            ErrorCode::ModelOutputInvalid => &[],
            ErrorCode::ModelUnavailable => &["model"],
            ErrorCode::ModelTimeout => &["model", "limitMs"],
            ErrorCode::ModelRefused => &["model"],
            ErrorCode::InvalidSemanticModel => &["path", "line"],
            ErrorCode::InvalidPlan => &["path"],
            ErrorCode::CyclicPlan => &["tasks"],
            ErrorCode::TaskFailed => &["task"],
            ErrorCode::InvalidUsage => &[],
            ErrorCode::InternalError => &[],
            ErrorCode::DataCorrupted => &["path"],
        }
    }

    /// The error with this SQLSTATE, if the catalogue has one.
    pub fn from_sqlstate(sqlstate: &str) -> Option<ErrorCode> {
        ErrorCode::ALL.into_iter().find(|code| code.sqlstate() == sqlstate)
    }
}
