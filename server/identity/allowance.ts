import type { Clock } from '#core';
import { HeliosError } from '#core';
import type { Identity } from './identity.ts';

interface Account {
  /** Requests that may still come at once. */
  requests: number;
  /** Milliseconds of runs that may still be spent. */
  runMs: number;
  at: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** How long, in seconds, somebody who was refused should wait. */
export function retryAfter(error: unknown): number | null {
  if (!HeliosError.isInstance(error, 'too_many_requests')) return null;
  const { retryAfterSeconds } = error.fields;
  return typeof retryAfterSeconds === 'number' ? retryAfterSeconds : 1;
}

/**
 * What each identity may still use. Allowances fill up evenly: a minute's requests may come at
 * once, and so may an hour's run time, and then they come back bit by bit.
 */
export class Allowances {
  readonly #clock: Clock;
  readonly #accounts = new Map<string, Account>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts a request; 53300 when too many came. */
  takeRequest(identity: Identity): void {
    const { requestsPerMinute: limit } = identity;
    if (limit === null) return;
    const account = this.#account(identity);
    if (account.requests < 1) {
      const seconds = Math.ceil(((1 - account.requests) / limit) * (MINUTE_MS / 1000));
      throw refusal('requests a minute', limit, seconds);
    }
    account.requests -= 1;
  }

  /** Throws 53300 when the identity has no run time left. */
  assertRunTime(identity: Identity): void {
    const { runSecondsPerHour: limit } = identity;
    if (limit === null) return;
    const account = this.#account(identity);
    if (account.runMs > 0) return;
    // Until a second's worth is there again.
    const seconds = Math.ceil(((1000 - account.runMs) / (limit * 1000)) * (HOUR_MS / 1000));
    throw refusal('seconds of runs an hour', limit, seconds);
  }

  /** Does what takes time for an identity, and counts the time it took. */
  async meter<T>(identity: Identity, work: () => Promise<T>): Promise<T> {
    this.assertRunTime(identity);
    const startedAt = this.#clock.elapsedMs();
    try {
      return await work();
    } finally {
      this.spendRunTime(identity, this.#clock.elapsedMs() - startedAt);
    }
  }

  /** Counts the time a run took; more than was left is owed. */
  spendRunTime(identity: Identity, milliseconds: number): void {
    if (identity.runSecondsPerHour !== null) this.#account(identity).runMs -= milliseconds;
  }

  #account({ id, requestsPerMinute, runSecondsPerHour }: Identity): Account {
    const requestsMax = requestsPerMinute ?? 0;
    const runMsMax = (runSecondsPerHour ?? 0) * 1000;
    const at = this.#clock.elapsedMs();
    const account = this.#accounts.get(id) ?? { requests: requestsMax, runMs: runMsMax, at };
    const passed = at - account.at;
    account.requests = Math.min(requestsMax, account.requests + (passed / MINUTE_MS) * requestsMax);
    account.runMs = Math.min(runMsMax, account.runMs + (passed / HOUR_MS) * runMsMax);
    account.at = at;
    this.#accounts.set(id, account);
    return account;
  }
}

function refusal(limit: string, current: number, retryAfterSeconds: number): HeliosError {
  return new HeliosError('too_many_requests', {
    detail: `the limit is ${current} ${limit}`,
    hint: `try again in ${retryAfterSeconds} s`,
    fields: { limit, current, retryAfterSeconds },
  });
}
