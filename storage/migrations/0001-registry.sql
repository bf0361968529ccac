-- The registry of procedures. The engine applies these files in order, inside one transaction
-- each, and records them in heliosdb.migrations. Files are append only.
CREATE SCHEMA IF NOT EXISTS heliosdb;

CREATE TABLE heliosdb.migrations (
    version INTEGER PRIMARY KEY,
    name VARCHAR NOT NULL,
    applied_at TIMESTAMP WITH TIME ZONE NOT NULL
);

-- Modules are stored once by content and shared by versions.
CREATE TABLE heliosdb.modules (
    hash VARCHAR PRIMARY KEY,
    bytes BLOB NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL
);

CREATE TABLE heliosdb.procedures (
    id VARCHAR PRIMARY KEY,
    schema_name VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    -- JSON array of {"name", "type", "default"}; a text, so that no extension is needed to read it.
    parameters VARCHAR NOT NULL,
    returns VARCHAR NOT NULL,
    volatility VARCHAR NOT NULL,
    called_on_null_input BOOLEAN NOT NULL,
    on_error VARCHAR NOT NULL,
    strict_visibility BOOLEAN NOT NULL,
    -- JSON object of named limits that differ from their defaults.
    options VARCHAR NOT NULL,
    comment VARCHAR,
    active_version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    altered_at TIMESTAMP WITH TIME ZONE NOT NULL
);

CREATE TABLE heliosdb.procedure_versions (
    procedure_id VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    module_hash VARCHAR NOT NULL,
    entry VARCHAR NOT NULL,
    -- JSON array of granted rights; NULL where the CAPABILITIES clause was absent.
    capabilities VARCHAR,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (procedure_id, version)
);
