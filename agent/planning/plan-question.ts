import type { HeliosError } from '#core';
import { toHeliosError } from '#core';
import type { CatalogSnapshot, Plan, PlanOutcome, PromptTurn, VerifiedQuestion } from '#planner';
import { planConversation, planSchemaQuestion, planWrite, sameQuestion } from '#planner';
import type { SqlDatabase } from '#storage';
import { toAnswerError } from '../answer/answer-error.ts';
import type { RunListener } from '../events.ts';
import { interruptible } from '../execute/interruptible.ts';
import type { LanguageModel } from '../model/port.ts';
import { checkPlan } from './check-plan.ts';
import { planOffline } from './plan-offline.ts';
import { planWithModel } from './plan-with-model.ts';

/** Who made a plan. */
export interface PlannedBy {
  readonly kind: 'offline' | 'model' | 'verified' | 'given';
  /** The model's name, for `model`. */
  readonly model: string | null;
}

export interface PlannedQuestion {
  readonly outcome: PlanOutcome;
  readonly plannedBy: PlannedBy;
  /** What is said beside the plan's own assumptions. */
  readonly notes: readonly string[];
}

export interface PlanQuestionOptions {
  readonly question: string;
  readonly catalog: CatalogSnapshot;
  readonly now: string;
  readonly database: SqlDatabase;
  readonly signal: AbortSignal;
  readonly onEvent: RunListener;
  /** Null plans offline. */
  readonly model: LanguageModel | null;
  readonly verified: readonly VerifiedQuestion[];
  readonly turns: readonly PromptTurn[];
}

/**
 * Plans a question: by the SQL a person verified for it, by the snapshot where it is about the
 * database itself, else by the model, else by the offline
 * parser. A model that is down, slow or wrong is said and passed over, never a reason to fail.
 */
export async function planQuestion(options: PlanQuestionOptions): Promise<PlannedQuestion> {
  const verified = await planVerified(options);
  if (verified !== null) return verified;
  // The snapshot knows the answer better than a model, and a conversation does not change it.
  const listing = planSchemaQuestion({ ...options, request: options.question });
  if (listing !== null) return { outcome: listing, plannedBy: OFFLINE, notes: [] };
  const { model } = options;
  if (model === null) {
    return { outcome: await planWithoutModel(options), plannedBy: OFFLINE, notes: [] };
  }
  const offline = await planWithoutModel(options);
  try {
    const outcome = await planWithModel({
      ...options,
      request: options.question,
      model,
      offlinePlan: offline.status === 'planned' ? offline.plan : null,
    });
    return { outcome, plannedBy: { kind: 'model', model: model.name }, notes: [] };
  } catch (thrown) {
    const error = toHeliosError(thrown);
    if (options.signal.aborted || !isModelFault(error)) throw error;
    options.onEvent({ type: 'model-error', model: model.name, error: toAnswerError(error) });
    const reason = error.detail === null ? error.message : `${error.message} (${error.detail})`;
    const note = `what the offline parser understood, because ${model.name} gave no plan: ${reason}`;
    return { outcome: offline, plannedBy: OFFLINE, notes: [note.slice(0, NOTE_MAX)] };
  }
}

const OFFLINE: PlannedBy = { kind: 'offline', model: null };
const NOTE_MAX = 500;

async function planWithoutModel(options: PlanQuestionOptions): Promise<PlanOutcome> {
  const { question, catalog, now, turns } = options;
  if (turns.length === 0) return await planOffline(options);
  const earlier = turns.map((turn) => turn.question);
  const continued =
    // A change says itself which rows it is about.
    planWrite({ request: question, catalog, now }) ??
    planConversation({ request: question, earlier, catalog, now });
  return continued ?? (await planOffline(options));
}

function isModelFault(error: HeliosError): boolean {
  return error.sqlstate.startsWith('NL');
}

/** Null when the question was not verified, or its SQL does not fit the database any more. */
async function planVerified(options: PlanQuestionOptions): Promise<PlannedQuestion | null> {
  const { question, verified, database, catalog, signal } = options;
  const pair = sameQuestion(question, verified);
  if (pair === null) return null;
  const plan: Plan = {
    request: question,
    tasks: [
      {
        kind: 'query',
        id: 'task1',
        title: question.replace(/\s+/g, ' ').trim(),
        dependsOn: [],
        sql: pair.sql.trim().replace(/(\s*;)+$/, ''),
        columns: [],
      },
    ],
    answer: { kind: 'answer', from: 'task1', shape: 'list', template: null },
    assumptions: ['the SQL that was verified for this question'],
    grounding: [],
  };
  const problem = await database.withConnection((connection) =>
    interruptible({ connection, database }, signal, () => checkPlan(connection, plan, catalog)),
  );
  if (problem !== null) return null;
  return {
    outcome: { status: 'planned', plan, alternatives: [] },
    plannedBy: { kind: 'verified', model: null },
    notes: [],
  };
}
