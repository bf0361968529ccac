import { tableOf } from '../facts/facts.ts';
import { counted, defineRule, isReadOnly, printPath, rounded } from './rule.ts';

/** Reports procedures whose result hangs on a looked-up value that has few different ones. */
export const ratesMaterialisable = defineRule({
  id: 'performance/rates-materialisable',
  code: 'P003',
  title: 'The result hangs on few values and fits into a small table',
  options: { callCountMin: 100, distinctCountMax: 64 },
  evaluate({ procedure, figures, facts, options }) {
    if (figures === null || figures.callCount < options.callCountMin) return null;
    if (!isReadOnly(procedure) || procedure.volatility === 'VOLATILE') return null;
    const [shape, ...others] = procedure.shapes;
    const lookup = shape?.reads?.lookup ?? null;
    if (shape === undefined || lookup === null || others.length > 0) return null;
    const [value, ...values] = lookup.valueColumns;
    const table = tableOf(facts, lookup.table);
    if (value === undefined || values.length > 0 || table === null) return null;
    const column = table.columns.find(({ name }) => name.toLowerCase() === value.toLowerCase());
    const distinctCount = column?.distinctCount ?? 0;
    if (distinctCount === 0 || distinctCount > options.distinctCountMax) return null;
    const name = printPath(lookup.table, value);
    return {
      subject: shape.shape,
      severity: 'warning',
      what: `Materialise the rates of ${procedure.name}: ${name} has ${distinctCount} distinct values`,
      why: `Every call looks up one of ${distinctCount} values and computes from it. A table with one row a value lets DuckDB join instead of calling the guest ${counted(figures.callCount)} times.`,
      whatToDo:
        'Put the rate of each value into a table and compute from it in SQL. The replay works out the rates and checks them against every call.',
      evidence: {
        distinctValues: distinctCount,
        tableRows: table.rowCount,
        calls: figures.callCount,
        wallMs: rounded(figures.wallMs),
      },
      confidence: 0.6,
      expectedShare: 0.8,
      change: { kind: 'lookup-rates', shape: shape.shape },
    };
  },
});
