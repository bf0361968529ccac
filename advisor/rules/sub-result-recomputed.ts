import { counted, defineRule, percent, rounded } from './rule.ts';
import { workShare } from './work.ts';

/** Reports aggregates that are computed again with arguments they had before. */
export const subResultRecomputed = defineRule({
  id: 'performance/sub-result-recomputed',
  code: 'P004',
  title: 'An expensive sub-result is computed again and again',
  options: { callCountMin: 100, repeatedShareMin: 0.5, workShareMin: 0.3 },
  evaluate({ procedure, figures, options }) {
    if (figures === null) return null;
    return procedure.shapes.flatMap((shape) => {
      const { callCount, repeatedCalls, memoHitCount, totalMs, reads } = shape;
      if (reads?.hasAggregate !== true || callCount < options.callCountMin) return [];
      const repeated = Math.max(0, repeatedCalls - memoHitCount);
      const share = workShare(figures, totalMs);
      if (repeated < callCount * options.repeatedShareMin || share < options.workShareMin)
        return [];
      const tables = reads.tables.join(', ');
      return [
        {
          subject: shape.shape,
          severity: 'warning' as const,
          what: `An aggregate over ${tables} was computed ${counted(callCount)} times for ${counted(shape.distinctArguments)} different questions`,
          why: `It is ${percent(share)} of the work, and ${percent(repeated / callCount)} of it repeats an earlier computation.`,
          whatToDo: `Keep the sub-result in a table that writers of ${tables} bring up to date, and look it up. Every write pays for it: worth it while reads outnumber writes.`,
          evidence: {
            queries: callCount,
            distinctArguments: shape.distinctArguments,
            repeated,
            queryMs: rounded(totalMs),
            workShare: rounded(share),
          },
          confidence: 0.5,
          expectedShare:
            Math.min(share, totalMs / Math.max(figures.wallMs, 1e-9)) * (repeated / callCount),
          change: { kind: 'materialise' as const, shape: shape.shape },
        },
      ];
    });
  },
});
