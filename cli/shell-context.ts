import type { SqlSession } from '#storage';
import type { Asker } from './asker.ts';
import type { Console } from './console.ts';
import type { OpenConversation } from './conversation.ts';
import type { OpenedDatabase } from './open-database.ts';

/** What dot commands can reach and change. */
export interface ShellContext {
  readonly console: Console;
  readonly opened: OpenedDatabase;
  readonly connection: SqlSession;
  /** Answers `.ask`; opened with the first question. */
  readonly asker: () => Promise<Asker>;
  conversation: OpenConversation | null;
  /** The token of the change that was shown last and waits. */
  waiting: string | null;
  isTimed: boolean;
  isDone: boolean;
  /** Runs a script and prints its results. */
  readonly runScript: (script: string) => Promise<void>;
  /** Aborted when the person cancels what runs; a fresh one for every command. */
  signal: AbortSignal;
}
