import { counted, defineRule, percent, rounded } from './rule.ts';

/** Reports procedures that compute only, and are called for one row after the other. */
export const rowAtATime = defineRule({
  id: 'performance/row-at-a-time',
  code: 'P010',
  title: 'Rows are passed one by one where whole columns could be',
  options: { rowCountMin: 10_000, marshallingShareMin: 0.25 },
  evaluate({ procedure, figures, options }) {
    const { hostFunctions, exports } = procedure.module;
    if (figures === null || figures.callCount < options.rowCountMin) return null;
    // A module that asks or logs needs a call a row; one with a columnar entry has it already.
    if (hostFunctions.some((name) => /query|_tx$|log/.test(name))) return null;
    if (exports.some((name) => name.startsWith('heliosdb_columnar/'))) return null;
    const share =
      figures.marshallingMs / Math.max(figures.marshallingMs + figures.guestCpuMs, 1e-9);
    if (share < options.marshallingShareMin) return null;
    return {
      subject: 'columnar',
      severity: 'info',
      what: `${percent(share)} of the time goes into passing ${counted(figures.callCount)} rows one by one`,
      why: 'The procedure only computes. With the columnar entry of its SDK it gets a whole chunk of rows in one call.',
      whatToDo: 'Compile it with an SDK that writes the columnar entry; its source stays the same.',
      evidence: {
        calls: figures.callCount,
        marshallingMs: rounded(figures.marshallingMs),
        wallMs: rounded(figures.wallMs),
      },
      confidence: 0.7,
      expectedShare: Math.min(0.9, share * 0.8),
      change: { kind: 'source', goal: 'faster', metric: null },
    };
  },
});
