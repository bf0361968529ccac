/** The port to a language model: one reply to some messages, in a form that is asked for. */

export interface ModelMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** The form a reply should have. */
export interface ReplyFormat {
  readonly name: string;
  readonly description: string;
  /** JSON Schema in the strict dialect. */
  readonly schema: Readonly<Record<string, unknown>>;
}

export interface ModelRequest {
  readonly messages: readonly ModelMessage[];
  readonly format: ReplyFormat;
  readonly signal: AbortSignal;
  /** Which of several replies to the same messages; 0 is the most likely one. */
  readonly sample: number;
  /** Told the reply's text as it comes. */
  readonly onText?: (text: string) => void;
}

export interface ModelReply {
  /** The JSON value found in the reply, or its text where there is none. */
  readonly value: unknown;
  readonly text: string;
  readonly promptTokens: number;
  readonly replyTokens: number;
  readonly isCached: boolean;
  /** Keeps the reply for the same messages in the future; called when it proved to be of use. */
  keep(): Promise<void>;
}

/**
 * A language model. `reply` fails with `model_unavailable`, `model_timeout`, `model_refused`,
 * `model_output_invalid` or `query_canceled`, after as many retries as are worth it.
 */
export interface LanguageModel {
  readonly name: string;
  /** Wall-clock time that planning one question may take. */
  readonly planningMsMax: number;
  /** Tokens that planning one question may take, prompts and replies together. */
  readonly planningTokensMax: number;
  /** Characters of a prompt that describe the database. */
  readonly schemaCharactersMax: number;
  /** Plans asked for before one is chosen by running them. */
  readonly candidateCount: number;
  reply(request: ModelRequest): Promise<ModelReply>;
}
