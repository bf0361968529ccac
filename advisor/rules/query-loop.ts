import type { Lookup, ShapeFact } from '../facts/facts.ts';
import { scanOf, tableOf } from '../facts/facts.ts';
import { batchingText, isAnsweredTogether } from './batching.ts';
import { counted, defineRule, printPath, rounded } from './rule.ts';

/** Reports a query in a loop over another query's rows, and writes the join that replaces both. */
export const queryLoop = defineRule({
  id: 'performance/query-loop',
  code: 'P007',
  title: 'A loop of queries that one statement replaces',
  options: { callCountMin: 50, innerPerCallMin: 1.3 },
  evaluate({ procedure, figures, facts, options }) {
    if (figures === null || figures.callCount < options.callCountMin) return null;
    // The engine sees the loop's queries coming and answers them for many rows at once.
    if (isAnsweredTogether(figures)) return null;
    for (const outer of procedure.shapes) {
      for (const inner of procedure.shapes) {
        const link = outer === inner ? null : linkOf(outer, inner);
        if (link === null) continue;
        const perCall = inner.callCount / figures.callCount;
        if (perCall < options.innerPerCallMin || inner.callCount <= outer.callCount) continue;
        const table = tableOf(facts, link.inner.table);
        const scannedRows = table === null ? null : (scanOf(inner, table)?.scannedRows ?? null);
        const share = (inner.totalMs + outer.totalMs) / Math.max(figures.wallMs, 1e-9);
        return {
          subject: `${outer.shape} / ${inner.shape}`,
          severity: 'warning',
          what: `A loop asks ${printPath(link.inner.table, link.column)} ${rounded(perCall)} times a call: ${counted(inner.callCount)} queries for ${counted(figures.callCount)} calls`,
          why: 'Each round pays for a query of its own, although the first query already knows all the keys.',
          whatToDo: `Ask once: ${joinOf(link)}`,
          evidence: {
            calls: figures.callCount,
            outerQueries: outer.callCount,
            outerRows: outer.rowCount,
            innerQueries: inner.callCount,
            innerPerCall: rounded(perCall),
            statements: figures.statementCount,
            ...(scannedRows === null ? {} : { scannedRowsPerInner: scannedRows }),
            answered: batchingText(figures),
            queryMs: rounded(inner.totalMs + outer.totalMs),
          },
          confidence: 0.8,
          expectedShare: Math.min(0.95, share * 0.9),
          change: { kind: 'loop-join', outer: outer.shape, inner: inner.shape },
        };
      }
    }
    return null;
  },
});

/** Two lookups of which the first gives the keys of the second. */
interface Link {
  readonly outer: Lookup;
  readonly inner: Lookup;
  readonly column: string;
}

function linkOf(outer: ShapeFact, inner: ShapeFact): Link | null {
  const [from, to] = [outer.reads?.lookup ?? null, inner.reads?.lookup ?? null];
  const [key, ...keys] = to?.keyColumns ?? [];
  if (from === null || to === null || key === undefined || keys.length > 0) return null;
  const isGiven = from.valueColumns.some((name) => name.toLowerCase() === key.toLowerCase());
  return isGiven && to.valueColumns.length > 0 ? { outer: from, inner: to, column: key } : null;
}

function joinOf({ outer, inner, column }: Link): string {
  const columns = [
    ...outer.valueColumns.map((name) => printPath('o', name)),
    ...inner.valueColumns.map((name) => printPath('i', name)),
  ];
  const keys = outer.keyColumns.map((name) => `${printPath('o', name)} = ?`);
  return (
    `SELECT ${columns.join(', ')} FROM ${printPath(outer.table)} o ` +
    `LEFT JOIN ${printPath(inner.table)} i ON ${printPath('i', column)} = ${printPath('o', column)} ` +
    `WHERE ${keys.join(' AND ')}`
  );
}
