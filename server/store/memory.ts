import type { Clock } from '#core';
import type { Database } from '#storage';
import { AuditLog } from './audit-log.ts';
import { Journal } from './journal.ts';
import { RunStore } from './run-store.ts';
import { openStateDatabase } from './state-database.ts';
import { TokenStore } from './token-store.ts';

const TRIM_MS = 10 * 60_000;

/** What the service remembers from one start to the next. */
export interface Memory {
  readonly runs: RunStore;
  readonly tokens: TokenStore;
  readonly audit: AuditLog;
  /** Says who is told when something could not be written. */
  onError(listener: (error: unknown) => void): void;
  /** Writes what waits, and closes what was opened. */
  close(): Promise<void>;
}

export interface MemoryOptions {
  readonly clock: Clock;
  /** Where it lies when the served database cannot be written. */
  readonly directory: string;
}

export async function openMemory(served: Database, options: MemoryOptions): Promise<Memory> {
  const state = await openStateDatabase(served, options.directory);
  let listener: (error: unknown) => void = () => undefined;
  const { database } = state;
  const journal = new Journal({ database, onError: (error) => listener(error) });
  try {
    const runs = await RunStore.open(database, journal);
    const tokens = await TokenStore.open(database);
    const audit = new AuditLog(database, { journal, clock: options.clock });
    const trim = (): void => {
      void Promise.all([runs.trim(), audit.trim()]).catch((error) => listener(error));
    };
    const timer = setInterval(trim, TRIM_MS);
    timer.unref();
    return {
      runs,
      tokens,
      audit,
      onError: (told) => {
        listener = told;
      },
      async close() {
        clearInterval(timer);
        await journal.close();
        await state.close();
      },
    };
  } catch (error) {
    await journal.close();
    await state.close();
    throw error;
  }
}
