/**
 * Purpose: answers questions: catalog → plan → run → sentence, rows and one readable SQL.
 * Inputs: a question, an open database, an instant that is "now". Outputs: an Answer and events.
 * Invariants: only reads, but for a change that a person confirmed; equal data and question give an equal answer; nothing is left behind.
 * Failing is an outcome with a code, never an exception of `ask`.
 * May not: know HTTP, terminals or files; `compose.ts` alone names concrete classes.
 */
export { createAdviceModel } from './advice/advice-model.ts';
export type {
  Answer,
  AnswerColumn,
  AnswerError,
  Confirmation,
  JsonValue,
  TaskTiming,
} from './answer/answer.ts';
export {
  answer as answerSchema,
  answerError as answerErrorSchema,
  answerStatus,
} from './answer/answer.ts';
export { toAnswerError } from './answer/answer-error.ts';
export type { Chart, ChartChannel } from './answer/chart.ts';
export { chooseChart } from './answer/chart.ts';
export { humanizeName } from './answer/column-name.ts';
export { compositeSql } from './answer/composite-sql.ts';
export type { AskOptions } from './ask.ts';
export { ask } from './ask.ts';
export type { CachedCatalogOptions } from './catalog-cache.ts';
export { readCachedCatalog } from './catalog-cache.ts';
export type { OpenDatabaseOptions } from './compose.ts';
export { createReplayPorts, openDatabase } from './compose.ts';
export type { Conversation, ConversationTurn } from './conversation/conversation.ts';
export { turnOf } from './conversation/conversation.ts';
export type { Comparison } from './evaluate/compare-rows.ts';
export { compareRows } from './evaluate/compare-rows.ts';
export type { EvaluatedDatabase, EvaluateOptions, QuestionResult } from './evaluate/evaluate.ts';
export { evaluate } from './evaluate/evaluate.ts';
export type { EvaluationQuestion } from './evaluate/questions.ts';
export { parseQuestions, readQuestions } from './evaluate/questions.ts';
export type { EvaluationFigures, EvaluationReport, ReportComparison } from './evaluate/report.ts';
export { compareReports, evaluationReport, reportOn } from './evaluate/report.ts';
export type { RunEvent, RunListener } from './events.ts';
export type { GuardedStatement } from './execute/guard.ts';
export { guardStatement } from './execute/guard.ts';
export type { Session } from './execute/interruptible.ts';
export { interruptible } from './execute/interruptible.ts';
export type { RunLimits } from './limits.ts';
export { DEFAULT_RUN_LIMITS } from './limits.ts';
export { hasMemoryTables } from './memory/database-memory.ts';
export type { Memory } from './memory/memory.ts';
export type { OpenMemoryOptions } from './memory/open-memory.ts';
export { openMemory } from './memory/open-memory.ts';
export type { OpenModelOptions } from './model/open-model.ts';
export { openModel } from './model/open-model.ts';
export type { LanguageModel, ModelReply, ModelRequest } from './model/port.ts';
export type { ModelEnvironment, ModelSettings } from './model/settings.ts';
export { MODEL_VARIABLES, NO_MODEL, readModelSettings } from './model/settings.ts';
export type { PlanProblem } from './planning/check-plan.ts';
export { checkPlan } from './planning/check-plan.ts';
export { PlanMemory } from './planning/plan-memory.ts';
export type { PlanOfflineOptions } from './planning/plan-offline.ts';
export { planOffline } from './planning/plan-offline.ts';
export type { PlannedBy } from './planning/plan-question.ts';
export type { ReadSemantics, SemanticsProblem } from './semantics/read-semantics.ts';
export { loadSemantics, readSemantics } from './semantics/read-semantics.ts';
export { writeSemantics } from './semantics/write-semantics.ts';
export type { RowBound } from './statements/bounded-connection.ts';
export { assertRepeatable, recordProfile, sampledCalls } from './statements/record-profile.ts';
export type { RunnerOptions } from './statements/statement-runner.ts';
export { StatementRunner } from './statements/statement-runner.ts';
export type { ConfirmWriteOptions } from './writes/confirm-write.ts';
export { confirmWrite, declinedAnswer } from './writes/confirm-write.ts';
export type { PendingStore, PendingWrite } from './writes/confirmations.ts';
export { Confirmations, MemoryPendings } from './writes/confirmations.ts';
export { FilePendings } from './writes/file-pendings.ts';
