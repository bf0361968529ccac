import { isAnsweredTogether, unbatchedReason } from './batching.ts';
import { counted, defineRule, percent, printPath, rounded } from './rule.ts';

/** Reports lookups that ask again what was answered before. */
export const repeatedLookup = defineRule({
  id: 'performance/repeated-lookup',
  code: 'P001',
  title: 'The same lookup is asked again and again',
  options: { callCountMin: 100, unansweredShareMin: 0.2 },
  evaluate({ procedure, figures, options }) {
    if (figures === null) return null;
    return procedure.shapes.flatMap((shape) => {
      const { callCount, repeatedCalls, memoHitCount, distinctArguments, reads } = shape;
      if (reads === null || callCount < options.callCountMin) return [];
      // What the engine answered from memory was repeated too, and cost nothing.
      const unanswered = Math.max(0, repeatedCalls - memoHitCount);
      const share = unanswered / callCount;
      if (share < options.unansweredShareMin) return [];
      // Within a statement equal calls are made once, also where their queries are asked one by one.
      if (!['arrival', 'guest-size'].includes(unbatchedReason(procedure, shape))) return [];
      // A batch answers equal questions once, and memory is not asked.
      if (isAnsweredTogether(figures)) return [];
      const asked = reads.lookup?.valueColumns.map((column) =>
        printPath(reads.lookup?.table ?? '', column),
      );
      const what = asked?.length ? `the lookup of ${asked.join(', ')}` : 'the query';
      return [
        {
          subject: shape.shape,
          severity: 'warning' as const,
          what: `Cache ${what}: ${counted(unanswered)} of ${counted(callCount)} queries repeated an earlier one`,
          why: 'Answers are remembered within a statement, and here most statements make one call, so nothing is remembered and no queries are answered together.',
          whatToDo: `Call ${procedure.name} for many rows in one statement: the engine then asks each of the ${counted(distinctArguments)} distinct questions once.`,
          evidence: {
            queries: callCount,
            distinctArguments,
            repeated: repeatedCalls,
            answeredFromMemory: memoHitCount,
            calls: figures.callCount,
            statements: figures.statementCount,
            queryMs: rounded(shape.totalMs),
            unansweredShare: percent(share),
          },
          confidence: 0.9,
          expectedShare: Math.min(0.95, (shape.totalMs / Math.max(figures.wallMs, 1e-9)) * 0.9),
          change: { kind: 'one-statement' as const },
        },
      ];
    });
  },
});
