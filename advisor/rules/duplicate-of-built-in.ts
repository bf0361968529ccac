import { defineRule } from './rule.ts';

/** Reports procedures that are named like one of DuckDB's own functions. */
export const duplicateOfBuiltIn = defineRule({
  id: 'maintenance/duplicate-of-built-in',
  code: 'M002',
  title: "The same as one of DuckDB's own functions",
  options: { rowCountMin: 1 },
  evaluate({ procedure, figures, facts, options }) {
    if (figures === null || figures.rowCount < options.rowCountMin) return null;
    // One that asks the database is no mere function; a module may hold others that do.
    if (figures.queryCount > 0) return null;
    const plain = (name: string): string =>
      name
        .toLowerCase()
        .replace(/^(my|fn|udf|sp|wasm|f)_/, '')
        .replaceAll('_', '');
    const name = facts.builtIns.find((known) => plain(known) === plain(procedure.name));
    if (name === undefined) return null;
    return {
      subject: name,
      severity: 'info',
      what: `${procedure.name} may be what DuckDB's own ${name}() does`,
      why: 'A built-in runs over whole columns without leaving DuckDB, and others maintain it.',
      whatToDo: `Use ${name}(…) in its place, if the replay finds the results equal.`,
      evidence: { builtIn: name, rows: figures.rowCount },
      confidence: 0.5,
      expectedShare: 0.8,
      change: { kind: 'call-instead', name, goal: 'faster' },
    };
  },
});
