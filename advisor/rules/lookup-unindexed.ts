import { quoteIdentifier } from '#core';
import { rowsPerQuery, scanOf, tableOf } from '../facts/facts.ts';
import { isAnsweredTogether } from './batching.ts';
import { counted, defineRule, duration, printPath, rounded } from './rule.ts';

/** Reports lookups of single rows in a large table that has no index on the key. */
export const lookupUnindexed = defineRule({
  id: 'performance/lookup-unindexed',
  code: 'P005',
  title: 'Single rows are looked up without an index',
  options: { callCountMin: 50, tableRowsMin: 50_000, distinctShareMin: 0.1 },
  evaluate({ procedure, figures, facts, options }) {
    if (figures === null) return null;
    return procedure.shapes.flatMap((shape) => {
      const lookup = shape.reads?.lookup ?? null;
      const table = lookup === null ? null : tableOf(facts, lookup.table);
      const [key, ...keys] = lookup?.keyColumns ?? [];
      if (lookup === null || table === null || key === undefined || keys.length > 0) return [];
      if (shape.callCount < options.callCountMin || table.rowCount < options.tableRowsMin)
        return [];
      // A batch reads the table once, whether or not there is an index.
      if (isAnsweredTogether(figures)) return [];
      const scan = scanOf(shape, table);
      // Where the rows lie in the order of the key, DuckDB passes over nearly all blocks already.
      const scannedRows = scan?.scannedRows ?? table.rowCount;
      if (scan?.isIndexed === true || scannedRows < options.tableRowsMin) return [];
      const isSame = (name: string) => name.toLowerCase() === key.toLowerCase();
      if (table.indexes.some(({ columns }) => isSame(columns[0] ?? ''))) return [];
      const distinctCount = table.columns.find(({ name }) => isSame(name))?.distinctCount ?? 0;
      if (distinctCount < table.rowCount * options.distinctShareMin) return [];
      const name = indexName(table.name, key);
      const source = printPath(table.schema, table.name);
      return [
        {
          subject: printPath(lookup.table, key),
          severity: 'warning' as const,
          what: `Index ${printPath(lookup.table, key)}: ${counted(shape.callCount)} lookups scanned ${counted(scannedRows)} rows each`,
          why: `The column is selective, with about ${counted(distinctCount)} distinct values, and no index starts with it; a lookup takes ${duration((shape.totalMs * 1000) / shape.callCount)}.`,
          whatToDo: `CREATE INDEX ${name} ON ${source} (${quoteIdentifier(key)}). Writers of the table pay for it: the replay measures how much.`,
          evidence: {
            lookups: shape.callCount,
            tableRows: table.rowCount,
            scannedRows,
            estimatedRows: scan?.estimatedRows ?? 'unknown',
            rowsPerQuery: rounded(rowsPerQuery(shape)),
            distinctValues: distinctCount,
            queryMs: rounded(shape.totalMs),
          },
          confidence: 0.7,
          expectedShare: Math.min(0.9, (shape.totalMs / Math.max(figures.wallMs, 1e-9)) * 0.8),
          change: {
            kind: 'script' as const,
            apply: [`CREATE INDEX ${name} ON ${source} (${quoteIdentifier(key)})`],
            revert: [`DROP INDEX ${printPath(table.schema, name)}`],
            goal: 'faster' as const,
            metric: null,
            isTogether: false,
            upkeepTable: source,
            probe: { table: source, column: key },
          },
        },
      ];
    });
  },
});

function indexName(table: string, column: string): string {
  return `${table}_${column}_index`.toLowerCase().replaceAll(/[^a-z0-9_]/g, '_');
}
