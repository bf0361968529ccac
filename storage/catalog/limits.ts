/** Bounds of what a snapshot reads; each keeps loading fast on a large database. */
export const catalogLimits = {
  /** Tables up to this size are read whole: one plain scan is faster than statistics in SQL. */
  wholeRowsMax: 3_000,
  /** Tables up to this size get exact distinct counts; larger ones an estimate. */
  exactRowsMax: 30_000,
  /** Tables above this size are sampled for statistics and values. */
  scannedRowsMax: 5_000_000,
  /** A text column with at most this many spellings is read completely. */
  textValuesMax: 10_000,
  /** A number, date or boolean column with at most this many values is read completely. */
  otherValuesMax: 1_000,
  /** Spellings kept of a column that is not read completely. */
  sampleValuesMax: 400,
  /** Rows from which those spellings are taken. */
  sampleRowsMax: 100_000,
  /** Spellings kept of all columns together. */
  valuesMax: 500_000,
} as const;
