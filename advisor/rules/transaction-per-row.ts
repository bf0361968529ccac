import { counted, defineRule, duration } from './rule.ts';

/** Reports procedures that open a transaction in every call, or hold one for long. */
export const transactionPerRow = defineRule({
  id: 'reliability/transaction-per-row',
  code: 'R004',
  title: 'A transaction for every row, or held for long',
  options: { callCountMin: 100, heldUsMin: 100_000 },
  evaluate({ procedure, figures, options }) {
    if (figures === null || !procedure.module.hostFunctions.includes('heliosdb_begin_tx'))
      return null;
    const slowUs = figures.callP95Us ?? 0;
    const isOften = figures.callCount >= options.callCountMin;
    if (!isOften && slowUs < options.heldUsMin) return null;
    return {
      subject: 'transaction',
      severity: 'warning',
      what: isOften
        ? `${counted(figures.callCount)} calls could each open a transaction of their own`
        : `A call, and with it its transaction, takes ${duration(slowUs)}`,
      why: 'Each commit waits for the disk, conflicts with the others grow with every row, and rows with transactions cannot share queries.',
      whatToDo:
        'Let the procedure compute, and write its results with one INSERT … SELECT or UPDATE … FROM in the transaction of the caller.',
      evidence: { calls: figures.callCount, callP95Us: Math.round(slowUs) },
      confidence: 0.6,
      expectedShare: 0.5,
      change: { kind: 'source', goal: 'faster', metric: null },
    };
  },
});
