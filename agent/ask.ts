import type { Clock } from '#core';
import { HeliosError, systemClock } from '#core';
import type { CatalogSnapshot, Plan, PlanOutcome, VerifiedQuestion, WriteTask } from '#planner';
import type { SqlDatabase } from '#storage';
import { readCatalog } from '#storage';
import { readAdviceRequest } from './advice/read-advice-request.ts';
import type { Answer, TaskTiming } from './answer/answer.ts';
import { toAnswerError } from './answer/answer-error.ts';
import { chooseChart } from './answer/chart.ts';
import { withHeadings } from './answer/column-name.ts';
import { compositeSql } from './answer/composite-sql.ts';
import { toJsonRows } from './answer/json-rows.ts';
import { printSentence } from './answer/sentence.ts';
import type { ConversationTurn } from './conversation/conversation.ts';
import { explainPlan, readMetaRequest } from './conversation/meta-request.ts';
import type { RunListener } from './events.ts';
import type { RunResult } from './execute/execute-plan.ts';
import { executePlan } from './execute/execute-plan.ts';
import { cancelReason, interruptible } from './execute/interruptible.ts';
import type { RunLimits } from './limits.ts';
import { DEFAULT_RUN_LIMITS } from './limits.ts';
import type { LanguageModel } from './model/port.ts';
import type { PlanMemory } from './planning/plan-memory.ts';
import type { PlannedBy, PlannedQuestion } from './planning/plan-question.ts';
import { planQuestion } from './planning/plan-question.ts';
import { proposalSentence } from './writes/confirm-write.ts';
import type { Confirmations } from './writes/confirmations.ts';

export interface AskOptions {
  readonly question: string;
  readonly database: SqlDatabase;
  /** What "today" is, as an ISO instant. */
  readonly now: string;
  readonly signal?: AbortSignal;
  readonly onEvent?: RunListener;
  readonly limits?: Partial<RunLimits>;
  /** Plans the question; without one, or when it fails, the offline parser does. */
  readonly model?: LanguageModel | null;
  /** Questions whose SQL a person has verified. */
  readonly verified?: readonly VerifiedQuestion[];
  /** What was asked before in the same conversation, oldest first. */
  readonly conversation?: readonly ConversationTurn[];
  /** Runs this plan instead of planning the question. */
  readonly plan?: Plan;
  /** Plans from before, for a caller whose snapshot holds for several questions. */
  readonly planMemory?: PlanMemory;
  /** Told the whole run as one statement before it runs; throws what forbids it. */
  readonly judge?: (sql: string) => Promise<void>;
  /** The label of the reading that is meant, once a question was answered with several. */
  readonly reading?: string;
  /** Lets a change that is asked for be confirmed; without, it is only shown. */
  readonly confirmations?: Confirmations;
  /** A snapshot, or another way to get one than reading it: the data must not have changed since. */
  readonly catalog?: CatalogSnapshot | ((signal: AbortSignal) => Promise<CatalogSnapshot>);
  /** Stops after planning: the answer has a plan and SQL but no rows. */
  readonly isPlanOnly?: boolean;
  readonly clock?: Clock;
}

/**
 * Answers a question about a database: plan, run, put into words. Never throws for what the
 * question, the data or a procedure did: those become the answer's status and error. Only reads.
 */
export async function ask(options: AskOptions): Promise<Answer> {
  const onEvent = options.onEvent ?? (() => {});
  const limits = { ...DEFAULT_RUN_LIMITS, ...options.limits };
  const abort = new AbortController();
  const onAbort = () => abort.abort(options.signal?.reason);
  if (options.signal?.aborted === true) onAbort();
  options.signal?.addEventListener('abort', onAbort, { once: true });
  // A model's planning has a limit of its own; what it takes is not taken from the run.
  const timeoutMs = limits.timeoutMs + (options.model?.planningMsMax ?? 0);
  const deadline = setTimeout(() => abort.abort(tookTooLong(timeoutMs)), timeoutMs);
  try {
    const answer = await new Request(options, { onEvent, limits, signal: abort.signal }).answer();
    onEvent({ type: 'answer', answer });
    return answer;
  } finally {
    clearTimeout(deadline);
    options.signal?.removeEventListener('abort', onAbort);
  }
}

function tookTooLong(timeoutMs: number): HeliosError {
  return new HeliosError('query_canceled', {
    message: 'answering took too long',
    detail: `the limit is ${timeoutMs} ms`,
  });
}

interface RequestContext {
  readonly onEvent: RunListener;
  readonly limits: RunLimits;
  /** Aborted by the caller or by the deadline. */
  readonly signal: AbortSignal;
}

class Request {
  readonly #options: AskOptions;
  readonly #onEvent: RunListener;
  readonly #limits: RunLimits;
  readonly #signal: AbortSignal;
  readonly #clock: Clock;
  readonly #startedAt: number;
  #catalogMs = 0;
  #planMs = 0;
  #runMs = 0;
  #plannedBy: PlannedBy | null = null;
  #notes: readonly string[] = [];

  constructor(options: AskOptions, { onEvent, limits, signal }: RequestContext) {
    this.#options = options;
    this.#onEvent = onEvent;
    this.#limits = limits;
    this.#signal = signal;
    this.#clock = options.clock ?? systemClock;
    this.#startedAt = this.#clock.elapsedMs();
  }

  async answer(): Promise<Answer> {
    const refusal = this.#refuseUnread();
    if (refusal !== null) return this.#refused(refusal, [], []);
    const about = this.#answerAbout();
    if (about !== null) return about;
    try {
      const catalog = await this.#readCatalog();
      const advice = await this.#answerAdvice(catalog);
      if (advice !== null) return advice;
      const { outcome, plannedBy, notes } = await this.#plan(catalog);
      this.#plannedBy = plannedBy;
      this.#notes = notes;
      switch (outcome.status) {
        case 'planned':
          return await this.#run(catalog, [outcome.plan, ...outcome.alternatives]);
        case 'clarify':
          return this.#clarify(outcome);
        case 'refused':
          return this.#refused(outcome.reason, outcome.unknownWords, outcome.suggestions);
        default:
          return outcome satisfies never;
      }
    } catch (error) {
      return this.#failed(error, null);
    }
  }

  /** A question about how procedures perform is the advisor's to answer. */
  async #answerAdvice({ procedures }: CatalogSnapshot): Promise<Answer | null> {
    const { question, plan, database } = this.#options;
    const names = procedures.map(({ name }) => name);
    const request = plan === undefined ? readAdviceRequest(question, names) : null;
    if (request === null) return null;
    // Few questions are about procedures, so the advisor is loaded for those alone.
    const { answerAdvice } = await import('./advice/answer-advice.ts');
    const { answer, columns, rows } = await answerAdvice(request, { database, clock: this.#clock });
    const result = { columns, rows, rowCount: rows.length, isTruncated: false, tasks: [] };
    return this.#answer({ status: 'ok', answer, result });
  }

  #refuseUnread(): string | null {
    const { question, plan } = this.#options;
    if (plan !== undefined) return null;
    if (!/[\p{L}\p{N}]/u.test(question)) return 'The question has no words.';
    const { questionCharactersMax } = this.#limits;
    if (question.length <= questionCharactersMax) return null;
    return `The question has ${question.length} characters; the limit is ${questionCharactersMax}.`;
  }

  async #readCatalog(): Promise<CatalogSnapshot> {
    const { catalog: given, database } = this.#options;
    if (typeof given === 'object') return given;
    const startedAt = this.#clock.elapsedMs();
    const catalog = await (given?.(this.#signal) ??
      database.withConnection((connection) =>
        interruptible({ connection, database }, this.#signal, () => readCatalog(connection)),
      ));
    this.#catalogMs = this.#clock.elapsedMs() - startedAt;
    return catalog;
  }

  /** "Why?", "show the SQL": answered from the turn before, without asking the database. */
  #answerAbout(): Answer | null {
    const { question, plan: given, conversation = [] } = this.#options;
    const plan = conversation.findLast((turn) => turn.plan !== null)?.plan ?? null;
    const meta = given === undefined && plan !== null ? readMetaRequest(question) : null;
    if (meta === null || meta === 'repeat' || plan === null) return null;
    const answer = meta === 'explain' ? explainPlan(plan) : `${compositeSql(plan)};`;
    return this.#answer({ status: 'ok', answer, plan });
  }

  async #plan(catalog: CatalogSnapshot): Promise<PlannedQuestion> {
    const { question, now, database, verified = [], conversation = [] } = this.#options;
    const plan = this.#options.plan ?? this.#repeated();
    if (plan !== null) {
      const outcome: PlanOutcome = { status: 'planned', plan, alternatives: [] };
      return { outcome, plannedBy: { kind: 'given', model: null }, notes: [] };
    }
    const startedAt = this.#clock.elapsedMs();
    // What a model says, what was said before and what is verified may change from time to time.
    const isPlain = !this.#options.model && verified.length + conversation.length === 0;
    const memory = isPlain ? this.#options.planMemory : undefined;
    try {
      const known = memory?.get(catalog, question, now) ?? null;
      if (known !== null) return { ...known, outcome: this.#choose(known.outcome) };
      const planned = await planQuestion({
        question,
        catalog,
        now,
        database,
        signal: this.#signal,
        onEvent: this.#onEvent,
        model: this.#options.model ?? null,
        verified,
        turns: conversation.filter(({ question: asked, plan: made }) => {
          // A change is no question that another one could continue.
          const isWrite = made?.tasks.some(({ kind }) => kind === 'write') ?? false;
          return readMetaRequest(asked) === null && !isWrite;
        }),
      });
      memory?.set(catalog, planned, [question, now]);
      return { ...planned, outcome: this.#choose(planned.outcome) };
    } finally {
      this.#planMs = this.#clock.elapsedMs() - startedAt;
    }
  }

  #repeated(): Plan | null {
    const { question, conversation = [] } = this.#options;
    const last = conversation.findLast(({ plan }) => plan !== null);
    return readMetaRequest(question) === 'repeat' ? (last?.plan ?? null) : null;
  }

  /** Takes the reading that the person chose; where the data no longer allow it, they choose again. */
  #choose(outcome: PlanOutcome): PlanOutcome {
    const { reading } = this.#options;
    if (reading === undefined || outcome.status !== 'clarify') return outcome;
    const chosen = outcome.options.find(({ label }) => label === reading);
    return chosen === undefined
      ? outcome
      : { status: 'planned', plan: chosen.plan, alternatives: [] };
  }

  /** Runs the first plan; a later reading is tried only when the binder refuses an earlier one. */
  async #run(catalog: CatalogSnapshot, plans: readonly Plan[]): Promise<Answer> {
    let firstFailure: { readonly error: unknown; readonly plan: Plan } | null = null;
    for (const plan of plans) {
      this.#onEvent({ type: 'plan-ready', plan });
      if (this.#options.isPlanOnly === true) {
        return this.#answer({ status: 'ok', answer: planSentence(plan), plan });
      }
      const startedAt = this.#clock.elapsedMs();
      const [task] = plan.tasks;
      if (task?.kind === 'write') return await this.#propose(catalog, plan, task);
      try {
        await this.#options.judge?.(compositeSql(plan));
        const result = await executePlan({
          plan,
          catalog,
          database: this.#options.database,
          signal: this.#signal,
          limits: this.#limits,
          onEvent: this.#onEvent,
        });
        this.#runMs += this.#clock.elapsedMs() - startedAt;
        return this.#ok(plan, result);
      } catch (error) {
        this.#runMs += this.#clock.elapsedMs() - startedAt;
        firstFailure ??= { error, plan };
        if (!isBinderError(error)) break;
      }
    }
    return this.#failed(firstFailure?.error, firstFailure?.plan ?? null);
  }

  #ok(plan: Plan, result: RunResult): Answer {
    const rows = toJsonRows(result.columns, result.rows);
    return this.#answer({
      status: 'ok',
      answer: printSentence(plan.answer, { ...result, rows }),
      plan,
      result: { ...result, columns: withHeadings(result.columns), rows, tasks: [...result.tasks] },
    });
  }

  /** Shows a change that was asked for. Only a person's confirmation makes it. */
  async #propose(catalog: CatalogSnapshot, plan: Plan, task: WriteTask): Promise<Answer> {
    const { database, confirmations, question, judge } = this.#options;
    const startedAt = this.#clock.elapsedMs();
    try {
      await judge?.(task.sql);
      const { proposeWrite } = await import('./writes/propose-write.ts');
      const proposed = await proposeWrite({ task, catalog, database, signal: this.#signal });
      this.#runMs += this.#clock.elapsedMs() - startedAt;
      const { confirmation, fingerprint, refusal, differingCount } = proposed;
      if (refusal !== null) return this.#refused(refusal, [], [], plan);
      const result = { columns: [], rows: [], rowCount: 0, isTruncated: false, tasks: [] };
      if (differingCount === 0) {
        const answer =
          confirmation.rowCount === 0
            ? 'No row matches, so there is nothing to change.'
            : 'All of these rows have these values already, so there is nothing to change.';
        return this.#answer({ status: 'ok', answer, plan, result });
      }
      const pending = {
        question,
        plan,
        confirmation,
        plannedBy: this.#plannedBy,
        fingerprint,
        database: database.path,
      };
      return this.#answer({
        status: 'confirm',
        answer: proposalSentence(confirmation),
        plan,
        confirmation: (await confirmations?.issue(pending)) ?? confirmation,
      });
    } catch (error) {
      return this.#failed(error, plan);
    }
  }

  #clarify(outcome: Extract<PlanOutcome, { status: 'clarify' }>): Answer {
    return this.#answer({
      status: 'clarify',
      answer: outcome.question,
      clarification: {
        question: outcome.question,
        options: outcome.options.map(({ label, plan }) => ({
          label,
          sql: compositeSql(plan),
          columns: plan.tasks.find((task) => task.id === plan.answer.from)?.columns ?? [],
        })),
      },
    });
  }

  #refused(
    reason: string,
    unknownWords: readonly string[],
    suggestions: readonly string[],
    plan: Plan | null = null,
  ): Answer {
    return this.#answer({
      status: 'refused',
      answer: reason,
      plan,
      refusal: { reason, unknownWords: [...unknownWords], suggestions: [...suggestions] },
    });
  }

  #failed(thrown: unknown, plan: Plan | null): Answer {
    const error = toAnswerError(this.#signal.aborted ? cancelReason(this.#signal) : thrown);
    const where = error.task === null ? '' : ` in ${error.task}`;
    const answer = `The run failed${where}: ${error.message}.`;
    return this.#answer({ status: 'failed', answer, plan, error });
  }

  #answer(parts: AnswerParts): Answer {
    const { status, answer, plan = null } = parts;
    return {
      status,
      question: this.#options.question,
      answer,
      columns: parts.result?.columns ?? [],
      rows: parts.result?.rows ?? [],
      rowCount: parts.result?.rowCount ?? null,
      isTruncated: parts.result?.isTruncated ?? false,
      sql: plan === null ? null : compositeSql(plan),
      plan,
      plannedBy: this.#plannedBy,
      assumptions: [...this.#notes, ...(plan?.assumptions ?? [])],
      grounding: plan?.grounding ?? [],
      chart: parts.result === undefined ? null : chooseChart(parts.result),
      clarification: parts.clarification ?? null,
      confirmation: parts.confirmation ?? null,
      refusal: parts.refusal ?? null,
      error: parts.error ?? null,
      timings: {
        catalogMs: this.#catalogMs,
        planMs: this.#planMs,
        runMs: this.#runMs,
        totalMs: this.#clock.elapsedMs() - this.#startedAt,
        tasks: parts.result?.tasks ?? [],
      },
    };
  }
}

/** What the outcomes of a request differ in; everything else follows from it. */
interface AnswerParts extends Pick<Answer, 'status' | 'answer'> {
  readonly plan?: Plan | null;
  readonly result?: Pick<Answer, 'columns' | 'rows' | 'isTruncated'> & {
    readonly rowCount: number;
    readonly tasks: TaskTiming[];
  };
  readonly clarification?: Answer['clarification'];
  readonly confirmation?: Answer['confirmation'];
  readonly refusal?: Answer['refusal'];
  readonly error?: Answer['error'];
}

function planSentence(plan: Plan): string {
  return plan.tasks.length === 1 ? 'One task.' : `${plan.tasks.length} tasks.`;
}

// Names, types and constants that do not fit are a misreading, not the data's fault: another may do.
function isBinderError(thrown: unknown): boolean {
  return /^(42|22P02|22007|PN001)/.test(toAnswerError(thrown).sqlstate);
}
