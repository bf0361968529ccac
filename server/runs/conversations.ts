import type { ConversationTurn } from '#agent';
import { openMemory } from '#agent';
import type { Database } from '#storage';
import type { Identity } from '../identity/identity.ts';
import { askersWith, OWNER } from '../identity/identity.ts';
import type { RunStore } from '../store/run-store.ts';

export interface ConversationsOptions {
  readonly store: RunStore;
  /** The served database, in which the command line keeps its own turns. */
  readonly database: Database;
  readonly stateDirectory: string;
}

/** What was said before in a conversation. Its turns are runs: they are kept as long as those. */
export class Conversations {
  readonly #options: ConversationsOptions;

  constructor(options: ConversationsOptions) {
    this.#options = options;
  }

  /** The turns before a run, oldest first; nobody gets another identity's. */
  async turns(
    conversation: string,
    before: string,
    identity: Identity,
  ): Promise<readonly ConversationTurn[]> {
    const { store, database, stateDirectory } = this.#options;
    if (identity.id === OWNER.id) {
      // Opened anew: the command line may have kept a turn in its file a moment ago.
      const memory = await openMemory({ database, directory: stateDirectory });
      const kept = await memory.turns(conversation);
      // The command line also keeps the turns that no service has seen, and those it asked here.
      if (kept.length > 0) return kept;
    }
    return await store.turns({ conversation, before, identityIds: askersWith(identity) });
  }
}
