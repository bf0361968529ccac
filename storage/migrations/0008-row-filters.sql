-- Which rows of a table or view a role sees, and tokens that act as a role of the database.

CREATE TABLE heliosdb.row_filters (
  role VARCHAR NOT NULL,
  -- The table or view, folded to lower case as names are compared.
  schema_name VARCHAR NOT NULL,
  relation_name VARCHAR NOT NULL,
  -- An expression over its columns; tables in it are named in full.
  condition VARCHAR NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
  PRIMARY KEY (role, schema_name, relation_name)
);

-- Tokens in a table of their own making: DuckDB 1.5 cannot replay from its log that a column was
-- added to a table with a CHECK, so a process killed before a checkpoint would leave the file unreadable.
CREATE TABLE heliosdb.access_tokens (
  token_id VARCHAR NOT NULL,
  name VARCHAR NOT NULL,
  role VARCHAR NOT NULL,
  -- The role whose grants and row filters hold for the token; null is the one named in role.
  database_role VARCHAR,
  -- SHA-256 of the secret in lower-case hexadecimal.
  secret_hash VARCHAR NOT NULL CHECK (length(secret_hash) = 64),
  -- Bounds of this token alone; null is the service's default.
  requests_per_minute INTEGER,
  run_seconds_per_hour INTEGER,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE
);
INSERT INTO heliosdb.access_tokens
  SELECT token_id, name, role, NULL, secret_hash, requests_per_minute, run_seconds_per_hour, created_at, expires_at
  FROM heliosdb.tokens;
DROP TABLE heliosdb.tokens;
