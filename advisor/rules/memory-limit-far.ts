import { bytes, counted, defineRule } from './rule.ts';
import { setLimit } from './set-limit.ts';

/** Reports procedures that may use far more memory than they ever did. */
export const memoryLimitFar = defineRule({
  id: 'reliability/memory-limit-far',
  code: 'R002',
  title: 'The memory limit is far too high',
  options: { callCountMin: 1000, limitBytesMin: 67_108_864, headroomMin: 16 },
  evaluate({ procedure, figures, options }) {
    const limit = Number(procedure.limits.memory_bytes_max ?? 0);
    if (figures === null || figures.callCount < options.callCountMin) return null;
    if (limit < options.limitBytesMin || figures.peakMemoryBytes * options.headroomMin > limit)
      return null;
    const value = Math.max(
      16_777_216,
      2 ** Math.ceil(Math.log2(Math.max(1, figures.peakMemoryBytes) * 4)),
    );
    return {
      subject: 'memory_bytes_max',
      severity: 'info',
      what: `It may use ${bytes(limit)} and used ${bytes(figures.peakMemoryBytes)} at most in ${counted(figures.callCount)} calls`,
      why: 'The limit is what protects the process from a call that goes wrong.',
      whatToDo: `ALTER PROCEDURE ${procedure.name} SET (memory_bytes_max = ${value}).`,
      evidence: { peakMemoryBytes: figures.peakMemoryBytes, memoryBytesMax: limit },
      confidence: 0.6,
      expectedShare: 0,
      change: setLimit(procedure, { name: 'memory_bytes_max', value, goal: 'same' }),
    };
  },
});
