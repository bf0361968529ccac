import { bytes, defineRule } from './rule.ts';

/** Reports modules that were compiled for debugging. */
export const moduleUnoptimised = defineRule({
  id: 'performance/module-unoptimised',
  code: 'P013',
  title: 'The module was compiled for debugging',
  options: { rowCountMin: 1 },
  evaluate({ procedure, figures, options }) {
    const { module } = procedure;
    if (figures === null || figures.rowCount < options.rowCountMin || !module.hasDebugInfo)
      return null;
    return {
      subject: 'debug information',
      severity: 'warning',
      what: `The module carries debugging information: ${bytes(module.byteCount)}, of which ${bytes(module.codeBytes)} are code`,
      why: 'Compilers write it for builds without optimisation, which run several times slower, and every copy of the database holds it.',
      whatToDo:
        'Compile for release (cargo build --release, clang -O2 without -g) and add that as a new version.',
      evidence: { moduleBytes: module.byteCount, codeBytes: module.codeBytes },
      confidence: 0.7,
      expectedShare: 0.3,
      change: { kind: 'source', goal: 'faster', metric: null },
    };
  },
});
