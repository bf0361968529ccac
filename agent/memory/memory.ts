import type { VerifiedQuestion } from '#planner';
import type { Conversation, ConversationTurn } from '../conversation/conversation.ts';

/** What the agent remembers of one database: conversations, and questions with verified SQL. */
export interface Memory {
  /** Where new entries go, for people. */
  readonly place: string;
  /** Newest first. */
  conversations(): Promise<readonly Conversation[]>;
  /** The turns of a conversation, oldest first; empty when there is none of that id. */
  turns(id: string): Promise<readonly ConversationTurn[]>;
  addTurn(id: string, turn: ConversationTurn): Promise<void>;
  verified(): Promise<readonly VerifiedQuestion[]>;
  /** Saves a pair; one for the same question is replaced. */
  remember(pair: VerifiedQuestion): Promise<void>;
  /** Whether there was such a question. */
  forget(question: string): Promise<boolean>;
}
