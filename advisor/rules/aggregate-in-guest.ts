import { counted, defineRule, rounded } from './rule.ts';

/** Reports queries whose many rows end up in one value. */
export const aggregateInGuest = defineRule({
  id: 'performance/aggregate-in-guest',
  code: 'P009',
  title: 'Many rows are fetched to compute one value',
  options: { callCountMin: 10, rowsPerQueryMin: 100 },
  evaluate({ procedure, figures, options }) {
    if (figures === null || /\[\]$|^(JSON|STRUCT|MAP|LIST|BLOB)/.test(procedure.returns))
      return null;
    return procedure.shapes.flatMap((shape) => {
      const { reads, callCount, rowCount } = shape;
      if (reads === null || reads.hasAggregate || reads.hasLimit) return [];
      const rowsPerQuery = rowCount / Math.max(1, callCount - shape.memoHitCount);
      if (callCount < options.callCountMin || rowsPerQuery < options.rowsPerQueryMin) return [];
      return [
        {
          subject: shape.shape,
          severity: 'warning' as const,
          what: `${counted(rowsPerQuery)} rows are fetched for each ${procedure.returns} that ${procedure.name} returns`,
          why: 'The rows are encoded, copied into the guest and added up one by one; DuckDB aggregates them in place, many at a time.',
          whatToDo: `Aggregate in the query: SELECT sum(…) FROM ${reads.tables.join(', ')} …; one row comes back.`,
          evidence: {
            queries: callCount,
            rows: rowCount,
            rowsPerQuery: rounded(rowsPerQuery),
            bytesIn: figures.bytesIn,
          },
          confidence: 0.7,
          expectedShare: 0.7,
          change: null,
        },
      ];
    });
  },
});
