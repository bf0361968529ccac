import { interpreterName } from './interpreters.ts';
import { defineRule, duration, percent, rounded } from './rule.ts';
import { guestMs, startCount, workShare } from './work.ts';

/** Reports procedures that spend their time in an interpreter. */
export const interpreterBound = defineRule({
  id: 'performance/interpreter-bound',
  code: 'P012',
  title: 'Most of the time is spent in an interpreter',
  options: { callCountMin: 100, cpuShareMin: 0.6, cpuPerCallUsMin: 500 },
  evaluate({ procedure, figures, options }) {
    const [engine] = procedure.module.engines;
    if (figures === null || engine === undefined || figures.callCount < options.callCountMin)
      return null;
    const cpuMs = guestMs(figures);
    const share = workShare(figures, cpuMs);
    const perCallUs = (cpuMs * 1000) / figures.callCount;
    if (share < options.cpuShareMin || perCallUs < options.cpuPerCallUsMin) return null;
    return {
      subject: 'interpreter',
      severity: 'info',
      what: `${percent(share)} of the time is guest code in an interpreter, ${duration(perCallUs)} a call`,
      why: `The module runs in ${interpreterName(engine)}, which interprets its source; compiled languages do the same work 10 to 50 times faster.`,
      whatToDo:
        'Move the inner loop into SQL, or write this procedure in Rust, C, Go or AssemblyScript. heliosdb procedure profile shows where the time goes.',
      evidence: {
        engine,
        calls: figures.callCount,
        guestCpuMs: rounded(cpuMs),
        starts: startCount(figures),
        cpuPerCallUs: rounded(perCallUs),
      },
      confidence: 0.6,
      expectedShare: share * 0.8,
      change: { kind: 'source', goal: 'faster', metric: null },
    };
  },
});
