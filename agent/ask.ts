import type { Clock } from '#core';
import { HeliosError, systemClock } from '#core';
import type { CatalogSnapshot, Plan, PlanOutcome } from '#planner';
import { planRequest } from '#planner';
import type { Database } from '#storage';
import { readCatalog } from '#storage';
import type { Answer, TaskTiming } from './answer/answer.ts';
import { toAnswerError } from './answer/answer-error.ts';
import { chooseChart } from './answer/chart.ts';
import { compositeSql } from './answer/composite-sql.ts';
import { toJsonRows } from './answer/json-rows.ts';
import { printSentence } from './answer/sentence.ts';
import type { RunListener } from './events.ts';
import type { RunResult } from './execute/execute-plan.ts';
import { executePlan } from './execute/execute-plan.ts';
import { cancelReason, interruptible } from './execute/interruptible.ts';
import type { RunLimits } from './limits.ts';
import { DEFAULT_RUN_LIMITS } from './limits.ts';

export interface AskOptions {
  readonly question: string;
  readonly database: Database;
  /** What "today" is, as an ISO instant. */
  readonly now: string;
  readonly signal?: AbortSignal;
  readonly onEvent?: RunListener;
  readonly limits?: Partial<RunLimits>;
  /** Runs this plan instead of planning the question. */
  readonly plan?: Plan;
  /** The label of the reading that is meant, once a question was answered with several. */
  readonly reading?: string;
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
  const deadline = setTimeout(() => abort.abort(tookTooLong(limits)), limits.timeoutMs);
  try {
    const answer = await new Request(options, { onEvent, limits, signal: abort.signal }).answer();
    onEvent({ type: 'answer', answer });
    return answer;
  } finally {
    clearTimeout(deadline);
    options.signal?.removeEventListener('abort', onAbort);
  }
}

function tookTooLong({ timeoutMs }: RunLimits): HeliosError {
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
    try {
      const catalog = await this.#readCatalog();
      const outcome = this.#plan(catalog);
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

  #plan(catalog: CatalogSnapshot): PlanOutcome {
    const { question, now, plan } = this.#options;
    if (plan !== undefined) return { status: 'planned', plan, alternatives: [] };
    const startedAt = this.#clock.elapsedMs();
    const outcome = planRequest({ request: question, catalog, now });
    this.#planMs = this.#clock.elapsedMs() - startedAt;
    return this.#choose(outcome);
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
      try {
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
      result: { ...result, columns: [...result.columns], rows, tasks: [...result.tasks] },
    });
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
  ): Answer {
    return this.#answer({
      status: 'refused',
      answer: reason,
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
      assumptions: plan?.assumptions ?? [],
      grounding: plan?.grounding ?? [],
      chart: parts.result === undefined ? null : chooseChart(parts.result),
      clarification: parts.clarification ?? null,
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
