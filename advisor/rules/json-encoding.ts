import { bytes, defineRule } from './rule.ts';

/** Reports procedures that exchange much data as JSON. */
export const jsonEncoding = defineRule({
  id: 'performance/json-encoding',
  code: 'P014',
  title: 'Query results travel as JSON where MessagePack would do',
  options: { bytesMin: 1_000_000 },
  evaluate({ procedure, figures, options }) {
    const { exports, hostFunctions } = procedure.module;
    if (figures === null || exports.includes('heliosdb_value_format')) return null;
    if (!hostFunctions.some((name) => name.includes('query'))) return null;
    const moved = figures.bytesIn + figures.bytesOut;
    if (moved < options.bytesMin) return null;
    return {
      subject: 'json',
      severity: 'info',
      what: `${bytes(moved)} went into and out of the guest as JSON`,
      why: 'A module that does not name a format gets JSON: numbers are printed and parsed again, and names are repeated in every row.',
      whatToDo: 'Export heliosdb_value_format and read MessagePack, as the SDKs do.',
      evidence: { bytesIn: figures.bytesIn, bytesOut: figures.bytesOut, calls: figures.callCount },
      confidence: 0.6,
      expectedShare: 0.15,
      change: { kind: 'source', goal: 'less', metric: 'bytesIn' },
    };
  },
});
