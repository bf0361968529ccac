/**
 * Planner: request + catalog snapshot → validated plan, a question back, or a refusal.
 * Input: the request's text, a `CatalogSnapshot`, the instant that counts as now.
 * Output: `PlanOutcome`; SQL is compiled from a typed logical query.
 * Invariants: pure and synchronous; the same input gives the same outcome.
 * May not: open a database, read files or the clock.
 */
export type {
  CatalogColumn,
  CatalogForeignKey,
  CatalogKeyEnd,
  CatalogParameter,
  CatalogProcedure,
  CatalogSnapshot,
  CatalogTable,
} from './catalog.ts';
export type { CompiledDraft } from './drafting/compile-draft.ts';
export { compileDraft } from './drafting/compile-draft.ts';
export type { Draft } from './drafting/draft.ts';
export { DRAFT_JSON_SCHEMA, readDraft } from './drafting/draft.ts';
export type { DraftPromptInput, PromptMessage, PromptTurn } from './drafting/prompt.ts';
export { draftPrompt, repairMessages } from './drafting/prompt.ts';
export type { VerifiedQuestion } from './drafting/similar-questions.ts';
export { questionKey, sameQuestion, similarQuestions } from './drafting/similar-questions.ts';
export type { PlanConversationInput } from './follow-up/plan-conversation.ts';
export { planConversation } from './follow-up/plan-conversation.ts';
export type {
  AggregateTask,
  AnswerTask,
  CallTask,
  Plan,
  PlanColumn,
  PlanOutcome,
  QueryTask,
  SqlTask,
  Task,
  Write,
  WriteTask,
} from './plan.ts';
export { plan, planColumn, task } from './plan.ts';
export type { PlanRequestInput, PreparedRequest, RankedReading } from './plan-request.ts';
export { planRequest, prepareRequest, readRequest } from './plan-request.ts';
export { planSchemaQuestion } from './schema-questions/plan-schema-question.ts';
export type { SuggestOptions } from './schema-questions/suggest-questions.ts';
export { suggestQuestions } from './schema-questions/suggest-questions.ts';
export type { FeatureName, Features } from './score/features.ts';
export { featureNames, probeFeatures } from './score/features.ts';
export { judgeByRows } from './score/judge.ts';
export type { ProbedRows } from './score/probe.ts';
export { probeRowsMax } from './score/probe.ts';
export { applySemantics } from './semantics/apply-semantics.ts';
export type { TableBelief } from './semantics/describe-schema.ts';
export { describeSchema } from './semantics/describe-schema.ts';
export type {
  SemanticColumn,
  SemanticJoin,
  SemanticKeyEnd,
  SemanticMetric,
  SemanticModel,
  SemanticTable,
} from './semantics/semantic-model.ts';
export { validatePlan } from './validate/validate-plan.ts';
export type { AffectedRows } from './writes/affected-rows.ts';
export { affectedRows, tableOf } from './writes/affected-rows.ts';
export { planWrite } from './writes/plan-write.ts';
export { printWrite } from './writes/print-write.ts';
