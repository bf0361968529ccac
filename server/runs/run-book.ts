import type { AskOptions, LanguageModel, RunEvent } from '#agent';
import { ask, PlanMemory } from '#agent';
import type { Clock, IdSource } from '#core';
import { HeliosError } from '#core';
import type { Allowances } from '../identity/allowance.ts';
import type { Identity } from '../identity/identity.ts';
import { askersWith, mayActAs } from '../identity/identity.ts';
import type { Scope, Scopes } from '../identity/scope.ts';
import type { RunListing, RunStore } from '../store/run-store.ts';
import type { Conversations } from './conversations.ts';
import { EventLog } from './event-log.ts';
import { RunQueue } from './queue.ts';
import { replay } from './replay.ts';
import type { Feedback, Run, RunSummary } from './run.ts';
import { applyEvent, newRun, runSummary } from './run.ts';

export interface RunRequest {
  readonly question: string;
  /** The one that the question continues; null starts one, which is named after the run. */
  readonly conversation: string | null;
  readonly isPlanOnly: boolean;
  /** What "now" is, as an ISO instant. */
  readonly now: string;
  /** The label of the reading that is meant, where a question has several. */
  readonly reading: string | null;
  /** Rows of the answer that are kept in memory; at most the service's own bound. */
  readonly rowsMax: number | null;
}

export interface RunBookOptions {
  readonly scopes: Scopes;
  readonly store: RunStore;
  readonly conversations: Conversations;
  readonly allowances: Allowances;
  /** What plans questions before the offline parser does; null is nobody. */
  readonly model: LanguageModel | null;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly runningMax: number;
  readonly waitingMax: number;
  /** Finished runs that stay in memory with all their rows. */
  readonly keptMax: number;
  /** Characters that the events of those may have together. */
  readonly keptCharactersMax: number;
}

/** Rows and bytes of an answer; the whole result is what the export has. */
export const ANSWER_LIMITS = { rowsMax: 10_000, bytesMax: 8 * 1024 * 1024 };
/** Unfinished runs that one identity may have. */
const UNFINISHED_MAX = 64;

interface Entry {
  run: Run;
  readonly identity: Identity;
  readonly events: EventLog;
  readonly told: [type: string, task: string | null][];
  readonly abort: AbortController;
  readonly finished: Promise<void>;
}

/** Resolves when all have ended, or when the signal is aborted. */
async function ended(entries: readonly Entry[], signal: AbortSignal): Promise<void> {
  const all = Promise.allSettled(entries.map(({ finished }) => finished));
  const aborted = new Promise((resolve) => {
    if (signal.aborted) resolve(null);
    signal.addEventListener('abort', resolve, { once: true });
  });
  await Promise.race([all, aborted]);
}

/** Every run of the service: those that work and wait in memory, all of them in the store. */
export class RunBook {
  readonly #options: RunBookOptions;
  readonly #queue: RunQueue;
  readonly #planMemory = new PlanMemory();
  /** In the order they were asked for. */
  readonly #entries = new Map<string, Entry>();
  #keptCharacters = 0;

  constructor(options: RunBookOptions) {
    this.#options = options;
    this.#queue = new RunQueue(options);
  }

  get runningCount(): number {
    return this.#queue.runningCount;
  }

  get waitingCount(): number {
    return this.#queue.waitingCount;
  }

  /** Starts a run and returns it at once; throws 53300 when too many wait or nothing is left. */
  start(request: RunRequest, identity: Identity): Run {
    this.#options.allowances.assertRunTime(identity);
    this.#queue.assertRoom();
    this.#assertFewUnfinished(identity);
    const { ids, clock, store } = this.#options;
    const id = ids.next('run');
    const run = newRun({
      id,
      question: request.question,
      conversation: request.conversation ?? id,
      identity: identity.name,
      isPlanOnly: request.isPlanOnly,
      started: clock.now().toISOString(),
    });
    const done = Promise.withResolvers<void>();
    const entry: Entry = {
      run,
      identity,
      events: new EventLog(),
      told: [],
      abort: new AbortController(),
      finished: done.promise,
    };
    this.#entries.set(run.id, entry);
    store.noteStart(run, identity.id);
    this.#work(entry, request).then(done.resolve, done.reject);
    return run;
  }

  /** A run, running or stored. Whoever knows its unguessable id may read it. */
  async get(id: string): Promise<Run> {
    return this.#entries.get(id)?.run ?? (await this.#stored(id)).run;
  }

  async events(id: string): Promise<EventLog> {
    return this.#entries.get(id)?.events ?? replay(await this.#stored(id));
  }

  /** The newest runs first: one's own, for administrators everybody's. */
  async list(listing: Omit<RunListing, 'identityId'>, identity: Identity): Promise<RunSummary[]> {
    const identityId = mayActAs(identity, 'admin') ? null : identity.id;
    const stored = await this.#options.store.list({ ...listing, identityId });
    // Memory knows better what the store has only as begun.
    return stored.map((summary) => {
      const live = this.#entries.get(summary.id);
      return live === undefined ? summary : runSummary.strip().parse(live.run);
    });
  }

  /** Stops a run and waits until it has ended. One that has ended already stays as it is. */
  async cancel(id: string, identity: Identity): Promise<Run> {
    const entry = this.#entries.get(id);
    if (entry === undefined) return (await this.#stored(id)).run;
    if (entry.identity.id !== identity.id && !mayActAs(identity, 'admin')) {
      throw new HeliosError('insufficient_privilege', {
        message: 'a run is cancelled by the one who asked, or by an administrator',
      });
    }
    entry.abort.abort();
    await entry.finished;
    return entry.run;
  }

  async rate(id: string, feedback: Feedback, identity: Identity): Promise<Run> {
    const run = { ...(await this.get(id)), feedback };
    const { store, clock } = this.#options;
    store.noteFeedback(id, identity.name, feedback, clock.now().toISOString());
    const entry = this.#entries.get(id);
    if (entry !== undefined) entry.run = run;
    return run;
  }

  /** Resolves when nothing runs or waits, or when the signal is aborted. */
  async idle(signal: AbortSignal): Promise<void> {
    await ended([...this.#entries.values()], signal);
  }

  /** Stops what runs and waits for it. */
  async close(reason: HeliosError): Promise<void> {
    const entries = [...this.#entries.values()];
    for (const { abort } of entries) abort.abort(reason);
    await Promise.allSettled(entries.map(({ finished }) => finished));
  }

  async #work(entry: Entry, request: RunRequest): Promise<void> {
    const { allowances, clock, store } = this.#options;
    const { signal } = entry.abort;
    await this.#queue.run(signal, async () => {
      const startedAt = clock.elapsedMs();
      await this.#ask(entry, request);
      allowances.spendRunTime(entry.identity, clock.elapsedMs() - startedAt);
    });
    store.noteEnd({ run: entry.run, identityId: entry.identity.id, events: entry.told });
    entry.events.complete();
    this.#keptCharacters += entry.events.characterCount;
    this.#forgetOldest();
  }

  async #ask(entry: Entry, request: RunRequest): Promise<void> {
    const { scopes, model } = this.#options;
    const { database, catalog, verified, judge } = scopes.of(entry.identity);
    const recalling = this.#recall(entry, request, verified);
    const recalled = await recalling.catch(() => ({}));
    const rowsMax = Math.min(request.rowsMax ?? ANSWER_LIMITS.rowsMax, ANSWER_LIMITS.rowsMax);
    await ask({
      question: request.question,
      database,
      // What could not be recalled fails the run as a catalog that cannot be read does.
      catalog: async () => {
        await recalling;
        return await catalog();
      },
      ...recalled,
      judge,
      now: request.now,
      model,
      planMemory: this.#planMemory,
      isPlanOnly: request.isPlanOnly,
      limits: { ...ANSWER_LIMITS, rowsMax },
      signal: entry.abort.signal,
      ...(request.reading === null ? {} : { reading: request.reading }),
      onEvent: (event) => this.#note(entry, event),
    });
  }

  /** What was said before and what is verified. */
  async #recall(
    entry: Entry,
    { conversation }: RunRequest,
    verified: Scope['verified'],
  ): Promise<Pick<AskOptions, 'conversation' | 'verified'>> {
    if (conversation === null) return { verified: await verified() };
    const { run, identity, abort } = entry;
    const askers = askersWith(identity);
    const entries = [...this.#entries.values()];
    // They came first, so each has a turn in the queue or has had it.
    const before = entries
      .slice(0, entries.indexOf(entry))
      .filter((one) => one.run.conversation === conversation && askers.includes(one.identity.id));
    await ended(before, abort.signal);
    const turns = await this.#options.conversations.turns(conversation, run.id, identity);
    return { conversation: turns, verified: await verified() };
  }

  #note(entry: Entry, event: RunEvent): void {
    entry.run = applyEvent(entry.run, event, this.#options.clock.now().toISOString());
    entry.told.push([event.type, 'task' in event ? event.task : null]);
    entry.events.append(event.type, JSON.stringify(event));
  }

  async #stored(id: string) {
    const stored = await this.#options.store.get(id);
    if (stored !== null) return stored;
    throw new HeliosError('undefined_object', {
      message: `there is no run ${id}`,
      hint: 'old runs are removed; GET /api/v1/runs lists those that are kept',
    });
  }

  #assertFewUnfinished(identity: Identity): void {
    if (identity.runSecondsPerHour === null) return;
    let count = 0;
    for (const entry of this.#entries.values()) {
      if (entry.identity.id === identity.id && !entry.events.isComplete) count += 1;
    }
    if (count < UNFINISHED_MAX) return;
    throw new HeliosError('too_many_requests', {
      message: 'too many questions of one identity are waiting',
      detail: `the limit is ${UNFINISHED_MAX}`,
      fields: { limit: 'unfinished runs', current: UNFINISHED_MAX },
    });
  }

  #forgetOldest(): void {
    const { keptMax, keptCharactersMax } = this.#options;
    for (const [id, { events }] of this.#entries) {
      const isEnough = this.#entries.size <= keptMax && this.#keptCharacters <= keptCharactersMax;
      if (isEnough) return;
      if (!events.isComplete) continue;
      this.#entries.delete(id);
      this.#keptCharacters -= events.characterCount;
    }
  }
}
