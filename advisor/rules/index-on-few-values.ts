import { quoteIdentifier } from '#core';
import type { IndexFact, ShapeFact, TableFact } from '../facts/facts.ts';
import { scanOf, tableOf } from '../facts/facts.ts';
import type { FindingDraft } from '../findings/finding.ts';
import { counted, defineRule, printPath, rounded } from './rule.ts';

/** Reports indexes on columns with few values: those there are, and those that would suggest themselves. */
export const indexOnFewValues = defineRule({
  id: 'performance/index-on-few-values',
  code: 'P006',
  title: 'An index on a column with few values',
  options: { callCountMin: 100, distinctCountMax: 1000, rowsPerValueMin: 1000 },
  evaluate({ procedure, figures, facts, options }) {
    if (figures === null || figures.callCount < options.callCountMin) return null;
    const seen = new Set<string>();
    return procedure.shapes.flatMap((shape) => {
      const { reads } = shape;
      // Of a query for one value, that value is what a textbook would index.
      const values = reads?.lookup?.valueColumns ?? [];
      const names = values.length === 1 ? values : [];
      const found = reads === null ? [] : reads.tables.map((name) => tableOf(facts, name));
      return found.flatMap((table) => {
        if (table === null) return [];
        return table.columns.flatMap((column) => {
          const values = column.distinctCount ?? 0;
          const isFew =
            values > 0 &&
            values <= options.distinctCountMax &&
            table.rowCount / values >= options.rowsPerValueMin;
          const isWord = /^(VARCHAR|BOOLEAN|ENUM)/.test(column.type);
          const isRead =
            isWord && names.some((name) => name.toLowerCase() === column.name.toLowerCase());
          const key = printPath(table.name, column.name);
          if (!isFew || seen.has(key)) return [];
          const index = table.indexes.find(
            ({ columns }) => columns[0]?.toLowerCase() === column.name.toLowerCase(),
          );
          if (index?.isConstraint === true || (index === undefined && !isRead)) return [];
          seen.add(key);
          const isUsed = scanOf(shape, table)?.isIndexed === true && asksFor(shape, column.name);
          const subject = { table, column: column.name, values, isUsed };
          return [index === undefined ? proposed(subject) : existing(subject, index)];
        });
      });
    });
  },
});

interface Subject {
  readonly table: TableFact;
  readonly column: string;
  readonly values: number;
  /** Whether DuckDB answers the query with the column's index. */
  readonly isUsed: boolean;
}

function asksFor({ reads }: ShapeFact, column: string): boolean {
  const asked = reads?.equalityColumns ?? [];
  return asked.some((name) => name.toLowerCase() === column.toLowerCase());
}

/** Rows that have the same value, on average. */
function rowsPerValue({ table, values }: Subject): number {
  return rounded(table.rowCount / values);
}

function proposed(subject: Subject): FindingDraft {
  const { table, column, values } = subject;
  const name = `${table.name}_${column}_index`.toLowerCase().replaceAll(/[^a-z0-9_]/g, '_');
  const source = printPath(table.schema, table.name);
  const target = printPath(table.name, column);
  return {
    subject: target,
    severity: 'info',
    what: `Add an index on ${target}? It has ${counted(values)} distinct values in ${counted(table.rowCount)} rows`,
    why: 'The textbook advice for a column that a procedure reads. A column store scans such a column faster than an index finds thousands of rows a value, and every write has to keep the index, so this is expected not to pay.',
    whatToDo: `Do not, unless a replay on this database says otherwise: CREATE INDEX ${name} ON ${source} (${quoteIdentifier(column)}).`,
    evidence: {
      distinctValues: values,
      tableRows: table.rowCount,
      rowsPerValue: rowsPerValue(subject),
    },
    confidence: 0.05,
    expectedShare: 0,
    change: {
      kind: 'script',
      apply: [`CREATE INDEX ${name} ON ${source} (${quoteIdentifier(column)})`],
      revert: [`DROP INDEX ${printPath(table.schema, name)}`],
      goal: 'faster',
      metric: null,
      isTogether: false,
      upkeepTable: source,
      probe: { table: source, column },
    },
  };
}

function existing(subject: Subject, index: IndexFact): FindingDraft {
  const { table, column, values, isUsed } = subject;
  const source = printPath(table.schema, table.name);
  return {
    subject: `index ${index.name}`,
    severity: 'info',
    what: `Index ${index.name} is on ${printPath(table.name, column)}, which has ${counted(values)} distinct values in ${counted(table.rowCount)} rows`,
    why: isUsed
      ? 'DuckDB finds the rows with it, and a value is in thousands of rows, which a scan finds as fast; every write keeps the index up to date all the same.'
      : 'DuckDB does not use it for what is asked: a value is in thousands of rows, which a scan finds as fast. Every write keeps the index up to date all the same.',
    whatToDo: `DROP INDEX ${printPath(table.schema, index.name)}.`,
    evidence: {
      distinctValues: values,
      tableRows: table.rowCount,
      rowsPerValue: rowsPerValue(subject),
      isUsed,
    },
    confidence: isUsed ? 0.3 : 0.5,
    expectedShare: 0,
    change: {
      kind: 'script',
      apply: [`DROP INDEX ${printPath(table.schema, index.name)}`],
      revert: [
        `CREATE ${index.isUnique ? 'UNIQUE ' : ''}INDEX ${quoteIdentifier(index.name)} ON ${source} (${index.columns.map(quoteIdentifier).join(', ')})`,
      ],
      goal: 'same',
      metric: null,
      isTogether: false,
      upkeepTable: source,
      probe: { table: source, column },
    },
  };
}
