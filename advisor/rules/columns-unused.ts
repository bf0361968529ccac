import { rowsPerQuery, tableOf } from '../facts/facts.ts';
import { counted, defineRule, rounded } from './rule.ts';

/** Reports queries that ask for every column of a wide table. */
export const columnsUnused = defineRule({
  id: 'performance/columns-unused',
  code: 'P008',
  title: 'Every column is fetched',
  options: { callCountMin: 100, columnCountMin: 6 },
  evaluate({ procedure, figures, facts, options }) {
    if (figures === null) return null;
    return procedure.shapes.flatMap((shape) => {
      if (shape.reads?.isEveryColumn !== true || shape.callCount < options.callCountMin) return [];
      // What finds no row fetches no columns.
      if (shape.rowCount === 0) return [];
      const tables = shape.reads.tables.map((name) => tableOf(facts, name));
      const columnCount = tables.reduce((sum, table) => sum + (table?.columns.length ?? 0), 0);
      if (columnCount < options.columnCountMin) return [];
      return [
        {
          subject: shape.shape,
          severity: 'info' as const,
          what: `SELECT * fetches ${columnCount} columns of ${shape.reads.tables.join(', ')}, ${counted(shape.callCount)} times`,
          why: 'A column store reads each column by itself: those that nobody uses are read, encoded and copied into the guest all the same.',
          whatToDo: 'Name the columns that the procedure uses.',
          evidence: {
            columns: columnCount,
            queries: shape.callCount,
            rowsPerQuery: rounded(rowsPerQuery(shape)),
            bytesIn: figures.bytesIn,
            queryMs: rounded(shape.totalMs),
          },
          confidence: 0.5,
          expectedShare: Math.min(0.3, (shape.totalMs / Math.max(figures.wallMs, 1e-9)) * 0.3),
          change: { kind: 'source' as const, goal: 'less' as const, metric: 'bytesIn' as const },
        },
      ];
    });
  },
});
