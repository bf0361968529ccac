-- Registry of procedures. Applied once, in one transaction, by the engine, which embeds the files
-- of this folder in the order of their names. Files are never changed after a release: a change of
-- a table is a new file.

CREATE SCHEMA IF NOT EXISTS heliosdb;

-- What has been applied. The engine refuses a database whose newest version it does not know.
CREATE TABLE IF NOT EXISTS heliosdb.migrations (
  version INTEGER PRIMARY KEY,
  name VARCHAR NOT NULL,
  applied_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now()
);

-- Compiled WebAssembly, once per content. Rows are never changed; an unreferenced one may be removed.
CREATE TABLE heliosdb.modules (
  -- SHA-256 of bytes in lower-case hexadecimal; checked on every load.
  hash VARCHAR PRIMARY KEY CHECK (length(hash) = 64),
  bytes BLOB NOT NULL,
  byte_count BIGINT NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now()
);

-- One row for each signature that can be called. The macro of the same name and schema is its face.
-- Tables of this schema reference each other without FOREIGN KEY: DuckDB turns an update of a
-- referenced row into a delete and an insert, which a foreign key then refuses.
CREATE TABLE heliosdb.procedures (
  -- Stable through OR REPLACE, ALTER and RENAME; stands as a constant in the macro's body.
  id VARCHAR PRIMARY KEY,
  schema_name VARCHAR NOT NULL DEFAULT 'main',
  name VARCHAR NOT NULL,
  -- [{"name", "type", "default": null | SQL text}] in order; types as DuckDB prints them.
  parameters JSON NOT NULL,
  parameter_count INTEGER NOT NULL,
  returns VARCHAR NOT NULL,
  language VARCHAR NOT NULL DEFAULT 'wasm',
  volatility VARCHAR NOT NULL CHECK (volatility IN ('IMMUTABLE', 'STABLE', 'VOLATILE')),
  is_called_on_null BOOLEAN NOT NULL DEFAULT false,
  on_error VARCHAR NOT NULL DEFAULT 'FAIL' CHECK (on_error IN ('FAIL', 'NULL')),
  is_visibility_strict BOOLEAN NOT NULL DEFAULT false,
  -- Limits and other settings of the procedure by name; absent means the default.
  options JSON NOT NULL DEFAULT '{}',
  comment VARCHAR,
  active_version INTEGER NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
  altered_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now()
);

-- Every version a procedure ever had, until it is dropped. Rows are never changed.
CREATE TABLE heliosdb.procedure_versions (
  procedure_id VARCHAR NOT NULL,
  version INTEGER NOT NULL CHECK (version > 0),
  module_hash VARCHAR NOT NULL,
  -- The export that is called.
  entry VARCHAR NOT NULL,
  abi_version VARCHAR NOT NULL,
  -- ["read:customers", …]; null when the clause was left out.
  capabilities JSON,
  -- Where the module came from, as written: for people, never read again.
  source VARCHAR,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
  PRIMARY KEY (procedure_id, version)
);
