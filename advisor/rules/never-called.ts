import { defineRule } from './rule.ts';

/** Reports procedures that nobody calls while others are called. */
export const neverCalled = defineRule({
  id: 'maintenance/never-called',
  code: 'M001',
  title: 'Never called',
  options: { ageDaysMin: 30 },
  evaluate({ procedure, facts, options }) {
    const ageDays = (Date.parse(facts.readAt) - Date.parse(procedure.createdAt)) / 86_400_000;
    const isCalled = procedure.versions.some(({ rowCount }) => rowCount > 0);
    const areOthers = facts.procedures.some(({ versions }) =>
      versions.some(({ rowCount }) => rowCount > 0),
    );
    if (isCalled || !areOthers || ageDays < options.ageDaysMin) return null;
    return {
      subject: 'calls',
      severity: 'info',
      what: `Nobody called ${procedure.name} in the ${Math.floor(ageDays)} days since it was created`,
      why: 'What is not used is still there to be understood, secured and upgraded.',
      whatToDo: `DROP PROCEDURE ${procedure.name}, if no report of the year's end needs it.`,
      evidence: { ageDays: Math.floor(ageDays) },
      confidence: 0.5,
      expectedShare: 0,
      change: null,
    };
  },
});
