import type { ProcedureFact } from '../facts/facts.ts';
import { defineRule, printPath } from './rule.ts';

/** Reports procedures with the same code as another. */
export const duplicateProcedure = defineRule({
  id: 'maintenance/duplicate-procedure',
  code: 'M003',
  title: 'The same as another procedure',
  options: { shapeCountMin: 1 },
  evaluate({ procedure, facts, options }) {
    const types = (parameters: typeof procedure.parameters): string =>
      parameters.map(({ type }) => type).join(', ');
    const asks = (shapes: typeof procedure.shapes): string =>
      shapes
        .map(({ shape }) => shape)
        .sort()
        .join('\n');
    const twin = facts.procedures.find(
      (other) =>
        // Only the younger is told, so that the advice is not to drop both.
        ageOrder(other, procedure) < 0 &&
        other.returns === procedure.returns &&
        types(other.parameters) === types(procedure.parameters) &&
        other.module.hash === procedure.module.hash &&
        procedure.shapes.length >= options.shapeCountMin &&
        asks(other.shapes) === asks(procedure.shapes),
    );
    if (twin === undefined) return null;
    return {
      subject: twin.id,
      severity: 'info',
      what: `${procedure.name} and ${twin.name} run the same module and ask the same questions`,
      why: 'Two names for one thing drift apart: a mended version of one leaves the other as it was.',
      whatToDo: `Keep one, and make the other a macro for it: CREATE MACRO ${procedure.name}(…) AS ${twin.name}(…).`,
      evidence: { other: twin.name, moduleHash: procedure.module.hash.slice(0, 12) },
      confidence: 0.6,
      expectedShare: 0,
      change: {
        kind: 'call-instead',
        name: printPath(twin.schema, twin.name),
        goal: 'same',
      },
    };
  },
});

function ageOrder(left: ProcedureFact, right: ProcedureFact): number {
  return (
    Date.parse(left.createdAt) - Date.parse(right.createdAt) ||
    left.name.localeCompare(right.name) ||
    left.id.localeCompare(right.id)
  );
}
