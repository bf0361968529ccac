import type { Plan } from '#planner';
import type { Answer } from '../answer/answer.ts';

/** One question of a conversation with what it came to. */
export interface ConversationTurn {
  /** As it was typed. */
  readonly question: string;
  readonly status: Answer['status'];
  readonly answer: string;
  readonly sql: string | null;
  readonly plan: Plan | null;
}

/** A conversation as it is listed. */
export interface Conversation {
  readonly id: string;
  /** ISO instant. */
  readonly startedAt: string;
  /** Its first question. */
  readonly title: string;
  readonly turnCount: number;
}

/** What is kept of an answer. */
export function turnOf(answer: Answer): ConversationTurn {
  const { question, status, answer: text, sql, plan } = answer;
  return { question, status, answer: text, sql, plan };
}
