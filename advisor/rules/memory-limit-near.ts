import { bytes, defineRule, percent } from './rule.ts';
import { setLimit } from './set-limit.ts';

/** Reports procedures that nearly use up their memory. */
export const memoryLimitNear = defineRule({
  id: 'reliability/memory-limit-near',
  code: 'R001',
  title: 'The memory limit is near',
  options: { usedShareMin: 0.8 },
  evaluate({ procedure, figures, options }) {
    const limit = Number(procedure.limits.memory_bytes_max ?? 0);
    if (figures === null || limit === 0) return null;
    const share = figures.peakMemoryBytes / limit;
    if (share < options.usedShareMin) return null;
    const value = Math.min(4_294_967_296, limit * 2);
    return {
      subject: 'memory_bytes_max',
      severity: 'warning',
      what: `An instance used ${bytes(figures.peakMemoryBytes)} of the ${bytes(limit)} it may (${percent(share)})`,
      why: 'A call that needs more fails its statement with 53400.',
      whatToDo: `ALTER PROCEDURE ${procedure.name} SET (memory_bytes_max = ${value}), or find what grows.`,
      evidence: { peakMemoryBytes: figures.peakMemoryBytes, memoryBytesMax: limit },
      confidence: 0.8,
      expectedShare: 0,
      change:
        value > limit
          ? setLimit(procedure, { name: 'memory_bytes_max', value, goal: 'same' })
          : null,
    };
  },
});
