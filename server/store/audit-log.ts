import type { Clock } from '#core';
import { SqlTimestamp } from '#core';
import type { Database } from '#storage';
import type { Identity } from '../identity/identity.ts';
import type { Journal } from './journal.ts';

const OBJECT_CHARACTERS_MAX = 1_000;
export const AUDIT_RETENTION = { days: 90, countMax: 100_000 };

export interface AuditEntry {
  readonly identity: Pick<Identity, 'id' | 'name'>;
  readonly action: string;
  /** What it was done to. */
  readonly object: string;
  /** Null when it was done. */
  readonly sqlstate: string | null;
  readonly requestId: string;
}

/** Who did what: everything but reading and asking, and every refusal. */
export class AuditLog {
  readonly #database: Database;
  readonly #journal: Journal;
  readonly #clock: Clock;

  constructor(database: Database, { journal, clock }: { journal: Journal; clock: Clock }) {
    this.#database = database;
    this.#journal = journal;
    this.#clock = clock;
  }

  note({ identity, action, object, sqlstate, requestId }: AuditEntry): void {
    this.#journal.add('audit_log', {
      happened_at: this.#clock.now().toISOString(),
      identity_id: identity.id,
      identity: identity.name,
      action,
      object: object.slice(0, OBJECT_CHARACTERS_MAX),
      sqlstate,
      request_id: requestId,
    });
  }

  /** The newest entries, newest first. */
  async newest(limit: number): Promise<Record<string, unknown>[]> {
    await this.#journal.flush();
    const { rows } = await this.#database.withConnection((connection) =>
      connection.query(`
        SELECT happened_at, identity, action, object, sqlstate, request_id
        FROM heliosdb.audit_log ORDER BY happened_at DESC LIMIT ${limit}`),
    );
    return rows.map(([time, identity, action, object, sqlstate, requestId]) => ({
      time: time instanceof SqlTimestamp ? time.toDate().toISOString() : '',
      identity,
      action,
      object,
      sqlstate,
      requestId,
    }));
  }

  /** Removes what is too old or too much. */
  async trim(): Promise<void> {
    const { days, countMax } = AUDIT_RETENTION;
    await this.#database.withConnection((connection) =>
      connection.run(`
        DELETE FROM heliosdb.audit_log WHERE happened_at < now() - INTERVAL ${days} DAY
          OR happened_at < (
            SELECT happened_at FROM heliosdb.audit_log
            ORDER BY happened_at DESC OFFSET ${countMax} LIMIT 1)`),
    );
  }
}
