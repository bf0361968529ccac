import { randomBytes } from 'node:crypto';
import type { Clock } from '#core';
import { HeliosError } from '#core';
import type { Plan } from '#planner';
import type { SqlDatabase } from '#storage';
import type { Answer, Confirmation } from '../answer/answer.ts';

/** A change that was shown and waits for a person. */
export interface PendingWrite {
  readonly question: string;
  readonly plan: Plan;
  readonly confirmation: Confirmation;
  readonly plannedBy: Answer['plannedBy'];
  readonly fingerprint: string;
  /** Who it was shown to, as the door knows people. */
  readonly holder: string;
  /** The run that has shown it, where a door keeps runs. */
  readonly run: string | null;
  /** The database that it is for: `:memory:` or the file's absolute path. */
  readonly database: string;
  /** ISO instant. */
  readonly expires: string;
}

/** Keeps what waits. Each is given out once, to one caller, whoever else asks at the same time. */
export interface PendingStore {
  keep(token: string, pending: PendingWrite): Promise<void>;
  look(token: string): Promise<PendingWrite | null>;
  /** Null for every caller but the first. */
  take(token: string): Promise<PendingWrite | null>;
}

/** How long a person may think about it. */
export const CONFIRMATION_MS_MAX = 15 * 60 * 1000;
const TOKEN_BYTES = 16;
/** Changes that wait in memory; the oldest is forgotten first. */
const PENDING_MAX = 1_000;

export interface ConfirmationsOptions {
  readonly store: PendingStore;
  readonly clock: Clock;
  readonly holder: string;
  readonly run?: string;
}

/** Hands out tokens that stand for one change each, and redeems them once. */
export class Confirmations {
  readonly #options: ConfirmationsOptions;

  constructor(options: ConfirmationsOptions) {
    this.#options = options;
  }

  /** The confirmation with the token that redeems it. */
  async issue(pending: Omit<PendingWrite, 'holder' | 'run' | 'expires'>): Promise<Confirmation> {
    const { store, clock, holder, run = null } = this.#options;
    const token = randomBytes(TOKEN_BYTES).toString('hex');
    const expires = new Date(clock.now().getTime() + CONFIRMATION_MS_MAX).toISOString();
    await store.keep(token, { ...pending, holder, run, expires });
    return { ...pending.confirmation, token, expires };
  }

  /** Makes a token worth nothing. */
  async drop(token: string): Promise<void> {
    const { store, holder } = this.#options;
    if ((await store.look(token))?.holder === holder) await store.take(token);
  }

  /** Whether a token stands for something here. */
  async knows(token: string): Promise<boolean> {
    return (await this.#options.store.look(token)) !== null;
  }

  /** The change that a token stands for, which is used up; 55000 where there is none. */
  async redeem(
    token: string,
    { path: database, isReadOnly }: Pick<SqlDatabase, 'path' | 'isReadOnly'>,
  ): Promise<PendingWrite> {
    if (isReadOnly) throw new HeliosError('read_only_sql_transaction', READ_ONLY);
    const { store, clock, holder } = this.#options;
    const seen = await store.look(token);
    // Somebody else's is not used up by trying.
    if (seen !== null && seen.holder !== holder) {
      throw new HeliosError('insufficient_privilege', {
        message: 'a change is confirmed by the one whom it was shown to',
      });
    }
    if (seen !== null && seen.database !== database) throw unknown('it is for another database');
    const pending = await store.take(token);
    if (pending === null) throw unknown('it was used, declined or never given');
    if (Date.parse(pending.expires) <= clock.now().getTime()) throw unknown('it has expired');
    return pending;
  }
}

const READ_ONLY = {
  message: 'the database is opened read-only',
  detail: 'nothing was written',
  hint: 'a change needs a database file that can be written',
};

function unknown(detail: string): HeliosError {
  return new HeliosError('object_not_in_prerequisite_state', {
    message: 'no change waits for this confirmation',
    detail,
    hint: 'ask for the change again, and confirm what is shown then',
  });
}

/** Keeps what waits in this process. */
export class MemoryPendings implements PendingStore {
  readonly #pendings = new Map<string, PendingWrite>();

  async keep(token: string, pending: PendingWrite): Promise<void> {
    this.#pendings.set(token, pending);
    for (const oldest of this.#pendings.keys()) {
      if (this.#pendings.size <= PENDING_MAX) break;
      this.#pendings.delete(oldest);
    }
  }

  async look(token: string): Promise<PendingWrite | null> {
    return this.#pendings.get(token) ?? null;
  }

  async take(token: string): Promise<PendingWrite | null> {
    const pending = this.#pendings.get(token) ?? null;
    this.#pendings.delete(token);
    return pending;
  }
}
