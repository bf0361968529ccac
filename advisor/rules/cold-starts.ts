import { waitsTogether } from './batching.ts';
import { counted, defineRule, percent } from './rule.ts';
import { setLimit } from './set-limit.ts';

/** Reports procedures whose calls often wait for a new instance. */
export const coldStarts = defineRule({
  id: 'performance/cold-starts',
  code: 'P015',
  title: 'Calls wait for new instances',
  options: { callCountMin: 200, coldShareMin: 0.3, instancesMax: 64 },
  evaluate({ procedure, figures, options }) {
    if (figures === null || figures.callCount < options.callCountMin) return null;
    // Rows that wait for each other's queries need an instance each, however many are ready.
    if (waitsTogether(procedure)) return null;
    // A call that fails takes its instance with it, which no pool can help.
    const coldStarts = figures.coldStartCount - figures.errorCount;
    const share = coldStarts / figures.callCount;
    if (share < options.coldShareMin) return null;
    const current = Number(procedure.limits.instances_idle_max ?? 0);
    const value = Math.min(options.instancesMax, Math.max(current * 2, 10));
    if (value <= current) return null;
    return {
      subject: 'instances_idle_max',
      severity: 'info',
      what: `${counted(coldStarts)} of ${counted(figures.callCount)} calls (${percent(share)}) had to make an instance first`,
      why: `At most ${current} instances are kept ready between statements.`,
      whatToDo: `ALTER PROCEDURE ${procedure.name} SET (instances_idle_max = ${value}). Each ready instance holds its memory.`,
      evidence: {
        coldStarts,
        calls: figures.callCount,
        instancesIdleMax: current,
        peakMemoryBytes: figures.peakMemoryBytes,
      },
      confidence: 0.4,
      expectedShare: 0.1,
      change: setLimit(procedure, { name: 'instances_idle_max', value, goal: 'faster' }),
    };
  },
});
