import { defineRule, duration } from './rule.ts';
import { setLimit } from './set-limit.ts';

/** Reports procedures whose slow calls come near their time limit. */
export const timeLimitNear = defineRule({
  id: 'reliability/time-limit-near',
  code: 'R003',
  title: 'The time limit is near',
  options: { usedShareMin: 0.5, callCountMin: 20 },
  evaluate({ procedure, figures, options }) {
    const limitUs = Number(procedure.limits.timeout_ms ?? 0) * 1000;
    if (figures === null || figures.callCount < options.callCountMin || limitUs === 0) return null;
    // The limit is on the guest's own time; what queries take is bounded by another one.
    const guestShare = Math.min(1, figures.guestCpuMs / Math.max(figures.wallMs, 1e-9));
    const slowUs = (figures.callP99Us ?? 0) * guestShare;
    if (slowUs < limitUs * options.usedShareMin) return null;
    const value = Math.min(3_600_000, (limitUs / 1000) * 3);
    return {
      subject: 'timeout_ms',
      severity: 'warning',
      what: `One call in a hundred takes ${duration(slowUs)} of guest time, of ${duration(limitUs)} allowed`,
      why: 'A call that takes longer fails its statement with 57014.',
      whatToDo: `Find what is slow (heliosdb procedure profile ${procedure.name}), or ALTER PROCEDURE ${procedure.name} SET (timeout_ms = ${value}).`,
      evidence: { slowCallMs: Math.round(slowUs / 1000), timeoutMs: limitUs / 1000 },
      confidence: 0.7,
      expectedShare: 0,
      change: setLimit(procedure, { name: 'timeout_ms', value, goal: 'same' }),
    };
  },
});
