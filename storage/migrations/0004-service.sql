-- What the service remembers: runs, tokens, and who did what.
-- Tables without keys: rows are only added and, when they are old, removed.

-- A run as it was asked for.
CREATE TABLE heliosdb.runs (
  -- Grows with every run.
  sequence BIGINT NOT NULL,
  run_id VARCHAR NOT NULL,
  question VARCHAR NOT NULL,
  conversation_id VARCHAR,
  -- Id and name of whoever asked.
  identity_id VARCHAR NOT NULL,
  identity VARCHAR NOT NULL,
  is_plan_only BOOLEAN NOT NULL,
  started_at TIMESTAMP WITH TIME ZONE NOT NULL
);

-- How a run ended. A run without a row here is running, or its service was killed.
CREATE TABLE heliosdb.run_results (
  run_id VARCHAR NOT NULL,
  status VARCHAR NOT NULL,
  finished_at TIMESTAMP WITH TIME ZONE NOT NULL,
  -- One sentence, for lists.
  answer VARCHAR,
  row_count BIGINT,
  -- The run as the service shows it, with plan, tasks, SQL and the first rows of the answer.
  run JSON NOT NULL,
  byte_count BIGINT NOT NULL
);

-- What people thought of an answer; the last word counts.
CREATE TABLE heliosdb.run_feedback (
  run_id VARCHAR NOT NULL,
  identity VARCHAR NOT NULL,
  rating INTEGER NOT NULL CHECK (rating IN (-1, 1)),
  comment VARCHAR,
  given_at TIMESTAMP WITH TIME ZONE NOT NULL
);

-- Secrets that let programs and people in. The secret itself is never kept.
CREATE TABLE heliosdb.tokens (
  token_id VARCHAR NOT NULL,
  name VARCHAR NOT NULL,
  role VARCHAR NOT NULL,
  -- SHA-256 of the secret in lower-case hexadecimal.
  secret_hash VARCHAR NOT NULL CHECK (length(secret_hash) = 64),
  -- Bounds of this token alone; null is the service's default.
  requests_per_minute INTEGER,
  run_seconds_per_hour INTEGER,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE
);

CREATE TABLE heliosdb.audit_log (
  happened_at TIMESTAMP WITH TIME ZONE NOT NULL,
  identity_id VARCHAR NOT NULL,
  identity VARCHAR NOT NULL,
  action VARCHAR NOT NULL,
  -- What it was done to: a run, a procedure, a statement, a token.
  object VARCHAR NOT NULL,
  -- SQLSTATE of the refusal or failure; null when it was done.
  sqlstate VARCHAR,
  request_id VARCHAR
);
