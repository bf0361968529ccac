import { bytes, defineRule } from './rule.ts';
import { setLimit } from './set-limit.ts';

/** Reports pools that hold much memory for instances that are hardly used. */
export const poolTooLarge = defineRule({
  id: 'performance/pool-too-large',
  code: 'P016',
  title: 'Ready instances hold much memory',
  options: { callCountMin: 100, poolBytesMin: 268_435_456, instancesDefault: 10 },
  evaluate({ procedure, figures, options }) {
    if (figures === null || figures.callCount < options.callCountMin) return null;
    const instances = Number(procedure.limits.instances_idle_max ?? 0);
    const poolBytes = instances * figures.peakMemoryBytes;
    if (instances <= options.instancesDefault || poolBytes < options.poolBytesMin) return null;
    if (figures.poolWaitCount > 0 || figures.coldStartCount > instances) return null;
    return {
      subject: 'instances_idle_max',
      severity: 'info',
      what: `Up to ${bytes(poolBytes)} are kept for ${instances} ready instances, and ${figures.coldStartCount} were ever needed`,
      why: 'An instance that is kept ready holds the memory that its start took.',
      whatToDo: `ALTER PROCEDURE ${procedure.name} SET (instances_idle_max = ${options.instancesDefault}).`,
      evidence: {
        instancesIdleMax: instances,
        peakMemoryBytes: figures.peakMemoryBytes,
        coldStarts: figures.coldStartCount,
      },
      confidence: 0.6,
      expectedShare: 0,
      change: setLimit(procedure, {
        name: 'instances_idle_max',
        value: options.instancesDefault,
        goal: 'same',
      }),
    };
  },
});
