-- What guests counted and observed under names of their own, over all time: written in batches by
-- heliosdb_flush(), read through heliosdb_custom_metrics().
CREATE TABLE heliosdb.custom_metrics (
  procedure_id VARCHAR NOT NULL,
  procedure VARCHAR NOT NULL,
  version INTEGER NOT NULL,
  name VARCHAR NOT NULL,
  -- 'count' or 'observation'.
  kind VARCHAR NOT NULL,
  reports BIGINT NOT NULL,
  total DOUBLE NOT NULL,
  minimum DOUBLE NOT NULL,
  maximum DOUBLE NOT NULL
);
