/** Runs the rules over facts. Pure. */
import { createHash } from 'node:crypto';
import type { Facts, ProcedureFact } from '../facts/facts.ts';
import { activeFigures, wallMsPerHour } from '../facts/facts.ts';
import { RULES } from '../rules/index.ts';
import type { Rule } from '../rules/rule.ts';
import type { Finding, FindingDraft } from './finding.ts';
import { findingDraft } from './finding.ts';

/** Every finding about these procedures, what saves most with most confidence first. */
export function evaluate(facts: Facts, procedures: readonly ProcedureFact[]): Finding[] {
  const found = procedures.flatMap((procedure) =>
    RULES.flatMap((rule) => evaluateRule(rule, facts, procedure)),
  );
  return found.sort(compareFindings);
}

/** The findings of one rule about one procedure. */
export function evaluateRule(rule: Rule, facts: Facts, procedure: ProcedureFact): Finding[] {
  const drafts = rule.evaluate({ procedure, figures: activeFigures(procedure), facts });
  return drafts.map((draft) => complete(rule, procedure, findingDraft.parse(draft)));
}

function complete(rule: Rule, procedure: ProcedureFact, draft: FindingDraft): Finding {
  const identity = JSON.stringify([rule.code, procedure.id, draft.subject]);
  const digest = createHash('sha256').update(identity).digest('hex').slice(0, 8);
  return {
    ...draft,
    id: `${rule.code}-${digest}`,
    rule: rule.id,
    procedure: procedure.name,
    procedureId: procedure.id,
    procedureVersion: procedure.activeVersion,
    expectedMsPerHour: wallMsPerHour(procedure) * draft.expectedShare,
  };
}

const SEVERITIES = { error: 2, warning: 1, info: 0 } as const;

/** Time saved an hour times confidence, then severity, then the id so that the order is total. */
export function compareFindings(left: Finding, right: Finding): number {
  return (
    right.expectedMsPerHour * right.confidence - left.expectedMsPerHour * left.confidence ||
    SEVERITIES[right.severity] - SEVERITIES[left.severity] ||
    left.id.localeCompare(right.id)
  );
}
