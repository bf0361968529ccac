import type { RandomSource } from '#core';
import { HeliosError } from '#core';
import { extractJson } from './extract-json.ts';
import type { LanguageModel, ModelReply, ModelRequest } from './port.ts';
import type { ReplyCache } from './reply-cache.ts';
import { replyKey } from './reply-cache.ts';
import type { ModelSettings } from './settings.ts';
import type { ChatOutcome, ChatTransport, OptionalFeature, ReplyMode } from './transport.ts';

export interface StructuredModelOptions {
  readonly settings: ModelSettings;
  readonly transport: ChatTransport;
  readonly cache: ReplyCache;
  readonly random: RandomSource;
  /** Waits, or rejects when the signal is aborted. */
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

const BACKOFF_MS = 500;
const BACKOFF_MS_MAX = 20_000;
/** Replies to the same messages beside the first one are drawn at this temperature. */
const SAMPLE_TEMPERATURE = 0.7;
/** More characters than this per allowed token is a server that ignores its limit. */
const CHARACTERS_PER_TOKEN_MAX = 8;
const CHARACTERS_PER_TOKEN = 4;

/**
 * A model that is asked for JSON: by JSON schema where the server knows it, else by a tool, else in
 * words. What a server does not know is found out once and remembered.
 */
export class StructuredModel implements LanguageModel {
  readonly name: string;
  readonly planningMsMax: number;
  readonly planningTokensMax: number;
  readonly schemaCharactersMax: number;
  readonly candidateCount: number;
  readonly #options: StructuredModelOptions;
  readonly #without = new Set<OptionalFeature>();

  constructor(options: StructuredModelOptions) {
    this.#options = options;
    const { settings } = options;
    this.name = settings.name;
    this.planningMsMax = settings.planningMsMax;
    this.planningTokensMax = settings.planningTokensMax;
    this.schemaCharactersMax = settings.schemaCharactersMax;
    this.candidateCount = settings.candidateCount;
    // Others than OpenAI's protocol have no common way to ask for a schema; all have tools.
    if (settings.provider !== 'openai') this.#without.add('schema').add('usage');
  }

  async reply(request: ModelRequest): Promise<ModelReply> {
    const { settings, cache } = this.#options;
    const key = replyKey([
      settings.provider,
      settings.baseUrl,
      settings.name,
      request.messages,
      request.format.name,
      request.sample,
    ]);
    const cached = await cache.get(key);
    if (cached !== null) return this.#toReply(key, cached.text, null);
    const outcome = await this.#exchange(request);
    const reply = this.#toReply(key, outcome.text, outcome);
    if (reply.value === null) {
      throw new HeliosError('model_output_invalid', {
        message: "the model's reply holds no JSON",
        detail: outcome.finish === 'length' ? this.#cutOff() : outcome.text.slice(0, 200),
        fields: { model: settings.name, reply: outcome.text.slice(0, 4_000) },
      });
    }
    return reply;
  }

  #cutOff(): string {
    return `the reply was cut off at ${this.#options.settings.replyTokensMax} tokens`;
  }

  #toReply(
    key: string,
    text: string,
    outcome: Extract<ChatOutcome, { status: 'reply' }> | null,
  ): ModelReply {
    const isCached = outcome === null;
    return {
      value: extractJson(text),
      text,
      promptTokens: outcome?.promptTokens ?? 0,
      replyTokens: isCached
        ? 0
        : (outcome.replyTokens ?? Math.ceil(text.length / CHARACTERS_PER_TOKEN)),
      isCached,
      keep: async () => {
        if (!isCached) await this.#options.cache.put(key, { text });
      },
    };
  }

  /** Sends until there is a reply: without what the server does not know, again after a failure. */
  async #exchange(request: ModelRequest): Promise<Extract<ChatOutcome, { status: 'reply' }>> {
    const { settings, wait } = this.#options;
    for (let failures = 0; ; ) {
      const outcome = await this.#send(request);
      request.signal.throwIfAborted();
      switch (outcome.status) {
        case 'reply':
          this.#assertGiven(outcome);
          return outcome;
        case 'unsupported':
          this.#without.add(outcome.feature);
          continue;
        case 'failed': {
          if (!outcome.isTransient || failures >= settings.retriesMax) throw outcome.error;
          await wait(this.#delay(failures, outcome.retryAfterMs), request.signal);
          failures += 1;
          continue;
        }
        default:
          outcome satisfies never;
      }
    }
  }

  #delay(failures: number, retryAfterMs: number | null): number {
    if (retryAfterMs !== null) return Math.min(retryAfterMs, BACKOFF_MS_MAX);
    // Between half and the whole, so that many clients do not come back together.
    const share = 0.5 + 0.5 * this.#options.random.next();
    return Math.min(BACKOFF_MS * 2 ** failures, BACKOFF_MS_MAX) * share;
  }

  async #send(request: ModelRequest): Promise<ChatOutcome> {
    const { settings, transport } = this.#options;
    const abort = new AbortController();
    const onAbort = () => abort.abort(request.signal.reason);
    if (request.signal.aborted) onAbort();
    request.signal.addEventListener('abort', onAbort, { once: true });
    const whole = setTimeout(() => abort.abort(), settings.replyMsMax);
    let idle = setTimeout(() => abort.abort(), settings.idleMsMax);
    let characters = 0;
    try {
      return await transport.send({
        messages: request.messages,
        format: request.format,
        mode: this.#mode(),
        without: this.#without,
        temperature: request.sample === 0 ? 0 : SAMPLE_TEMPERATURE,
        signal: abort.signal,
        onText: (text) => {
          clearTimeout(idle);
          idle = setTimeout(() => abort.abort(), settings.idleMsMax);
          characters += text.length;
          request.onText?.(text);
          return characters <= settings.replyTokensMax * CHARACTERS_PER_TOKEN_MAX;
        },
      });
    } finally {
      clearTimeout(whole);
      clearTimeout(idle);
      request.signal.removeEventListener('abort', onAbort);
    }
  }

  #mode(): ReplyMode {
    if (!this.#without.has('schema')) return 'schema';
    return this.#without.has('tool') ? 'text' : 'tool';
  }

  #assertGiven({ refusal, finish }: Extract<ChatOutcome, { status: 'reply' }>): void {
    if (refusal === null && finish !== 'content_filter') return;
    throw new HeliosError('model_refused', {
      detail: refusal?.slice(0, 300) ?? 'the server filtered the reply',
      fields: { model: this.name },
    });
  }
}
