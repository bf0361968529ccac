import type { Facts, ShapeFact } from '../facts/facts.ts';
import { rowsPerQuery, scanOf, tableOf } from '../facts/facts.ts';
import { counted, defineRule, percent, rounded } from './rule.ts';

/** Reports queries whose many rows end up in one value. */
export const aggregateInGuest = defineRule({
  id: 'performance/aggregate-in-guest',
  code: 'P009',
  title: 'Many rows are fetched to compute one value',
  options: { callCountMin: 10, rowsPerQueryMin: 100 },
  evaluate({ procedure, figures, facts, options }) {
    if (figures === null || /\[\]$|^(JSON|STRUCT|MAP|LIST|BLOB)/.test(procedure.returns))
      return null;
    return procedure.shapes.flatMap((shape) => {
      const { reads, callCount, rowCount } = shape;
      const fetched = rowsPerQuery(shape);
      if (reads === null || reads.hasAggregate || reads.hasLimit) return [];
      if (callCount < options.callCountMin || fetched < options.rowsPerQueryMin) return [];
      return [
        {
          subject: shape.shape,
          severity: 'warning' as const,
          what: `${counted(fetched)} rows are fetched for each ${procedure.returns} that ${procedure.name} returns`,
          why: 'The rows are encoded, copied into the guest and added up one by one; DuckDB aggregates them in place, many at a time.',
          whatToDo: `Aggregate in the query: SELECT sum(…) FROM ${reads.tables.join(', ')} …; one row comes back.`,
          evidence: {
            queries: callCount,
            rows: rowCount,
            rowsPerQuery: rounded(fetched),
            ...selectivity(shape, fetched, facts),
            bytesIn: figures.bytesIn,
          },
          confidence: 0.7,
          expectedShare: 0.7,
          change:
            procedure.shapes.length === 1
              ? { kind: 'single-query' as const, shape: shape.shape }
              : { kind: 'source' as const, goal: 'faster' as const, metric: null },
        },
      ];
    });
  },
});

/** What share of its table a query fetches, and what DuckDB looks at to find it. */
function selectivity(
  shape: ShapeFact,
  fetched: number,
  facts: Facts,
): Record<string, string | number> {
  const [name, ...others] = shape.reads?.tables ?? [];
  const table = name === undefined || others.length > 0 ? null : tableOf(facts, name);
  if (table === null || table.rowCount === 0) return {};
  return {
    shareOfTable: percent(Math.min(1, fetched / table.rowCount)),
    scannedRows: scanOf(shape, table)?.scannedRows ?? 'unknown',
  };
}
