import type { ProcedureFact } from '../facts/facts.ts';
import { counted, defineRule } from './rule.ts';

/** Reports rights that were granted and never used. */
export const capabilityUnused = defineRule({
  id: 'security/capability-unused',
  code: 'S001',
  title: 'Rights are granted and never used',
  options: { callCountMin: 200, shapeCountMax: 31 },
  evaluate({ procedure, figures, options }) {
    const { capabilities } = procedure;
    if (figures === null || capabilities === null || figures.callCount < options.callCountMin)
      return null;
    // With more queries than are kept, what is not seen may still be used.
    if (procedure.shapes.length > options.shapeCountMax) return null;
    const unused = capabilities.filter((right) => !isUsed(procedure, right));
    if (unused.length === 0) return null;
    return {
      subject: unused.join(' '),
      severity: 'info',
      what: `${unused.join(', ')} ${unused.length === 1 ? 'was' : 'were'} granted and not used in ${counted(figures.callCount)} calls`,
      why: 'A right that is not needed is what a mistake or an attack uses.',
      whatToDo: `Declare it again with CAPABILITIES (${capabilities
        .filter((right) => !unused.includes(right))
        .map((right) => `'${right}'`)
        .join(', ')}), unless a rare case needs the rest.`,
      evidence: { granted: capabilities.length, unused: unused.length, calls: figures.callCount },
      confidence: 0.5,
      expectedShare: 0,
      change: {
        kind: 'redeclare',
        volatility: null,
        capabilities: capabilities.filter((right) => !unused.includes(right)),
      },
    };
  },
});

function isUsed({ shapes, module }: ProcedureFact, right: string): boolean {
  const [kind = '', target = ''] = right.split(/:(.*)/s);
  const last = target.split('.').at(-1)?.toLowerCase() ?? '';
  switch (kind) {
    case 'read':
      // A query may reach a table through a view or a macro, whose names differ from the table's.
      return (
        target === '*' ||
        shapes.some(({ reads, shape }) => reads === null || shape.toLowerCase().includes(last)) ||
        shapes.some(({ reads }) => reads?.tables.length === 0)
      );
    case 'write':
    case 'ddl':
      return (
        target === '*' ||
        shapes.some(({ reads, shape }) => reads === null && shape.toLowerCase().includes(last))
      );
    case 'crypto':
      return module.hostFunctions.some((name) => /^heliosdb_.*(crypto|hash|random)/.test(name));
    case 'network':
      return module.hostFunctions.some((name) => /fetch|http/.test(name));
    default:
      return true;
  }
}
