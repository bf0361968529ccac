/**
 * One exchange with a chat-completions server. What can be expected of a network is a value here,
 * not an exception: the layer above decides what to try next.
 */
import type { HeliosError } from '#core';
import type { ModelMessage, ReplyFormat } from './port.ts';

/** How the form of the reply is asked for, strictest first. */
export type ReplyMode = 'schema' | 'tool' | 'text';

/** What a server may not know; it is then left out. */
export type OptionalFeature = 'schema' | 'tool' | 'temperature' | 'usage';

export interface ChatRequest {
  readonly messages: readonly ModelMessage[];
  readonly format: ReplyFormat;
  readonly mode: ReplyMode;
  readonly without: ReadonlySet<OptionalFeature>;
  /** Null leaves it to the server. */
  readonly temperature: number | null;
  readonly signal: AbortSignal;
  /** Told each piece as it comes; returns false to end the stream. */
  readonly onText: (text: string) => boolean;
}

export type ChatOutcome =
  | {
      readonly status: 'reply';
      readonly text: string;
      /** Why the server stopped: `stop`, `tool_calls`, `length`, `content_filter`. */
      readonly finish: string | null;
      /** What the model said instead of replying. */
      readonly refusal: string | null;
      readonly promptTokens: number | null;
      readonly replyTokens: number | null;
    }
  | { readonly status: 'unsupported'; readonly feature: OptionalFeature }
  | {
      readonly status: 'failed';
      readonly error: HeliosError;
      /** Whether the same request may succeed a moment later. */
      readonly isTransient: boolean;
      /** How long the server asked to be left alone. */
      readonly retryAfterMs: number | null;
    };

export interface ChatTransport {
  send(request: ChatRequest): Promise<ChatOutcome>;
}
