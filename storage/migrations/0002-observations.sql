-- What procedures did: written in batches by heliosdb_flush(), read through heliosdb_metrics(),
-- heliosdb_query_shapes(), heliosdb_samples() and heliosdb_logs(), bounded by retention.
-- Tables without keys: one writer at a time replaces whole rows, and a key would make that fail.

-- One row a procedure version and hour. Durations are nanoseconds.
CREATE TABLE heliosdb.metrics_history (
  hour TIMESTAMP WITH TIME ZONE NOT NULL,
  procedure_id VARCHAR NOT NULL,
  procedure VARCHAR NOT NULL,
  version INTEGER NOT NULL,
  -- The counters by name, as the engine defines them.
  sums JSON NOT NULL,
  peak_memory_bytes BIGINT NOT NULL,
  -- Failed calls by SQLSTATE.
  errors JSON NOT NULL,
  -- Distributions of one call's wall and CPU time as "bucket:count" pairs.
  wall VARCHAR NOT NULL,
  cpu VARCHAR NOT NULL
);

-- Nested queries without their literals, over all time.
CREATE TABLE heliosdb.query_shapes (
  procedure_id VARCHAR NOT NULL,
  procedure VARCHAR NOT NULL,
  version INTEGER NOT NULL,
  shape VARCHAR NOT NULL,
  -- One real query of the shape.
  example VARCHAR NOT NULL,
  calls BIGINT NOT NULL,
  memo_hits BIGINT NOT NULL,
  errors BIGINT NOT NULL,
  nanoseconds BIGINT NOT NULL,
  row_count BIGINT NOT NULL,
  -- A sketch of distinct arguments.
  distinct_arguments BLOB NOT NULL
);

-- A uniform sample of the arguments a procedure was called with, as texts to be cast.
CREATE TABLE heliosdb.argument_samples (
  procedure_id VARCHAR NOT NULL,
  procedure VARCHAR NOT NULL,
  version INTEGER NOT NULL,
  -- Rows that the sample stands for.
  row_count BIGINT NOT NULL,
  -- [["12345", "599.990"], …]; null is NULL.
  samples JSON NOT NULL
);

CREATE TABLE heliosdb.logs (
  -- Grows with every line, over all processes.
  sequence BIGINT NOT NULL,
  time TIMESTAMP WITH TIME ZONE NOT NULL,
  level VARCHAR NOT NULL,
  procedure VARCHAR NOT NULL,
  version INTEGER NOT NULL,
  message VARCHAR NOT NULL
);
