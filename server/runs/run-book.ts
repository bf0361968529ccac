import type { RunEvent } from '#agent';
import { ask } from '#agent';
import type { Clock, IdSource } from '#core';
import { HeliosError } from '#core';
import type { Database } from '#storage';
import type { CatalogHolder } from '../catalog-holder.ts';
import type { Identity } from '../identity.ts';
import { EventLog } from './event-log.ts';
import { RunQueue } from './queue.ts';
import type { Feedback, Run, RunSummary } from './run.ts';
import { applyEvent, newRun, runSummary } from './run.ts';

export interface RunRequest {
  readonly question: string;
  readonly conversation: string | null;
  readonly isPlanOnly: boolean;
  /** What "now" is, as an ISO instant. */
  readonly now: string;
  /** The label of the reading that is meant, where a question has several. */
  readonly reading: string | null;
}

export interface RunBookOptions {
  readonly database: Database;
  readonly catalog: CatalogHolder;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly runningMax: number;
  readonly waitingMax: number;
  /** Finished runs that are kept. */
  readonly keptMax: number;
}

/** Rows and bytes of an answer that are kept; the whole result is what the export has. */
const ANSWER_LIMITS = { rowsMax: 10_000, bytesMax: 8 * 1024 * 1024 };

interface Entry {
  run: Run;
  readonly events: EventLog;
  readonly abort: AbortController;
  readonly finished: Promise<void>;
}

/** Every run of the service: those that work, those that wait and the last that have ended. */
export class RunBook {
  readonly #options: RunBookOptions;
  readonly #queue: RunQueue;
  /** In the order they were asked for. */
  readonly #entries = new Map<string, Entry>();

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

  /** Starts a run and returns it at once; throws 53300 when too many wait. */
  start(request: RunRequest, identity: Identity): Run {
    this.#queue.assertRoom();
    const { ids, clock } = this.#options;
    const run = newRun({
      id: ids.next('run'),
      question: request.question,
      conversation: request.conversation,
      identity: identity.name,
      isPlanOnly: request.isPlanOnly,
      started: clock.now().toISOString(),
    });
    const abort = new AbortController();
    const started = Promise.withResolvers<void>();
    const entry = { run, events: new EventLog(), abort, finished: started.promise };
    this.#entries.set(run.id, entry);
    this.#work(entry, request).then(started.resolve, started.reject);
    this.#forgetOldest();
    return run;
  }

  get(id: string): Run {
    return this.#find(id).run;
  }

  events(id: string): EventLog {
    return this.#find(id).events;
  }

  /** The newest runs first; those asked for before another one when it is given. */
  list({ limit, before }: { limit: number; before: string | null }): RunSummary[] {
    const ids = [...this.#entries.keys()];
    const end = before === null ? ids.length : Math.max(0, ids.indexOf(before));
    return ids
      .slice(Math.max(0, end - limit), end)
      .reverse()
      .map((id) => summaryOf(this.get(id)));
  }

  /** Stops a run and waits until it has ended. One that has ended already stays as it is. */
  async cancel(id: string): Promise<Run> {
    const entry = this.#find(id);
    entry.abort.abort();
    await entry.finished;
    return entry.run;
  }

  rate(id: string, feedback: Feedback): Run {
    const entry = this.#find(id);
    entry.run = { ...entry.run, feedback };
    return entry.run;
  }

  /** Stops what runs and waits for it. */
  async close(reason: HeliosError): Promise<void> {
    const entries = [...this.#entries.values()];
    for (const { abort } of entries) abort.abort(reason);
    await Promise.allSettled(entries.map(({ finished }) => finished));
  }

  /** Resolves when nothing runs or waits, or when the signal is aborted. */
  async idle(signal: AbortSignal): Promise<void> {
    const all = Promise.allSettled([...this.#entries.values()].map(({ finished }) => finished));
    const aborted = new Promise((resolve) =>
      signal.addEventListener('abort', resolve, { once: true }),
    );
    await Promise.race([all, aborted]);
  }

  async #work(entry: Entry, request: RunRequest): Promise<void> {
    const { database, catalog } = this.#options;
    const { signal } = entry.abort;
    await this.#queue.run(signal, async () => {
      await ask({
        question: request.question,
        database,
        catalog: () => catalog.get(),
        now: request.now,
        isPlanOnly: request.isPlanOnly,
        limits: ANSWER_LIMITS,
        signal,
        ...(request.reading === null ? {} : { reading: request.reading }),
        onEvent: (event) => this.#note(entry, event),
      });
    });
    entry.events.complete();
  }

  #note(entry: Entry, event: RunEvent): void {
    entry.run = applyEvent(entry.run, event, this.#options.clock.now().toISOString());
    entry.events.append(event.type, JSON.stringify(event));
  }

  #find(id: string): Entry {
    const entry = this.#entries.get(id);
    if (entry !== undefined) return entry;
    throw new HeliosError('undefined_object', {
      message: `there is no run ${id}`,
      hint: 'old runs are removed; GET /api/v1/runs lists those that are kept',
    });
  }

  #forgetOldest(): void {
    for (const [id, entry] of this.#entries) {
      if (this.#entries.size <= this.#options.keptMax) return;
      if (entry.events.isComplete) this.#entries.delete(id);
    }
  }
}

function summaryOf(run: Run): RunSummary {
  return runSummary.strip().parse(run);
}
