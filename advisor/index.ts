/**
 * Purpose: advice about procedures: what was observed → findings → verdicts from replays.
 * Inputs: an open database, ports to open copies and to run scripts. Outputs: Advice, verdicts.
 * Invariants: rules are pure; numbers come from the engine; a finding keeps its id.
 * May not: touch the database itself unless it is told to apply, revert or keep a verdict.
 */
export type { Advice, Profile, Recommendation } from './advice.ts';
export type { CodeAdvisorOptions, ReplayRequest } from './advisor.ts';
export { CodeAdvisor } from './advisor.ts';
export type { Facts, ProcedureFact } from './facts/facts.ts';
export { facts as factsSchema } from './facts/facts.ts';
export { readFacts } from './facts/read-facts.ts';
export { evaluate, evaluateRule } from './findings/evaluate.ts';
export type { Finding, WorkMetric } from './findings/finding.ts';
export { unknownFinding } from './findings/finding-store.ts';
export type { FindingState } from './findings/state.ts';
export { isOpen } from './findings/state.ts';
export { printFactor, printInterval, printWork } from './replay/conclude.ts';
export type { CandidateSource } from './replay/experiment.ts';
export type { ReplayPorts } from './replay/ports.ts';
export type { ReplayLimits } from './replay/replay.ts';
export type { Measurement, Verdict } from './replay/verdict.ts';
export { RULES } from './rules/index.ts';
export type { Rule } from './rules/rule.ts';
export type { AdviceModel } from './wording.ts';
