import { HeliosError, toHeliosError } from '#core';
import type { CatalogSnapshot, Plan, PlanOutcome, PromptTurn, VerifiedQuestion } from '#planner';
import { compileDraft, DRAFT_JSON_SCHEMA, draftPrompt, readDraft, repairMessages } from '#planner';
import type { SqlDatabase } from '#storage';
import type { RunListener } from '../events.ts';
import { cancelReason, interruptible } from '../execute/interruptible.ts';
import type { LanguageModel, ModelMessage, ModelReply, ReplyFormat } from '../model/port.ts';
import type { PlanProblem } from './check-plan.ts';
import { checkPlan } from './check-plan.ts';
import { chooseByRunning } from './choose-by-running.ts';
import { sqlAdvice } from './sql-advice.ts';

export interface ModelPlanningOptions {
  readonly request: string;
  readonly catalog: CatalogSnapshot;
  readonly now: string;
  readonly model: LanguageModel;
  readonly database: SqlDatabase;
  readonly signal: AbortSignal;
  readonly onEvent: RunListener;
  readonly verified: readonly VerifiedQuestion[];
  /** Earlier questions of the conversation, oldest first. */
  readonly turns: readonly PromptTurn[];
  /** The offline parser's plan: it has a vote where candidates disagree. Null when there is none. */
  readonly offlinePlan: Plan | null;
}

/** The first draft and its repairs. */
const ATTEMPTS_MAX = 3;
const CHARACTERS_PER_TOKEN = 4;

const DRAFT_FORMAT: ReplyFormat = {
  name: 'plan_draft',
  description: 'A draft of a plan that answers the question',
  schema: DRAFT_JSON_SCHEMA,
};

/**
 * Plans a request with a language model: candidates are drafted, compiled, checked by the guard and
 * the binder, mended a bounded number of times, and chosen by what they return. Fails with an error
 * of class NL when the model gives nothing usable within its time and tokens.
 */
export async function planWithModel(options: ModelPlanningOptions): Promise<PlanOutcome> {
  const abort = new AbortController();
  const onAbort = () => abort.abort(options.signal.reason);
  if (options.signal.aborted) onAbort();
  options.signal.addEventListener('abort', onAbort, { once: true });
  const { planningMsMax, name } = options.model;
  const deadline = setTimeout(() => {
    const detail = `planning took more than ${planningMsMax} ms`;
    const fields = { model: name, limitMs: planningMsMax };
    abort.abort(new HeliosError('model_timeout', { detail, fields }));
  }, planningMsMax);
  try {
    return await new ModelPlanning(options, abort.signal).plan();
  } catch (error) {
    throw abort.signal.aborted ? cancelReason(abort.signal) : error;
  } finally {
    clearTimeout(deadline);
    options.signal.removeEventListener('abort', onAbort);
  }
}

type Judgement =
  | { readonly status: 'sound'; readonly outcome: PlanOutcome }
  | {
      readonly status: 'faulty';
      readonly problems: readonly string[];
      readonly advice: readonly string[];
    };

/** What is used of a reply. */
type Draft = Pick<ModelReply, 'value' | 'text' | 'keep'>;

class ModelPlanning {
  readonly #options: ModelPlanningOptions;
  readonly #signal: AbortSignal;
  #tokensSpent = 0;
  #attempt = 0;

  constructor(options: ModelPlanningOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
  }

  async plan(): Promise<PlanOutcome> {
    const { model, catalog, database, offlinePlan } = this.#options;
    const samples = Array.from({ length: model.candidateCount }, (_, sample) => sample);
    const settled = await Promise.allSettled(samples.map((sample) => this.#candidate(sample)));
    const outcomes = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    if (outcomes.length === 0) throw (settled[0] as PromiseRejectedResult).reason;
    const plans = outcomes.flatMap((one) => (one.status === 'planned' ? [one.plan] : []));
    // Most candidates say that there is no plan: then it is so.
    const without = outcomes.find(({ status }) => status !== 'planned');
    if (without !== undefined && plans.length * 2 <= outcomes.length) return without;
    const witness = offlinePlan;
    const signal = this.#signal;
    const ordered = await chooseByRunning(plans, { catalog, database, signal, witness });
    const [best, ...alternatives] = ordered;
    if (best === undefined) throw new HeliosError('internal_error', { detail: 'no candidate' });
    return { status: 'planned', plan: best, alternatives };
  }

  /** One candidate: a draft, mended until it is sound. */
  async #candidate(sample: number): Promise<PlanOutcome> {
    const { request, catalog, now, verified, turns, model } = this.#options;
    const { schemaCharactersMax } = model;
    const prompt = draftPrompt({ request, catalog, now, verified, turns, schemaCharactersMax });
    let messages: readonly ModelMessage[] = prompt;
    let problems: readonly string[] = [];
    const replies: Draft[] = [];
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const draft = await this.#reply(messages, sample);
      replies.push(draft);
      const judgement = await this.#judge(draft.value);
      if (judgement.status === 'sound') {
        for (const { keep } of replies) await keep();
        return judgement.outcome;
      }
      problems = judgement.problems;
      messages = [...messages, ...repairMessages(draft.text, problems, judgement.advice)];
    }
    throw new HeliosError('model_output_invalid', {
      detail: problems.join('; ').slice(0, 600),
      fields: { model: model.name, attempts: ATTEMPTS_MAX },
    });
  }

  async #judge(value: unknown): Promise<Judgement> {
    const { request, catalog, now } = this.#options;
    const faulty = (problems: readonly string[], advice: readonly string[] = []): Judgement => ({
      status: 'faulty',
      problems,
      advice,
    });
    const read = readDraft(value);
    if ('problems' in read) return faulty(read.problems);
    const compiled = compileDraft(read.draft, { request, catalog, now });
    if (compiled.status === 'invalid') return faulty(compiled.problems);
    const { outcome } = compiled;
    for (const plan of plansOf(outcome)) {
      const problem = await this.#check(plan);
      if (problem !== null) return faulty([problem.message], await sqlAdvice(problem.sql, catalog));
    }
    return { status: 'sound', outcome };
  }

  async #check(plan: Plan): Promise<PlanProblem | null> {
    const { database, catalog } = this.#options;
    return await database.withConnection((connection) =>
      interruptible({ connection, database }, this.#signal, () =>
        checkPlan(connection, plan, catalog),
      ),
    );
  }

  async #reply(messages: readonly ModelMessage[], sample: number): Promise<Draft> {
    const { model, onEvent } = this.#options;
    const characters = messages.reduce((sum, { content }) => sum + content.length, 0);
    const promptTokens = Math.ceil(characters / CHARACTERS_PER_TOKEN);
    this.#assertAffordable(promptTokens);
    this.#attempt += 1;
    const attempt = this.#attempt;
    onEvent({ type: 'model-start', model: model.name, attempt });
    const startedAt = performance.now();
    try {
      const reply = await model.reply({
        messages,
        format: DRAFT_FORMAT,
        signal: this.#signal,
        sample,
        onText: (text) => onEvent({ type: 'model-delta', model: model.name, text }),
      });
      const { isCached, replyTokens } = reply;
      if (!isCached) {
        this.#tokensSpent += Math.max(reply.promptTokens, promptTokens) + replyTokens;
      }
      onEvent({
        type: 'model-end',
        model: model.name,
        attempt,
        promptTokens: reply.promptTokens,
        replyTokens,
        isCached,
        durationMs: performance.now() - startedAt,
      });
      return reply;
    } catch (thrown) {
      const error = toHeliosError(thrown);
      const text = error.fields.reply;
      if (error.name !== 'model_output_invalid' || typeof text !== 'string') throw error;
      // A reply without JSON is mended like any other faulty reply.
      this.#tokensSpent += promptTokens + Math.ceil(text.length / CHARACTERS_PER_TOKEN);
      return { value: null, text, keep: async () => {} };
    }
  }

  #assertAffordable(promptTokens: number): void {
    const { model } = this.#options;
    if (this.#tokensSpent + promptTokens <= model.planningTokensMax) return;
    throw new HeliosError('model_output_invalid', {
      message: 'planning with the model used up its tokens',
      detail: `the limit is ${model.planningTokensMax}, ${this.#tokensSpent} are spent`,
      hint: 'HELIOSDB_MODEL_PLANNING_TOKENS raises the limit',
      fields: { model: model.name },
    });
  }
}

function plansOf(outcome: PlanOutcome): readonly Plan[] {
  if (outcome.status === 'planned') return [outcome.plan];
  return outcome.status === 'clarify' ? outcome.options.map(({ plan }) => plan) : [];
}
