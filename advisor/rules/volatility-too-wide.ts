import { tellsWhatItNeeds } from './interpreters.ts';
import { counted, defineRule, isReadOnly } from './rule.ts';

/** Reports procedures that are declared less predictable than they are. */
export const volatilityTooWide = defineRule({
  id: 'performance/volatility-too-wide',
  code: 'P011',
  title: 'Declared more volatile than it is',
  options: { rowCountMin: 100 },
  evaluate({ procedure, figures, options }) {
    if (figures === null || figures.rowCount < options.rowCountMin || !isReadOnly(procedure))
      return null;
    const { hostFunctions, engines } = procedure.module;
    const asksClock = hostFunctions.some((name) => /now|random|clock|seal/.test(name));
    // What the source of an interpreter's program needs of the host is imported by its module; of
    // other interpreters the clock and random numbers may be hidden.
    const isKnown = engines.every(tellsWhatItNeeds);
    if (asksClock || !isKnown) return null;
    const asks = hostFunctions.some((name) => /query|cursor_open/.test(name));
    const fitting = asks ? 'STABLE' : 'IMMUTABLE';
    if (procedure.volatility === fitting || procedure.volatility === 'IMMUTABLE') return null;
    return {
      subject: fitting,
      severity: procedure.volatility === 'VOLATILE' ? 'warning' : 'info',
      what: `${procedure.name} is declared ${procedure.volatility}, and its module can do nothing that needs it: it is ${fitting}`,
      why: asks
        ? 'Of a VOLATILE procedure no result is remembered and no queries are answered together.'
        : 'DuckDB may compute an IMMUTABLE procedure once for equal constants, and move it about in a plan.',
      whatToDo: `CREATE OR REPLACE PROCEDURE ${procedure.name} … ${fitting}.`,
      evidence: {
        declared: procedure.volatility,
        fitting,
        rows: figures.rowCount,
        rowsText: counted(figures.rowCount),
      },
      confidence: 0.8,
      expectedShare: asks && procedure.volatility === 'VOLATILE' ? 0.5 : 0.05,
      change: { kind: 'redeclare', volatility: fitting, capabilities: null },
    };
  },
});
