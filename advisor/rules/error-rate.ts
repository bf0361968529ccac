import { counted, defineRule, percent } from './rule.ts';

/** Reports procedures of which many calls fail. */
export const errorRate = defineRule({
  id: 'reliability/error-rate',
  code: 'R009',
  title: 'Many calls fail',
  options: { callCountMin: 50, errorShareMin: 0.05 },
  evaluate({ procedure, figures, options }) {
    if (figures === null || figures.callCount < options.callCountMin) return null;
    const share = figures.errorCount / figures.callCount;
    // Swallowed errors are the business of another rule.
    if (share < options.errorShareMin || procedure.onError === 'NULL') return null;
    const [state = '?', count = 0] =
      Object.entries(figures.errorsByState).sort(([, left], [, right]) => right - left)[0] ?? [];
    return {
      subject: 'errors',
      severity: figures.trapCount > 0 ? 'error' : 'warning',
      what: `${percent(share)} of the calls fail, most often with ${state} (${counted(count)} times)`,
      why: 'Each of them failed the whole statement that made it.',
      whatToDo: `heliosdb logs --procedure ${procedure.name} --level error shows them; guard calls with CASE WHEN … THEN ${procedure.name}(…) END.`,
      evidence: {
        errors: figures.errorCount,
        traps: figures.trapCount,
        calls: figures.callCount,
        state,
      },
      confidence: 0.8,
      expectedShare: 0,
      change: { kind: 'source', goal: 'less', metric: 'errors' },
    };
  },
});
