import type { AskOptions, LanguageModel, PendingWrite, RunEvent } from '#agent';
import {
  ask,
  Confirmations,
  confirmWrite,
  declinedAnswer,
  MemoryPendings,
  PlanMemory,
} from '#agent';
import type { Clock, IdSource } from '#core';
import { HeliosError } from '#core';
import type { Allowances } from '../identity/allowance.ts';
import type { Identity } from '../identity/identity.ts';
import { askersWith, mayActAs } from '../identity/identity.ts';
import type { Scope, Scopes } from '../identity/scope.ts';
import type { RunListing, RunStore, StoredRun } from '../store/run-store.ts';
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
  /** The role of the database that an identity acts as; null for those without a token. */
  readonly databaseRoleOf: (identityId: string) => string | null;
  /** Told when a change was made, or may have been. */
  readonly onWrite: () => void;
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

function storedOf({ run, identity, told }: Entry): StoredRun {
  return { run, identityId: identity.id, events: told };
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

/** An answer that says what its rows are of. */
function withNote(event: RunEvent, note: string): RunEvent {
  if (event.type !== 'answer' || event.answer.plan === null) return event;
  const { answer } = event;
  return { ...event, answer: { ...answer, assumptions: [...answer.assumptions, note] } };
}

/** Every run of the service: those that work and wait in memory, all of them in the store. */
export class RunBook {
  readonly #options: RunBookOptions;
  readonly #queue: RunQueue;
  readonly #planMemory = new PlanMemory();
  /** Changes that were shown and wait for their askers; a restart forgets them. */
  readonly #pendings = new MemoryPendings();
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

  /**
   * A run, running or stored. Whoever knows its unguessable id may read it, but for roles that see
   * only some rows: those read what was asked with their own role.
   */
  async get(id: string, identity: Identity): Promise<Run> {
    return (await this.#readable(id, identity)).run;
  }

  async events(id: string, identity: Identity): Promise<EventLog> {
    const found = await this.#readable(id, identity);
    return 'abort' in found ? found.events : replay(found);
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
    if (entry === undefined) return await this.get(id, identity);
    if (entry.identity.id !== identity.id && !mayActAs(identity, 'admin')) {
      throw new HeliosError('insufficient_privilege', {
        message: 'a run is cancelled by the one who asked, or by an administrator',
      });
    }
    entry.abort.abort();
    await entry.finished;
    return entry.run;
  }

  /** Makes the change that a token stands for, as the end of the run that has shown it. */
  async confirm(token: string, identity: Identity): Promise<Run> {
    this.#options.allowances.assertRunTime(identity);
    this.#queue.assertRoom();
    const { pending, entry } = await this.#redeem(token, identity);
    const done = Promise.withResolvers<void>();
    const begun: Entry = {
      ...entry,
      run: { ...entry.run, status: 'running', finished: null },
      identity,
      abort: new AbortController(),
      finished: done.promise,
    };
    begun.events.reopen();
    this.#entries.set(begun.run.id, begun);
    this.#write(begun, pending).then(done.resolve, done.reject);
    await begun.finished;
    return begun.run;
  }

  /** Gives up the change that a token stands for. */
  async decline(token: string, identity: Identity): Promise<Run> {
    const { pending, entry } = await this.#redeem(token, identity);
    this.#entries.set(entry.run.id, entry);
    this.#note(entry, { type: 'answer', answer: declinedAnswer(pending) });
    await this.#settle(entry);
    return entry.run;
  }

  async #redeem(token: string, identity: Identity) {
    const { database } = this.#options.scopes.of(identity);
    const pending = await this.#confirmations(identity).redeem(token, database);
    const found = await this.#readable(pending.run ?? '', identity);
    if ('abort' in found) {
      // What comes is counted again with what there was.
      this.#keptCharacters -= found.events.characterCount;
      return { pending, entry: found };
    }
    const entry: Entry = {
      run: found.run,
      identity,
      events: replay(found),
      told: found.events.map(([type, task]) => [type, task]),
      abort: new AbortController(),
      finished: Promise.resolve(),
    };
    return { pending, entry };
  }

  /** Those who need no token are one person, who may confirm in the page what a terminal asked for. */
  #confirmations(identity: Identity, run?: string): Confirmations {
    const [holder = identity.id] = askersWith(identity);
    const { clock } = this.#options;
    const store = this.#pendings;
    return new Confirmations({ store, clock, holder, ...(run === undefined ? {} : { run }) });
  }

  async #write(entry: Entry, pending: PendingWrite): Promise<void> {
    const { allowances, clock, scopes, onWrite } = this.#options;
    const { signal } = entry.abort;
    const { database, catalog, judge } = scopes.of(entry.identity);
    await this.#queue.run(signal, async () => {
      const startedAt = clock.elapsedMs();
      const onEvent = (event: RunEvent) => this.#note(entry, event);
      await confirmWrite({ pending, database, catalog, judge, signal, onEvent, clock });
      onWrite();
      allowances.spendRunTime(entry.identity, clock.elapsedMs() - startedAt);
    });
    await this.#settle(entry);
  }

  /** The end of a run that had ended before. */
  async #settle(entry: Entry): Promise<void> {
    entry.events.complete();
    this.#keptCharacters += entry.events.characterCount;
    await this.#options.store.noteLaterEnd(storedOf(entry));
    this.#forgetOldest();
  }

  async rate(id: string, feedback: Feedback, identity: Identity): Promise<Run> {
    const run = { ...(await this.get(id, identity)), feedback };
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
    store.noteEnd(storedOf(entry));
    entry.events.complete();
    this.#keptCharacters += entry.events.characterCount;
    this.#forgetOldest();
  }

  async #ask(entry: Entry, request: RunRequest): Promise<void> {
    const { scopes, model } = this.#options;
    const { role, database, catalog, verified, judge, isFiltered } = scopes.of(entry.identity);
    const note = (await isFiltered()) ? `only rows that role ${role} may see were read` : null;
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
      // Where nothing can be written, a change is only shown.
      ...(database.isReadOnly
        ? {}
        : { confirmations: this.#confirmations(entry.identity, entry.run.id) }),
      isPlanOnly: request.isPlanOnly,
      limits: { ...ANSWER_LIMITS, rowsMax },
      signal: entry.abort.signal,
      ...(request.reading === null ? {} : { reading: request.reading }),
      onEvent: (event) => this.#note(entry, note === null ? event : withNote(event, note)),
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

  async #readable(id: string, identity: Identity): Promise<Entry | StoredRun> {
    const found = this.#entries.get(id) ?? (await this.#stored(id));
    const askedBy = 'abort' in found ? found.identity.id : found.identityId;
    if (askedBy === identity.id) return found;
    const { scopes, databaseRoleOf } = this.#options;
    if (!(await scopes.of(identity).isFiltered())) return found;
    if (databaseRoleOf(askedBy) === identity.databaseRole) return found;
    throw new HeliosError('insufficient_privilege', {
      message: `role ${identity.databaseRole} may not read this run`,
      detail: 'it sees only some rows, and the run was asked by somebody who may see others',
      hint: 'ask the question again: the answer will have the rows that the role may see',
    });
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
